import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** Headers that name one request. */
const traced = () => ({
  'x-trace-me': randomUUID(),
  traceparent: TRACE,
  tracestate: 'vendor=1',
  baggage: 'user=1',
  'x-request-id': randomUUID(),
});

async function openSite(t: TestContext) {
  const lines: { reqId?: string; page?: string; connection?: string; msg: string }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const fastify = await createServer(
    t,
    { requestLogLevel: 'info' },
    { requestIdHeader: 'X-Trace-Me', logger: { level: 'info', stream } },
  );
  const seen: FastifyRequest[] = [];
  fastify.issrRoute('/', { actions: { go: () => {} } }, (request) => {
    seen.push(request);
    return '<p>text</p>';
  });
  return { lines, seen, origin: await listen(fastify) };
}

test('each event has its own request id and trace', async (t) => {
  const { lines, seen, origin } = await openSite(t);
  const load = traced();
  const handshake = traced();
  const page = await PageDriver.load(origin, '/', { headers: load });
  await page.connect(handshake);
  await page.join();
  await page.rr();
  await page.rr();
  assert.equal(seen.length, 3, 'a load, and the two events: the load is used for the join');
  const ids = seen.map(({ id }) => id);
  assert.equal(ids[0], load['x-trace-me']);
  assert.equal(new Set([...ids, handshake['x-trace-me']]).size, 4);
  for (const { headers } of seen.slice(1)) {
    for (const name of Object.keys(handshake)) assert.equal(headers[name], undefined, name);
  }
  const lineOf = (id = '') => lines.find(({ reqId, msg }) => reqId === id && msg === 'incoming request');
  for (const id of ids.slice(1)) {
    assert.deepEqual([lineOf(id)?.page, lineOf(id)?.connection], [page.id, handshake['x-trace-me']]);
  }
  assert.equal(lineOf(ids[0])?.connection, undefined);
});

test('a form without script keeps the id and the trace of its request', async (t) => {
  const { seen, origin } = await openSite(t);
  const headers = { origin, ...traced(), 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await get(`${origin}/?go`, { method: 'POST', headers })).status, 303);
  assert.deepEqual([seen[0]?.id, seen[0]?.headers.traceparent], [headers['x-trace-me'], TRACE]);
});

test('hooks tell events from loads by request.issr.firstTime', async (t) => {
  const fastify = await createServer(t);
  const counts = new Map<string, number>();
  const count = (hook: string) => async (request: FastifyRequest) => {
    const kind = `${hook} ${request.issr.firstTime ? 'load' : 'event'} ${request.routeOptions.url}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  };
  fastify.addHook('onRequest', count('onRequest'));
  fastify.addHook('onResponse', count('onResponse'));
  fastify.issrRoute('/:name', () => '<p>text</p>');
  const page = await PageDriver.open(await listen(fastify), '/a');
  await page.rr();
  await page.rr();
  await fastify.issr.rr('/a');
  await waitFor(() => counts.get('onResponse event /:name') === 3);
  assert.deepEqual([...counts].filter(([kind]) => kind.endsWith('/:name')).sort(), [
    ['onRequest event /:name', 3],
    ['onRequest load /:name', 1],
    ['onResponse event /:name', 3],
    ['onResponse load /:name', 1],
  ]);
});
