import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoRedis5 } from 'ioredis-5';
import { createCluster } from 'redis';
import { createCluster as createCluster5 } from 'redis-5';
import { type RedisClient, redisAdapter } from '../../src/redis/redis-adapter.js';
import { moveSlot, startRedisCluster } from '../support/redis-server.js';
import { waitFor } from '../support/wait.js';

type Client = RedisClient & { status?: string; on(event: string, listener: () => void): unknown };

interface OpenClient {
  client: Client;
  close(): void;
}

const clients: Record<string, (ports: number[]) => Promise<OpenClient>> = {
  'redis 6': async (ports) => {
    const client = createCluster({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    await client.on('error', () => {}).connect();
    return { client: client as unknown as Client, close: () => client.destroy() };
  },
  'redis 5': async (ports) => {
    const client = createCluster5({ rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    await client.on('error', () => {}).connect();
    return { client: client as unknown as Client, close: () => client.destroy() };
  },
  'ioredis 6': async (ports) => {
    const client = new IoRedis.Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    return { client: client.on('error', () => {}) as Client, close: () => client.disconnect() };
  },
  'ioredis 5': async (ports) => {
    const client = new IoRedis5.Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    return { client: client.on('error', () => {}) as Client, close: () => client.disconnect() };
  },
};

/** An adapter of a cluster, what it receives in the channel `news`, and the changes of its status. */
async function openAdapter(t: TestContext, open: (ports: number[]) => Promise<OpenClient>) {
  const servers = await startRedisCluster();
  const { client, close } = await open(servers.map(({ port }) => port));
  const adapter = redisAdapter(client, { probeInterval: 300, commandTimeout: 1000 });
  const status: string[] = [];
  await adapter.open({ onDown: () => status.push('down'), onUp: () => status.push('up') });
  t.after(async () => {
    await adapter.close();
    close();
    await Promise.all(servers.map((server) => server.close()));
  });
  const received: string[] = [];
  await adapter.subscribe('news', (message) => received.push(message));
  const arrives = (message: string) =>
    waitFor(async () => {
      await adapter.publish('news', message).catch(() => {});
      return received.includes(message);
    }, message);
  return { servers, client, status, arrives };
}

for (const [name, open] of Object.entries(clients)) {
  test(`a channel whose slot moves is heard again (${name})`, async (t) => {
    const { servers, arrives, status } = await openAdapter(t, open);
    await arrives('before');
    await moveSlot(servers, 'issr:news');
    await arrives('after');
    await waitFor(() => status.length % 2 === 0);
  });
}

for (const name of ['redis 6', 'redis 5'] as const) {
  test(`a node that stays away is no new outage with each attempt to reach it (${name})`, async (t) => {
    const { servers, client, arrives, status } = await openAdapter(t, clients[name] as never);
    await arrives('before');
    for (const server of servers) await server.run('CONFIG SET cluster-require-full-coverage no');
    let attempts = 0;
    client.on('node-reconnecting', () => attempts++);
    await servers[0]?.stop();
    await waitFor(() => attempts >= 12);
    // Each of the connections to the node may end for itself.
    const outages = status.filter((each) => each === 'down').length;
    assert.ok(outages <= 3, `${outages} outages, ${attempts} attempts`);
    await servers[0]?.start();
    await arrives('after');
    await waitFor(() => status.at(-1) === 'up');
  });
}

test('a start without the nodes of a cluster fails with the reasons that its client knows', async (t) => {
  const servers = await startRedisCluster();
  const ports = servers.map(({ port }) => port);
  const opened = await Promise.all(
    Object.entries(clients).map(async ([name, open]) => ({ name, ...(await open(ports)) })),
  );
  t.after(() => Promise.all(servers.map((server) => server.close())));
  for (const { name, client } of opened) {
    if (name.startsWith('io')) await waitFor(() => client.status === 'ready');
  }
  await Promise.all(servers.map((server) => server.stop()));
  const status = { onDown: () => {}, onUp: () => {} };
  await Promise.all(
    opened.map(async ({ name, client, close }) => {
      const error = await redisAdapter(client)
        .open(status)
        .catch(({ message }) => message);
      const known = name === 'redis 6' ? /ECONNREFUSED/ : /closed/;
      assert.match(error, /^redisAdapter: Redis did not answer within 8000 ms\. \w/, name);
      assert.match(error, known, name);
      assert.doesNotMatch(error, /Redis connection: |\.\./, name);
      close();
    }),
  );
});
