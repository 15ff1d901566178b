import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoRedis5 } from 'ioredis-5';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { AdapterUnavailable } from '../../src/cluster/adapter.js';
import { type RedisClient, redisAdapter } from '../../src/redis/redis-adapter.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

interface OpenClient {
  client: RedisClient;
  close(): unknown;
}

const socketTimeout = 1500;

/** Clients that end a silent connection, as the documents say. */
const clients: Record<string, (url: string) => Promise<OpenClient>> = {
  'redis 6': async (url) => {
    const client = createClient({ url, socket: { socketTimeout, reconnectStrategy: 50 } });
    await client.on('error', () => {}).connect();
    return { client, close: () => client.destroy() };
  },
  'redis 5': async (url) => {
    const client = createClient5({ url, socket: { socketTimeout, reconnectStrategy: 50 } });
    await client.on('error', () => {}).connect();
    return { client, close: () => client.destroy() };
  },
  'ioredis 6': async (url) => {
    const client = new IoRedis(url, { socketTimeout }).on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  'ioredis 5': async (url) => {
    const client = new IoRedis5(url, { socketTimeout }).on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

/** An open adapter, and the changes of its status. */
async function openAdapter(t: TestContext, { client, close }: OpenClient, commandTimeout: number) {
  const adapter = redisAdapter(client, { probeInterval: 300, commandTimeout });
  const status: string[] = [];
  await adapter.open({ onDown: () => status.push('down'), onUp: () => status.push('up') });
  t.after(async () => {
    await adapter.close();
    close();
  });
  return { adapter, status };
}

async function startRedis(t: TestContext): Promise<RedisServer> {
  const server = await RedisServer.start();
  t.after(() => server.close());
  return server;
}

for (const [name, open] of Object.entries(clients)) {
  test(`socketTimeout replaces connections that died silently (${name})`, async (t) => {
    const server = await startRedis(t);
    const proxy = await TcpProxy.open(t, server.url.replace('redis', 'http'));
    const { adapter, status } = await openAdapter(t, await open(proxy.origin.replace('http', 'redis')), 500);
    const received: string[] = [];
    await adapter.subscribe('news', (message) => received.push(message));
    proxy.swallow();
    await waitFor(() => status.includes('down'));
    proxy.letThrough();
    await waitFor(() => status.includes('up'));
    await adapter.publish('news', 'again');
    await waitFor(() => received.includes('again'));
    assert.deepEqual(status, ['down', 'up']);
  });
}

test('a check that an outage overtook causes no second outage', async (t) => {
  const server = await startRedis(t);
  const client = createClient({ url: server.url }).on('error', () => {});
  await client.connect();
  const { adapter, status } = await openAdapter(t, { client, close: () => client.destroy() }, 1000);
  let checks = 0;
  const observer = client.duplicate().on('error', () => {});
  await observer.connect();
  t.after(() => observer.destroy());
  await observer.pSubscribe('issr:probe:*', () => checks++);
  server.pause();
  const late = assert.rejects(adapter.publish('news', 'late'), AdapterUnavailable);
  await waitFor(() => status.includes('down'));
  server.resume();
  await late;
  await waitFor(() => status.includes('up'));
  const before = checks;
  await waitFor(() => checks === before + 6);
  assert.deepEqual(status, ['down', 'up']);
});

test('a message that the queue of a client has no room for counts as an outage', async (t) => {
  const server = await startRedis(t);
  const client = createClient({ url: server.url, commandsQueueMaxLength: 10 }).on('error', () => {});
  await client.connect();
  const { adapter, status } = await openAdapter(t, { client, close: () => client.destroy() }, 1000);
  const writes = Array.from({ length: 10 }, (_, i) => adapter.set(`key ${i}`, '', 1000));
  await assert.rejects(adapter.publish('news', 'lost'), AdapterUnavailable);
  await Promise.all(writes);
  await waitFor(() => status.includes('up'));
  assert.deepEqual(status, ['down', 'up']);
});
