import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { structureHash } from '../../src/html/store/structure-hash.js';
import { type ParamEntries, PROTOCOL_VERSION } from '../../src/protocol.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

async function openCounter(t: TestContext) {
  const fastify = await createServer(t, { resumeWindow: 0 });
  const left: string[] = [];
  fastify.issr.onDisconnect((_page, reason) => void left.push(reason));
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query }) => `<p>${query.x ?? 0}</p>`);
  const origin = await listen(fastify);
  const page = await PageDriver.load(origin, '/');
  const streamEnded = new Promise<void>((resolve) => {
    fastify.server.once('request', (_request, response) => response.on('close', resolve));
  });
  const link = await HttpConnection.open(origin);
  const join = (params: ParamEntries = []) => [
    'join',
    PROTOCOL_VERSION,
    page.token,
    '/',
    params,
    structureHash(page.html),
    0,
    0,
  ];
  return { fastify, origin, page, link, join, left, streamEnded };
}

test('joins and answers events over plain HTTP', async (t) => {
  const { link, join } = await openCounter(t);
  assert.equal((await link.post(join())).status, 204);
  assert.deepEqual((await link.next()).slice(0, 3), ['joined', 0, false]);
  await link.post(['event', 1, [[['x', '1']], []], []], ['event', 2, [[['x', '22']], []], []]);
  assert.deepEqual(await link.next(), ['patch', 1, ['t', [1, 0, 0], '1']]);
  assert.deepEqual(await link.next(), ['patch', 2, ['t', [1, 0, 0], '22']]);
});

test('a POST of too many messages closes its connection', async (t) => {
  const { link, join } = await openCounter(t);
  await link.post(join());
  assert.equal((await link.next())[0], 'joined');
  const pings = Array<unknown[]>(1000).fill(['ping']);
  await link.post(...pings);
  for (const _ of pings) assert.deepEqual(await link.next(), ['pong']);
  await link.post(...pings, ['ping']);
  const { type, data } = await link.nextEvent();
  assert.deepEqual([type, JSON.parse(data)], ['close', [1002, 'ISSR_ERR_MESSAGE']]);
});

test('sends a push over plain HTTP', async (t) => {
  const { fastify, link, join } = await openCounter(t);
  await link.post(join());
  await link.next();
  assert.equal(await fastify.issr.rr('/', { x: '7' }), 1);
  assert.deepEqual(await link.next(), ['state', [['x', '7']]]);
  assert.deepEqual(await link.next(), ['patch', 0, ['t', [1, 0, 0], '7']]);
});

test('forgets a page whose stream ended, as with a websocket', async (t) => {
  const { fastify, link, join, left } = await openCounter(t);
  await link.post(join());
  await link.next();
  const gone = new Promise<void>((resolve) => fastify.issr.onDisconnect(() => resolve()));
  await link.leave();
  await gone;
  assert.deepEqual(left, ['lost']);
  assert.equal((await link.post(['ping'])).status, 404);
});

test('accepts the last POST of a page that leaves', async (t) => {
  const { fastify, link, join, left, streamEnded } = await openCounter(t);
  const seen = new Promise<unknown>((resolve) => {
    fastify.issr.onDisconnect(({ params }) => resolve(params.get('x')));
  });
  await link.post(join());
  await link.next();
  await link.leave();
  await streamEnded;
  assert.equal((await link.post(['params', [[['x', 'last']], []]], ['bye'])).status, 204);
  assert.equal(await seen, 'last');
  assert.deepEqual(left, ['left']);
});

test('closes a stream for every reason that closes a websocket', async (t) => {
  const { link } = await openCounter(t);
  await link.postText('garbage');
  assert.deepEqual(await link.closed(), [1002, 'ISSR_ERR_MESSAGE']);
});

test('refuses connections and POSTs of another site', async (t) => {
  const { origin, link } = await openCounter(t);
  const foreign = { origin: 'https://evil.example' };
  assert.equal((await fetch(`${origin}/issr/stream`, { headers: foreign })).status, 403);
  assert.equal((await link.postText('["ping"]', foreign)).status, 403);
  assert.equal((await link.postText('["ping"]', {})).status, 403);
});

test('a HEAD opens no stream', async (t) => {
  const { origin } = await openCounter(t);
  assert.equal((await fetch(`${origin}/issr/stream`, { method: 'HEAD' })).status, 404);
});

test('ends all streams when the server closes', async (t) => {
  const { fastify, link, join } = await openCounter(t);
  await link.post(join());
  await link.next();
  const closed = fastify.close();
  assert.deepEqual(await link.next(), ['closing', 0, 1]);
  assert.deepEqual(await link.closed(), [1001, 'shutdown']);
  await closed;
});
