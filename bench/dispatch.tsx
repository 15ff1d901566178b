/**
 * What an event's dispatch costs beside `fastify.inject()` of the same route, and a load of an ISSR
 * page beside a plain route that renders the same JSX. `npx tsx bench/dispatch.tsx`
 */
import { Agent, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import Fastify from 'fastify';
import { renderToString } from 'preact-render-to-string';
import { dispatch } from '../src/dispatch.js';
import { PeerSocket } from '../src/exchange.js';
import issrPlugin from '../src/index.js';
import { RequestState } from '../src/request.js';
import { measure, printMeasured } from './measure.js';

const fastify = Fastify();
await fastify.register(issrPlugin);

function Counter({ x }: { x: number }) {
  return (
    <html lang="en">
      <head>
        <title>Counter</title>
      </head>
      <body>
        <ul>
          {Array.from({ length: x }, (_, n) => (
            <li key={n}>{n + 1}</li>
          ))}
        </ul>
        <button type="button" onclick="rr(this)" action="x" value={x + 1}>
          add
        </button>
      </body>
    </html>
  );
}

const schema = {
  querystring: { type: 'object', properties: { x: { type: 'integer', default: 0, minimum: 0 } } },
} as const;
type Query = { Querystring: { x: number } };
fastify.issrRoute<Query>('/page', { schema }, async ({ query }) => <Counter x={query.x} />);
fastify.get<Query>('/plain', { schema }, async ({ query }, reply) => {
  reply.type('text/html; charset=utf-8');
  return `<!DOCTYPE html>${renderToString(<Counter x={query.x} />)}`;
});
await fastify.listen({ port: 0, host: '127.0.0.1' });

const socket = new PeerSocket({ remoteAddress: '127.0.0.1' } as Socket);
const peer = { headers: { host: 'localhost', cookie: 'session=1', accept: 'text/html' }, socket };

printMeasured(
  'An event, dispatched (list of 5)',
  await measure(
    {
      dispatch: () =>
        dispatch(
          fastify,
          peer,
          '/page?x=5',
          new RequestState('page', fastify.issr.pages.get('') ?? null),
          10_000,
        ),
      'fastify.inject': () => fastify.inject({ url: '/page?x=5', headers: peer.headers }),
    },
    { calls: 5000 },
  ),
);

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const { port } = fastify.server.address() as AddressInfo;
const get = (path: string) =>
  new Promise<void>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });

for (const x of [5, 100]) {
  printMeasured(
    `A load over HTTP, client's part included (list of ${x})`,
    await measure(
      { 'ISSR page': () => get(`/page?x=${x}`), 'plain route': () => get(`/plain?x=${x}`) },
      { calls: 3000 },
    ),
  );
  printMeasured(
    `A load by inject (list of ${x})`,
    await measure(
      {
        'ISSR page': () => fastify.inject(`/page?x=${x}`),
        'plain route': () => fastify.inject(`/plain?x=${x}`),
      },
      { calls: 3000 },
    ),
  );
}
agent.destroy();
await fastify.close();
