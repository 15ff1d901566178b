import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, suite, test } from 'node:test';
import Fastify from 'fastify';
import { Redis as IoRedis } from 'ioredis';
import { Redis as IoRedis5 } from 'ioredis-5';
import { createClient, createCluster, createSentinel, RESP_TYPES } from 'redis';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { type Adapter, AdapterUnavailable } from '../../src/cluster/adapter.js';
import { type AdapterPair, testAdapter } from '../../src/cluster/adapter-tests.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import issrPlugin from '../../src/index.js';
import { type RedisClient, redisAdapter } from '../../src/redis/redis-adapter.js';
import { PageDriver } from '../support/page-driver.js';
import { RedisServer, startRedisCluster } from '../support/redis-server.js';
import { listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

interface OpenClient {
  client: RedisClient;
  close(): unknown;
}

const clients: Record<string, (url: string) => Promise<OpenClient>> = {
  'redis 6': async (url) => {
    const client = await createClient({ url })
      .on('error', () => {})
      .connect();
    return { client, close: () => client.destroy() };
  },
  'redis 5': async (url) => {
    const client = await createClient5({ url })
      .on('error', () => {})
      .connect();
    return { client, close: () => client.destroy() };
  },
  'ioredis 6': async (url) => {
    const client = new IoRedis(url).on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  'ioredis 5': async (url) => {
    const client = new IoRedis5(url).on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

/** Clients whose options change the protocol, the types of replies, or the time of the first command. */
const optioned: typeof clients = {
  'redis 6 with RESP 3 and a cache': async (url) => {
    const clientSideCache = { ttl: 0, maxEntries: 0 };
    const client = await createClient({ url, RESP: 3, clientSideCache })
      .on('error', () => {})
      .connect();
    return { client: client as RedisClient, close: () => client.destroy() };
  },
  'redis 6 with Buffers and texts as replies': async (url) => {
    const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String };
    const client = await createClient({ url, commandOptions: { typeMapping } })
      .on('error', () => {})
      .connect();
    return { client: client as unknown as RedisClient, close: () => client.destroy() };
  },
  'ioredis 6 with texts as replies and no queue': async (url) => {
    const client = new IoRedis(url, { stringNumbers: true, enableOfflineQueue: false });
    client.on('error', () => {});
    await once(client, 'ready');
    return { client, close: () => client.disconnect() };
  },
};

const clusters: Record<string, (ports: number[]) => Promise<OpenClient>> = {
  'redis 6 cluster': async (ports) => {
    const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
    const client = await createCluster({ rootNodes })
      .on('error', () => {})
      .connect();
    return { client: client as unknown as RedisClient, close: () => client.destroy() };
  },
  'redis 5 cluster': async (ports) => {
    const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
    const client = createCluster5({ rootNodes }).on('error', () => {});
    await client.connect();
    return { client: client as unknown as RedisClient, close: () => client.destroy() };
  },
  'ioredis 6 cluster': async (ports) => {
    const client = new IoRedis.Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  'ioredis 5 cluster with keyPrefix': async (ports) => {
    const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
    const client = new IoRedis5.Cluster(nodes, { keyPrefix: 'app:' });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

testAdapter('memory', async () => {
  const adapter = new MemoryAdapter();
  return { first: adapter, second: adapter };
});

for (const [name, open] of Object.entries({ ...clients, ...optioned })) {
  testAdapter(name, async () => {
    const server = await RedisServer.start();
    return pairOf(await Promise.all([open(server.url), open(server.url)]), () => server.close());
  });
}

testAdapter('ioredis 6 Sentinel', async () => {
  const server = await RedisServer.start();
  const sentinel = await RedisServer.startSentinel(server);
  const open = () => {
    const client = new IoRedis({ name: 'main', sentinels: [{ host: '127.0.0.1', port: sentinel.port }] });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  };
  return pairOf([open(), open()], async () => {
    await sentinel.close();
    await server.close();
  });
});

for (const [name, open] of Object.entries(clusters)) {
  testAdapter(name, async () => {
    const servers = await startRedisCluster();
    const ports = servers.map(({ port }) => port);
    return pairOf(await Promise.all([open(ports), open(ports)]), () =>
      Promise.all(servers.map((server) => server.close())),
    );
  });
}

for (const [name, open] of Object.entries(clients)) {
  suite(`an outage of Redis (${name})`, () => {
    let server: RedisServer;
    before(async () => {
      server = await RedisServer.start();
    });
    after(() => server.close());

    for (const [kind, { begin, end }] of Object.entries({
      'restarted empty': { begin: () => server.stop(), end: () => server.start() },
      stalled: { begin: async () => server.pause(), end: async () => server.resume() },
    })) {
      test(`reports a ${kind} server, fails fast and subscribes again`, async () => {
        const { client, close } = await open(server.url);
        const adapter = redisAdapter(client, { probeInterval: 200, commandTimeout: 300 });
        const status: string[] = [];
        await adapter.open({ onDown: () => status.push('down'), onUp: () => status.push('up') });
        const received: string[] = [];
        await adapter.subscribe('news', (message) => received.push(message));

        await begin();
        await waitFor(() => status.includes('down'));
        // Refused at once: one that timed out would say so.
        const refused = new AdapterUnavailable('Redis cannot be reached.');
        await assert.rejects(adapter.get('x'), refused);
        await assert.rejects(adapter.publish('news', 'lost'), refused);
        await adapter.subscribe('late', (message) => received.push(`late ${message}`));
        await end();
        await waitFor(() => status.includes('up'));

        await adapter.publish('news', 'again');
        await adapter.publish('late', 'too');
        await waitFor(() => received.length === 2);
        assert.deepEqual(received.sort(), ['again', 'late too']);
        assert.deepEqual(status, ['down', 'up']);
        await adapter.close();
        close();
      });
    }
  });
}

test('a wrong password fails the opening', async () => {
  const server = await RedisServer.start('--requirepass', 'right');
  const client = new IoRedis(`redis://:wrong@127.0.0.1:${server.port}`, { retryStrategy: () => null });
  client.on('error', () => {});
  const adapter = redisAdapter(client, { commandTimeout: 1000 });
  await assert.rejects(adapter.open({ onDown() {}, onUp() {} }));
  await adapter.close();
  client.disconnect();
  await server.close();
});

test('a client that the adapter cannot use is refused', () => {
  assert.throws(() => redisAdapter({} as RedisClient), /takes a client of the package/);
  const sentinel = createSentinel({ name: 'main', sentinelRootNodes: [] }) as unknown as RedisClient;
  assert.throws(() => redisAdapter(sentinel), /cannot use a Sentinel of the package 'redis'/);
});

test('an option of the adapter with a wrong value is refused by its name', () => {
  const client = createClient() as RedisClient;
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5' as unknown as number]) {
    assert.throws(() => redisAdapter(client, { commandTimeout: value }), /commandTimeout must be.*not /);
    assert.throws(() => redisAdapter(client, { probeInterval: value }), /probeInterval must be.*not /);
  }
  assert.throws(() => redisAdapter(client, { prefix: 1 as unknown as string }), /prefix must be a string/);
  redisAdapter(client, { prefix: '', commandTimeout: 1, probeInterval: 2 ** 31 - 1 });
});

test('the adapter leaves the author’s client open', async () => {
  const server = await RedisServer.start();
  const client = await createClient({ url: server.url }).connect();
  const adapter = redisAdapter(client);
  await adapter.open({ onDown() {}, onUp() {} });
  await adapter.close();
  await adapter.close();
  assert.equal(await client.ping(), 'PONG');
  client.destroy();
  await server.close();
});

test('sites with two prefixes of one Redis neither hear nor read each other', async (t) => {
  const server = await RedisServer.start();
  const client = await createClient({ url: server.url }).connect();
  const sites = ['', 'shop:'].map((prefix) => redisAdapter(client, { prefix }));
  t.after(async () => {
    for (const site of sites) await site.close();
    client.destroy();
    await server.close();
  });
  const received: string[] = [];
  for (const site of sites) await site.open({ onDown() {}, onUp() {} });
  for (const [i, site] of sites.entries())
    await site.subscribe('news', (message) => received.push(`${i} ${message}`));
  for (const [i, site] of sites.entries()) {
    await site.set('key', `of ${i}`, 60_000);
    await site.publish('news', `of ${i}`);
  }
  await waitFor(() => received.length === 2);
  assert.deepEqual(received.sort(), ['0 of 0', '1 of 1']);
  assert.deepEqual(await Promise.all(sites.map((site) => site.get('key'))), ['of 0', 'of 1']);
});

test('two registrations of one process need two adapters, of one client', async (t) => {
  const server = await RedisServer.start();
  const client = await createClient({ url: server.url }).connect();
  t.after(async () => {
    client.destroy();
    await server.close();
  });
  let text = 'before';
  /** A server whose two registrations have these adapters. The function tells all pages of a change. */
  const createSite = (adapters: Adapter[]) => {
    const fastify = Fastify();
    t.after(() => fastify.close());
    const changes: (() => Promise<number>)[] = [];
    for (const [i, adapter] of adapters.entries())
      fastify.register(async (scope) => {
        await scope.register(issrPlugin, { secret: 's'.repeat(32), prefix: `/issr${i}`, adapter });
        scope.issrRoute(`/${i}`, ({ issr }) => {
          issr.watch('key');
          return `<p>${text}</p>`;
        });
        changes.push(() => scope.issr.changed('key'));
      });
    return { fastify, changes };
  };
  const shared = redisAdapter(client);
  const { fastify: refused } = createSite([shared, shared]);
  await assert.rejects(async () => refused.ready(), /serves one registration/);

  const { fastify, changes } = createSite([redisAdapter(client), redisAdapter(client)]);
  const page = await PageDriver.open(await listen(fastify), '/1', { endpoint: '/issr1/issr' });
  text = 'after';
  assert.equal(await changes[0]?.(), 0);
  await waitFor(() => page.text === 'after');
});

function pairOf([a, b]: OpenClient[], closeServers: () => Promise<unknown>): AdapterPair {
  if (!a || !b) throw new Error('Two clients are needed.');
  return {
    first: redisAdapter(a.client),
    second: redisAdapter(b.client),
    async close() {
      a.close();
      b.close();
      await closeServers();
    },
  };
}
