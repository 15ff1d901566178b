import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssrStreamOptions } from '../../src/index.js';
import { EventClient } from '../support/event-client.js';
import { get } from '../support/get.js';
import { createServer, listen } from '../support/server.js';

const tick = () => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await tick();
}

test('serves a thousand subscribers and cuts one that does not read', async (t) => {
  const COUNT = 1000;
  const limit = 256 * 1024;
  const fastify = await createServer(t);
  let most = 0;
  let isCut = false;
  let left = 0;
  fastify.issrStream('/', { maxUnsentBytes: limit, maxClientsPerIp: COUNT }, (stream, { query }) => {
    stream.subscribe('news');
    stream.signal.addEventListener('abort', () => left++);
    if ((query as { dead?: string }).dead === undefined) return;
    stream.subscribe('filling');
    const watch = setInterval(() => {
      most = Math.max(most, stream.unsentBytes);
    }, 1);
    stream.signal.addEventListener('abort', () => {
      clearInterval(watch);
      isCut = true;
    });
  });
  const origin = await listen(fastify);
  const dead = await EventClient.open(`${origin}/?dead`);
  dead.response.pause();
  const clients = await Promise.all(Array.from({ length: COUNT - 1 }, () => EventClient.open(origin)));
  assert.equal(fastify.issr.publish('news', '1'), COUNT);
  for (const client of clients) assert.equal(await client.nextData(), '1');

  // Every third leaves, and comes back after two more.
  const leavers = clients.filter((_, i) => i % 3 === 0);
  for (const client of leavers) client.leave();
  await until(() => left === leavers.length);
  assert.equal(fastify.issr.publish('news', '2'), COUNT - left);
  fastify.issr.publish('news', '3');
  const back = await Promise.all(leavers.map(({ lastEventId }) => EventClient.open(origin, lastEventId)));
  fastify.issr.publish('news', '4');
  for (const client of [...back, ...clients.filter(({ isEnded }) => !isEnded)]) {
    for (const data of ['2', '3', '4']) assert.equal(await client.nextData(), data);
    assert.deepEqual(client.came, []);
  }

  // More than the network's own buffers hold.
  const chunk = 'x'.repeat(16 * 1024);
  while (!isCut) {
    fastify.issr.publish('filling', chunk);
    await tick();
  }
  assert.ok(most <= limit + 2 * chunk.length, `${most} bytes`);
  assert.equal(fastify.issr.publish('news', 'end'), COUNT - 1);
  for (const client of back) assert.equal(await client.nextData(), 'end');
  for (const client of [dead, ...clients, ...back]) client.leave();
});

test('sends heartbeats while nothing is published', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/', { heartbeatInterval: 30 }, (stream) => stream.subscribe('a'));
  const client = await EventClient.open(await listen(fastify));
  await client.heartbeats(3);
  assert.equal(client.isEnded, false);
  client.leave();
});

test('limits events published while a handler runs', async (t) => {
  const fastify = await createServer(t);
  let isCut = false;
  let goOn = () => {};
  fastify.issrStream('/', { maxUnsentBytes: 10_000 }, async (stream) => {
    stream.subscribe('a');
    stream.signal.addEventListener('abort', () => {
      isCut = true;
    });
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  });
  const asked = get(await listen(fastify)).then(
    () => 'answered',
    () => 'cut',
  );
  await until(() => fastify.issr.publish('a', 'x') === 1);
  for (let i = 0; i < 12; i++) fastify.issr.publish('a', 'x'.repeat(1000));
  assert.equal(isCut, true);
  assert.equal(fastify.issr.publish('a', 'x'), 0);
  assert.equal(await asked, 'cut');
  goOn();
});

for (const limit of ['maxClients', 'maxClientsPerIp'] as const) {
  test(`${limit} answers one more with 503 until another leaves`, async (t) => {
    const fastify = await createServer(t);
    fastify.issrStream('/:name', { [limit]: 2 }, (stream, { params }) => {
      if (params.name === 'broken') throw new Error('broken');
      stream.subscribe('a');
    });
    const origin = await listen(fastify);
    const first = await EventClient.open(`${origin}/x`);
    // A request that fails does not count.
    assert.equal((await get(`${origin}/broken`)).status, 500);
    const second = await EventClient.open(`${origin}/x`);
    assert.equal(second.response.statusCode, 200);
    const { status, body } = await get(`${origin}/x`);
    assert.equal(status, 503);
    assert.equal(JSON.parse(body).code, 'ISSR_ERR_CLIENTS');
    first.leave();
    await until(() => fastify.issr.publish('a', 'x') === 1);
    const third = await EventClient.open(`${origin}/x`);
    assert.equal(third.response.statusCode, 200);
    for (const client of [second, third]) client.leave();
  });
}

test('each option is refused by its name, with the value', async (t) => {
  const fastify = await createServer(t);
  for (const [name, value] of [
    ['retry', -1],
    ['heartbeatInterval', 0],
    ['maxUnsentBytes', 0],
    ['maxClients', '5'],
    ['maxClientsPerIp', 1.5],
    ['allowedOrigins', 7],
  ] as const) {
    assert.throws(() => fastify.issrStream('/', { [name]: value } as IssrStreamOptions, () => {}), {
      code: 'ISSR_ERR_OPTION',
      message: new RegExp(`^Option '${name}' must be .* Got: ${value}$`),
    });
  }
});
