/**
 * A server of `load.ts`, in a process of its own: says its port, and its CPU time when asked. The first argument is
 * the way in which it answers an event, the second the address of the built plugin, as tsx adds to each function
 * what takes time, the third the URL of a Redis for the adapter.
 */
import type { AddressInfo } from 'node:net';
import formbody from '@fastify/formbody';
import websocket from '@fastify/websocket';
import { fastify as createFastify, type FastifyTypeProviderDefault } from 'fastify';
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { createClient } from 'redis';
import { Counter, CounterPage, counterText } from './counter-page.js';
import { Row, rows, Table } from './table-page.js';

const [way = '', plugin = '', redisUrl = ''] = process.argv.slice(2);
const fastify = createFastify().withTypeProvider<FastifyTypeProviderDefault>();

const schema = {
  querystring: {
    type: 'object',
    properties: { x: { type: 'integer', default: 0, minimum: 0 }, who: { type: 'string' } },
  },
} as const;

type Query = { x: number; who?: string };

/** The rows of the table, with `x` in one cell. */
const rowsWith = (x: number) => rows.with(500, { id: 500, cells: [String(x), 'b', 'c', 'd', 'e'] });

/** Answers each message of a bare websocket. */
async function answerSockets(answer: (text: string) => string): Promise<void> {
  await fastify.register(websocket, { options: { perMessageDeflate: false } });
  fastify.get('/socket', { websocket: true }, (socket) => {
    socket.on('message', (data: Buffer) => socket.send(answer(data.toString())));
  });
}

/** Answers a POST by the fragment that htmx would swap in. */
async function answerForms(render: (x: number) => string): Promise<void> {
  await fastify.register(formbody);
  fastify.post<{ Body: { x: string } }>('/counter', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(render(Number(request.body.x))),
  );
}

const pages: Record<string, (query: Query) => JSX.Element> = {
  '/counter': ({ x, who }) => <CounterPage x={x} who={who} />,
  '/table': ({ x, who }) => <Table rows={rowsWith(x)} who={who} Each={Row} />,
};

/** Answers loads as an app without the plugin does. */
function addPlainRoutes(prefix: string): void {
  for (const [path, Page] of Object.entries(pages))
    fastify.get<{ Querystring: Query }>(prefix + path, { schema }, ({ query }, reply) =>
      reply.type('text/html; charset=utf-8').send(`<!DOCTYPE html>${renderToString(<Page {...query} />)}`),
    );
}

async function createAdapter() {
  const { redisAdapter } = (await import(
    new URL('redis/redis-adapter.js', plugin).href
  )) as typeof import('../src/redis/redis-adapter.js');
  return redisAdapter(await createClient({ url: redisUrl }).connect());
}

const ways: Record<string, () => Promise<void>> = {
  echo: () => answerSockets((text) => text),
  whole: () => answerSockets((text) => renderToString(<CounterPage x={Number(text)} />)),
  'form, text': () => answerForms(counterText),
  'form, JSX': () => answerForms((x) => renderToString(<Counter x={x} />)),
  plain: async () => addPlainRoutes(''),
  plugin: async () => {
    const { default: issrPlugin, memo } = (await import(plugin)) as typeof import('../src/index.js');
    await fastify.register(issrPlugin, {
      maxEventsPerSecond: 1_000_000,
      maxEventBurst: 1_000_000,
      // All visitors have one address. Pages of a site's visitors are kept until they join.
      maxUnjoinedPagesPerIp: 1_000_000,
      maxUnjoinedBytesPerIp: 1_000_000_000,
      ...(redisUrl && { adapter: await createAdapter() }),
    });
    const MemoRow = memo(Row);
    const MemoTable = ({ x, who }: Query) => <Table rows={rowsWith(x)} who={who} Each={MemoRow} />;
    for (const [path, Page] of Object.entries({ ...pages, '/memo': MemoTable }))
      fastify.issrRoute<{ Querystring: Query }>(path, { schema }, ({ query }) => <Page {...query} />);
    addPlainRoutes('/plain');
    let count = 1;
    const x = async ({ issr }: { issr: { action: { value: string } } }) => {
      count = Number(issr.action.value);
    };
    fastify.issrRoute('/command', { actions: { x } }, () => <CounterPage x={count} />);
  },
};

await ways[way]?.();
await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (fastify.server.address() as AddressInfo).port });
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
process.on('disconnect', () => process.exit());
