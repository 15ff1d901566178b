/**
 * Measures an event's dispatch beside `fastify.inject()` of the same route, and a load of an ISSR page beside a
 * plain route that renders the same JSX. Run: `npx tsx bench/dispatch-cost.tsx`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import { renderToString } from 'preact-render-to-string';
import { dispatchAsync } from '../src/dispatch/dispatch.js';
import { RequestState } from '../src/dispatch/request-state.js';
import { PeerSocket } from '../src/http/virtual-http.js';
import issrPlugin from '../src/index.js';
import { Deadlines } from '../src/limits/deadlines.js';
import { CounterPage } from './counter-page.js';
import { measure, median, printMeasured } from './measure.js';

const fastify = Fastify();
await fastify.register(issrPlugin);

const schema = {
  querystring: { type: 'object', properties: { x: { type: 'integer', default: 0, minimum: 0 } } },
} as const;
type Query = { Querystring: { x: number } };
fastify.issrRoute<Query>('/page', { schema }, async ({ query }) => <CounterPage x={query.x} />);
fastify.get<Query>('/plain', { schema }, async ({ query }, reply) => {
  reply.type('text/html; charset=utf-8');
  return `<!DOCTYPE html>${renderToString(<CounterPage x={query.x} />)}`;
});
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

const driver = fork(new URL('./get-driver.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });

/** CPU of this process for one GET. */
async function cpuOfGet(path: string, count: number): Promise<number> {
  const start = process.cpuUsage();
  driver.send({ url: fastify.listeningOrigin + path, count });
  await once(driver, 'message');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

async function compareLoads(items: number): Promise<void> {
  const times: Record<string, number[]> = { '/page': [], '/plain': [] };
  for (let round = 0; round < 12; round++) {
    for (const [path, all] of Object.entries(times)) {
      const cpu = await cpuOfGet(`${path}?x=${items}`, 2000);
      if (round > 0) all.push(cpu);
    }
  }
  printMeasured(
    `A load over HTTP (list of ${items})`,
    Object.entries(times).map(([path, all]) => ({
      name: path === '/page' ? 'ISSR page' : 'plain route',
      micros: median(all),
    })),
  );
}

await compareLoads(5);
await compareLoads(100);
driver.disconnect();
await fastify.close();
