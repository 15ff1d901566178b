import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import Fastify from 'fastify';
import { createClient } from 'redis';
import { WebSocket } from 'ws';
import issrPlugin from '../../src/index.js';
import { redisAdapter } from '../../src/redis/redis-adapter.js';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';
import { RedisServer } from '../support/redis-server.js';
import { waitFor } from '../support/wait.js';

const plugin = { plugin: { allowedOrigins: ['http://site.example'] } };

async function startTwo(t: Parameters<typeof startCluster>[0]) {
  const { processes } = await startCluster(t, 2, plugin);
  const [first, second] = processes;
  assert.ok(first && second);
  return { first, second };
}

test('a POST of a plain HTTP connection may reach any process', async (t) => {
  const { first, second } = await startTwo(t);
  const page = await PageDriver.load(first.origin, '/');
  const connection = await HttpConnection.open(first.origin, { origin: 'http://site.example' });
  const post = (origin: string, key: string, ...messages: unknown[]) =>
    fetch(`${origin}/issr/send?link=${key}`, {
      method: 'POST',
      body: messages.map((message) => JSON.stringify(message)).join('\n'),
      headers: { origin: 'http://site.example' },
    });
  const joined = await post(second.origin, connection.key, ['join', 1, page.token, '/', [], 0, 0, 0]);
  assert.equal(joined.status, 204);
  assert.equal((await connection.next())[0], 'joined');
  for (let number = 1; number <= 5; number++) {
    const { origin } = number % 2 ? first : second;
    assert.equal((await post(origin, connection.key, ['event', number, [[], []], []])).status, 204);
  }
  let last = 0;
  while (last < 5) {
    const [verb, event] = await connection.next();
    if (verb !== 'patch') continue;
    assert.equal(event, last + 1);
    last = Number(event);
  }
  for (const key of ['', 'x', `${connection.key}0`, connection.key.replace(/^./, 'g'), 'a'.repeat(5000)]) {
    assert.equal((await post(second.origin, key, ['ping'])).status, 404);
  }
  await connection.leave();
});

test('any process redeems a cookie ticket once, for its own page', async (t) => {
  const { first, second } = await startTwo(t);
  const open = () =>
    PageDriver.open(first.origin, '/sign-in', { headers: { origin: 'http://site.example' } });
  const [page, other] = [await open(), await open()];
  page.sendEvent({ actions: [['signIn', 't']] });
  const [, ticket] = await page.next('cookies');
  const redeem = async ({ token }: PageDriver) => {
    const response = await fetch(`${second.origin}/issr/cookies?ticket=${ticket}`, {
      method: 'POST',
      body: token,
      headers: { origin: 'http://site.example' },
    });
    return [response.status, response.headers.get('set-cookie')];
  };
  assert.deepEqual(await redeem(other), [404, null]);
  assert.deepEqual(await redeem(page), [204, 'session=ann; HttpOnly; Path=/']);
  assert.deepEqual(await redeem(page), [404, null]);
});

test('any process gives away the file that an action answered, once', async (t) => {
  const { first, second } = await startTwo(t);
  const page = await PageDriver.open(first.origin, '/report', { headers: { origin: 'http://site.example' } });
  page.sendEvent({ actions: [['report', 't']] });
  const [, , url] = await page.next('redirect');
  const file = await fetch(second.origin + url);
  assert.deepEqual([...new Uint8Array(await file.arrayBuffer())], [0, 255, 10]);
  assert.equal(file.headers.get('content-disposition'), 'attachment; filename=report.bin');
  for (const { origin } of [first, second]) assert.equal((await fetch(origin + url)).status, 404);
});

test('an event reaches the streams of all processes', async (t) => {
  const { first, second } = await startTwo(t);
  const headers = { origin: 'http://site.example' };
  const [a, b] = await Promise.all(
    [first, second].map(({ origin }) => EventClient.open(`${origin}/news`, '', headers)),
  );
  assert.ok(a && b);
  await first.call('publish', 'one');
  assert.deepEqual([await a.nextData(), await b.nextData()], ['one', 'one']);
  assert.equal(a.lastEventId, b.lastEventId);
  const { lastEventId } = a;
  a.leave();
  await second.call('publish', 'two');
  assert.equal(await b.nextData(), 'two');
  const moved = await EventClient.open(`${second.origin}/news`, lastEventId, headers);
  assert.equal(await moved.nextData(), 'two');
  for (const stream of [b, moved]) stream.leave();
});

test('a process that starts later replays the events of those before it', async (t) => {
  const { redis, processes } = await startCluster(t, 1, plugin);
  const [first] = processes;
  assert.ok(first);
  const headers = { origin: 'http://site.example' };
  const earlier = await EventClient.open(`${first.origin}/news`, '', headers);
  await first.call('publish', 'one');
  assert.equal(await earlier.nextData(), 'one');
  earlier.leave();
  const stream = await EventClient.open(`${first.origin}/news`, '', headers);
  await stream.placed();
  stream.leave();
  for (const data of ['two', 'three\nlines', 'four']) await first.call('publish', data);
  await first.close();
  const later = await ClusterProcess.start(redis.url, plugin);
  processes.push(later);
  const resumed = await EventClient.open(`${later.origin}/news`, stream.lastEventId, headers);
  await later.call('publish', 'five');
  const received = [];
  while (received.length < 5) received.push(await resumed.nextData());
  assert.deepEqual(received, ['two', 'three\nlines', 'four', 'missed nothing', 'five']);
  resumed.leave();
});

test('a broadcast reaches the sockets of all processes, and count counts them', async (t) => {
  const { first, second } = await startTwo(t);
  const open = async ({ origin }: { origin: string }, id: string) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/room/${id}`, {
      origin: 'http://site.example',
    });
    const received: string[] = [];
    socket.on('message', (data: Buffer, isBinary) =>
      received.push(isBinary ? data.toString('hex') : String(data)),
    );
    await once(socket, 'open');
    return { socket, received };
  };
  const [a, b, other] = [await open(first, 'x'), await open(second, 'x'), await open(second, 'y')];
  assert.deepEqual([await first.call('count', 'x'), await second.call('countAll')], [2, 3]);
  assert.equal(await first.call('broadcast', 'x', 'hello ü'), 1);
  await first.call('broadcastBytes', [0, 255]);
  await waitFor(() => [a, b].every(({ received }) => received.length === 2) && other.received.length === 1);
  assert.deepEqual(
    [a.received, b.received],
    [
      ['hello ü', '00ff'],
      ['hello ü', '00ff'],
    ],
  );
  assert.deepEqual(other.received, ['00ff']);
  b.socket.terminate();
  await waitFor(async () => (await first.call('count', 'x')) === 1);
  await second.kill();
  assert.equal(await first.call('countAll'), 1);
  for (const { socket } of [a, other]) socket.terminate();
});

test('processes with different secrets warn of each other', async (t) => {
  const redis = await RedisServer.start();
  const sites: { close(): Promise<void> }[] = [];
  t.after(async () => {
    for (const site of sites) await site.close();
    await redis.close();
  });
  const start = async (secret: string) => {
    const warnings: string[] = [];
    const write = (line: string) => void warnings.push(JSON.parse(line).msg);
    const fastify = Fastify({ logger: { level: 'warn', stream: { write } } });
    const client = await createClient({ url: redis.url }).connect();
    await fastify.register(issrPlugin, { secret, adapter: redisAdapter(client) });
    sites.push({
      async close() {
        await fastify.close();
        client.destroy();
      },
    });
    await fastify.ready();
    return warnings;
  };
  const same = 'a secret of at least 32 characters, one';
  const [first, second] = [await start(same), await start(same)];
  const third = await start('a secret of at least 32 characters, two');
  await waitFor(() => [first, second, third].every((warnings) => warnings.length > 0));
  for (const warnings of [first, second, third]) {
    assert.ok(
      warnings.every((warning) => /different secret.*\(see secret\)/.test(warning)),
      String(warnings),
    );
  }
});

test('a join at another process sends no page where nothing changed', async (t) => {
  const { first, second } = await startTwo(t);
  const headers = { origin: 'http://site.example' };
  const at = (page: PageDriver, { origin }: { origin: string }) => page.connect({ ...headers }, origin);
  const page = await PageDriver.load(first.origin, '/', { headers });
  const changes = () =>
    page.messages.map(([verb]) => verb).filter((verb) => verb === 'page' || verb === 'patch');
  await at(page, second);
  await page.join();
  await page.rr();
  assert.deepEqual(changes(), ['patch'], 'a load');
  await second.call('setCount', 3);
  await page.rr();
  assert.equal(page.text, '3');
  await first.call('setCount', 3);
  await at(page, first);
  await page.join();
  await page.rr();
  assert.deepEqual(changes(), ['patch', 'patch', 'patch'], 'a move after a patch');
  await second.call('setCount', 4);
  await at(page, second);
  await page.join();
  await page.next('page');
  assert.equal(page.text, '4');

  const other = await PageDriver.load(first.origin, '/', { headers });
  await at(other, second);
  await other.join();
  await other.next('page');
  assert.equal(other.text, '4');
});
