/**
 * Measures an event's dispatch beside `fastify.inject()` of the same route. Run: `npx tsx bench/dispatch-cost.tsx`
 */
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import { dispatchAsync } from '../src/dispatch/dispatch.js';
import { RequestState } from '../src/dispatch/request-state.js';
import { PeerSocket } from '../src/http/virtual-http.js';
import issrPlugin from '../src/index.js';
import { Deadlines } from '../src/limits/deadlines.js';
import { CounterPage } from './counter-page.js';
import { measure, printMeasured } from './measure.js';

const fastify = Fastify();
await fastify.register(issrPlugin);

const schema = {
  querystring: { type: 'object', properties: { x: { type: 'integer', default: 0, minimum: 0 } } },
} as const;
type Query = { Querystring: { x: number } };
fastify.issrRoute<Query>('/page', { schema }, async ({ query }) => <CounterPage x={query.x} />);
await fastify.listen({ port: 0, host: '127.0.0.1' });

const socket = new PeerSocket({ remoteAddress: '127.0.0.1' } as Socket);
const deadlines = new Deadlines(10_000);
const peer = { headers: { host: 'localhost', cookie: 'session=1', accept: 'text/html' }, socket };

printMeasured(
  'An event, dispatched (list of 5)',
  await measure(
    {
      dispatch: () =>
        dispatchAsync(
          { fastify, deadlines, options: { maxDownloadBytes: 1 } },
          { peer, url: '/page?x=5', state: new RequestState('page', fastify.issr.pages.get('') ?? null) },
        ),
      'fastify.inject': () => fastify.inject({ url: '/page?x=5', headers: peer.headers }),
    },
    { calls: 5000 },
  ),
);

await fastify.close();
