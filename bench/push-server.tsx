/**
 * The pages of `push.ts`: a score board that is rendered once for all (`/shared`) or for each page (`/alone`), a
 * counter (`/counter`), and on a port of its own a bare websocket server. The plugin is the built one.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { renderToString } from 'preact-render-to-string';
import { type WebSocket, WebSocketServer } from 'ws';

const { default: issrPlugin } = (await import(process.argv[2] ?? '')) as typeof import('../src/index.js');

const fastify = Fastify();
await fastify.register(issrPlugin, {
  maxPagesPerIp: 100_000,
  maxEventsPerSecond: 1_000_000,
  maxEventBurst: 1_000_000,
});

const TEAMS = 20;
let score = 0;

function Scores() {
  return (
    <html lang="en">
      <head>
        <title>Scores</title>
      </head>
      <body>
        <table>
          {Array.from({ length: TEAMS }, (_, team) => (
            <tr key={team}>
              <td>Team {team}</td>
              <td>{team === 7 ? score : team}</td>
            </tr>
          ))}
        </table>
      </body>
    </html>
  );
}

fastify.issrRoute('/shared', { share: () => '' }, () => <Scores />);
fastify.issrRoute('/alone', () => <Scores />);
fastify.issrRoute<{ Querystring: { x?: string } }>('/counter', ({ query }) => (
  <output>{query.x ?? 0}</output>
));
await fastify.listen({ port: 0, host: '127.0.0.1' });

/** Has as many clients as a page has visitors. */
const bare = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
await once(bare, 'listening');

/** Sends a text to all in slices of a few milliseconds, after a render for each of them if there is `work`. */
async function sendToAll(clients: Iterable<WebSocket>, text: string, work?: () => unknown): Promise<void> {
  let began = performance.now();
  for (const client of clients) {
    work?.();
    client.send(text);
    if (performance.now() - began < 3) continue;
    await new Promise(setImmediate);
    began = performance.now();
  }
}

/** A message of the driver: what to push to, and for the bare server the text. */
interface Push {
  kind: 'shared' | 'alone' | 'bare' | 'rendered' | 'cpu';
  text: string;
}

let before = process.cpuUsage();
process.on('message', ({ kind, text }: Push) => {
  if (kind === 'cpu') {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ cpu: user + system });
    return;
  }
  score++;
  before = process.cpuUsage();
  process.send?.({ began: Number(process.hrtime.bigint()) / 1e6 });
  if (kind === 'bare') void sendToAll(bare.clients, text);
  else if (kind === 'rendered') void sendToAll(bare.clients, text, () => renderToString(<Scores />));
  else void fastify.issr.rr(`/${kind}`);
});
process.on('disconnect', () => process.exit());
process.send?.({
  origin: fastify.listeningOrigin,
  bare: `ws://127.0.0.1:${(bare.address() as AddressInfo).port}`,
});
