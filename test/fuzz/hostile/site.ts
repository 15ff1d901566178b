/** The site that hostile visitors attack, in a process of its own with `--expose-gc`. Says its port, and how it is when asked. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Connection } from '../../../src/connection/connection.js';
import issrPlugin, { type IssrOptions } from '../../../src/index.js';
import { type LongestBlock, type Question, SECRET, type SiteState } from './site-process.js';

const errors: string[] = [];
const builtIn = Object.getOwnPropertyNames(Object.prototype).length;

/** Level of `error` in the JSON of a log line. */
const ERROR = 50;

/** Routes of the plugin log warnings by `requestLogLevel`, whatever the app's level is. */
function noteError(line: string): void {
  if (JSON.parse(line).level >= ERROR) errors.push(line);
}

const fastify = Fastify({
  logger: { level: 'error', stream: { write: noteError } },
});
await fastify.register(issrPlugin, {
  secret: SECRET,
  // Small limits, so that small messages are on both sides of each.
  maxMessageBytes: 16 * 1024,
  maxParams: 40,
  maxParamNameLength: 60,
  maxParamsLength: 4000,
  maxQueuedEvents: 20,
  maxEventsPerSecond: 1_000_000,
  maxEventBurst: 1_000_000,
  resumeWindow: 200,
  joinTimeout: 5000,
  ...(JSON.parse(process.argv[2] ?? '{}') as IssrOptions),
});

let longest = noBlock();
/** The longest message since the last turn of the event loop. */
let received = '';
measureReceipts();
if (process.argv[3] === 'turns') measureTurn(process.cpuUsage());

const params = { type: 'object', properties: { id: { type: 'integer' } } } as const;
const querystring = { type: 'object', properties: { x: { type: 'integer', minimum: 0 } } } as const;

/** Shows all that it was given: what a page says is on the page, in its attributes and in its address. */
fastify.issrRoute(
  '/',
  {
    schema: { querystring },
    url: ['x', 'q'],
    uploads: { photo: { maxBytes: 1000 } },
    actions: { run: async ({ issr }) => issr.action.value },
  },
  ({ query, issr }) =>
    `<p title="${asText(JSON.stringify(issr.action))}">${asText(JSON.stringify(query))}</p><p>${asText(String(issr.result))}</p>`,
);
/** An app that redirects to another protocol, or to what is no URL, would have a fault of its own. */
fastify.issrRoute('/moved', ({ query }, reply) => {
  const to = encodeURI((query as { to?: string }).to ?? '/');
  const isWeb =
    URL.canParse(to, 'http://localhost') && /^http/.test(new URL(to, 'http://localhost').protocol);
  return reply.redirect(isWeb ? to : '/');
});
fastify.issrRoute('/neighbour', ({ query }) => `<p>${asText(JSON.stringify(query))}</p>`);
fastify.issrSocket('/socket', { message: (socket) => void socket.send('["pong"]') });
fastify.issrStream('/events', (stream) => void stream.subscribe('news'));
fastify.get('/plain/:id', { schema: { params } }, (request) => request.params);

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

async function stateNow(): Promise<SiteState> {
  // `fetch` keeps its connections for as long as the server allows: 72 s.
  fastify.server.closeIdleConnections();
  const sockets = await new Promise<number>((resolve) =>
    fastify.server.getConnections((_, count) => resolve(count)),
  );
  const prototype = Object.getOwnPropertyNames(Object.prototype).length - builtIn;
  return { pages: fastify.issr.pages.size, sockets, errors, prototype };
}

async function heapNow(): Promise<number> {
  // The next round collects memory that a finalizer released.
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}

const cpuNow = (): number => cpuSince({ user: 0, system: 0 });

/** Milliseconds. CPU time is the same on a busy machine. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function noBlock(): LongestBlock {
  return { ms: 0, parseMs: 0, message: '', length: 0 };
}

function takeLongest(): LongestBlock {
  const taken = longest;
  longest = noBlock();
  return taken;
}

function note(ms: number, text: string): void {
  if (ms <= longest.ms) return;
  longest = { ms, parseMs: parseTime(text), message: text.slice(0, 200), length: text.length };
}

function measureReceipts(): void {
  const { onMessage } = Connection.prototype;
  Connection.prototype.onMessage = function (text) {
    if (text.length > received.length) received = text;
    const start = process.cpuUsage();
    onMessage.call(this, text);
    note(cpuSince(start), text);
  };
}

/** Measures from one turn of the event loop to the next, for ever. */
function measureTurn(start: NodeJS.CpuUsage): void {
  setImmediate(() => {
    note(cpuSince(start), received);
    received = '';
    measureTurn(process.cpuUsage());
  });
}

function parseTime(text: string): number {
  const start = process.cpuUsage();
  try {
    JSON.parse(text);
  } catch {
    // Not JSON.
  }
  return cpuSince(start);
}

process.on('message', async (asked: Question | 'close') => {
  if (asked === 'state') process.send?.(await stateNow());
  else if (asked === 'cpu') process.send?.(cpuNow());
  else if (asked === 'longest') process.send?.(takeLongest());
  else if (asked === 'heap') process.send?.(await heapNow());
  else await fastify.close().then(() => process.exit(0));
});
process.on('disconnect', () => process.exit());
await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send?.((fastify.server.address() as AddressInfo).port);
