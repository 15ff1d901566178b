import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Redis as IoRedis } from 'ioredis';
import { createCluster } from 'redis';
import issrPlugin from '../../src/index.js';
import { type RedisClient, redisAdapter } from '../../src/redis/redis-adapter.js';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { PageDriver } from '../support/page-driver.js';
import { createCommands } from '../support/record-cluster.js';
import { RedisServer, startRedisCluster } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const redis = { probeInterval: 300, commandTimeout: 1000 };

/** Commands after which Redis refuses others, by its answer, and commands that end it. */
const refusals: Record<string, [begin: string, end: string]> = {
  NOREPLICAS: ['CONFIG SET min-replicas-to-write 1', 'CONFIG SET min-replicas-to-write 0'],
  MASTERDOWN: ['CONFIG SET replica-serve-stale-data no\r\nREPLICAOF 127.0.0.1 1', 'REPLICAOF NO ONE'],
  BUSY: ['CONFIG SET busy-reply-threshold 1\r\nEVAL "while true do end" 0', 'SCRIPT KILL'],
  NOAUTH: [
    'CONFIG SET requirepass x\r\nCLIENT KILL TYPE pubsub\r\nCLIENT KILL TYPE normal',
    'AUTH x\r\nCONFIG SET requirepass ""',
  ],
  // The last one, because it removes the folder of the server.
  MISCONF: ['CONFIG SET save "3600 1"\r\nBGSAVE', 'CONFIG SET stop-writes-on-bgsave-error no'],
};

/** Ways in which Redis goes away and comes back. */
const outages: Record<
  string,
  [leave: (server: RedisServer) => unknown, comeBack: (server: RedisServer) => unknown]
> = {
  'is away': [(server) => server.stop(), (server) => server.start()],
  'is a replica, and keeps its connections': [
    (server) => server.run('REPLICAOF 127.0.0.1 1'),
    (server) => server.run('REPLICAOF NO ONE'),
  ],
};

for (const [whenCut, [name, [leave, comeBack]]] of ['run', 'refuse'].flatMap((whenCut) =>
  Object.entries(outages).map((outage) => [whenCut as 'run' | 'refuse', outage] as const),
)) {
  test(`whenCut: '${whenCut}' decides about actions while Redis ${name}`, async (t) => {
    const options = { redis, plugin: { whenCut }, record: createCommands(t).record };
    const { redis: server, processes } = await startCluster(t, 1, options);
    const page = await PageDriver.open(processes[0]?.origin ?? '', '/');
    let command = 0;
    const outcome = async () => {
      const [verb, , error] = await page.click('add', String(command++));
      return verb === 'error' ? [verb, (error as { status: number; message: string }).status] : [verb];
    };
    assert.deepEqual(await outcome(), ['patch']);
    await leave(server);
    await waitFor(async () =>
      (await processes[0]?.call<string[]>('warnings'))?.some((line) => line.includes('is down')),
    );
    assert.deepEqual(await outcome(), whenCut === 'run' ? ['patch'] : ['error', 503]);
    assert.equal((await page.rr())[0], 'patch', 'an event without an action runs');
    await comeBack(server);
    await waitFor(async () => String(await outcome()) === 'patch');
  });
}

test('the figures of a process say whether its adapter is up', async (t) => {
  const { redis: server, processes } = await startCluster(t, 1, { redis });
  const isUp = async () =>
    (await processes[0]?.call<{ isAdapterUp: boolean }>('stats'))?.isAdapterUp as boolean;
  assert.equal(await isUp(), true);
  await server.stop();
  await waitFor(async () => !(await isUp()));
  await server.start();
  await waitFor(isUp);
});

test('a Redis that takes 200 ms delays pushes of other processes, and no event', async (t) => {
  const server = await RedisServer.start();
  const proxy = await TcpProxy.open(t, server.url.replace('redis', 'http'), { delay: () => 200 });
  const options = { redis, record: createCommands(t).record };
  const url = proxy.origin.replace('http', 'redis');
  const processes = await Promise.all([
    ClusterProcess.start(url, options),
    ClusterProcess.start(url, options),
  ]);
  t.after(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await server.close();
  });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const ann = await PageDriver.open(first.origin, '/?who=ann');
  const bob = await PageDriver.open(second.origin, '/?who=bob');
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');
  await second.call('setCount', 5);
  await first.call('changed', 'key');
  await waitFor(() => bob.text === '5ann+bob');
  const latencies: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await ann.click('add', String(i));
    latencies.push(performance.now() - began);
  }
  assert.ok(Math.min(...latencies) < 200, `an action waits for no round trip: ${latencies}`);
});

test('pages catch up on pushes of a process that alone was cut off from Redis', async (t) => {
  const server = await RedisServer.start();
  const proxy = await TcpProxy.open(t, server.url.replace('redis', 'http'));
  const urls = [proxy.origin.replace('http', 'redis'), server.url];
  const processes = await Promise.all(urls.map((url) => ClusterProcess.start(url, { redis })));
  t.after(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await server.close();
  });
  const [cutOff, other] = processes as [ClusterProcess, ClusterProcess];
  const pages = await Promise.all(['/?key=key', '/draft'].map((url) => PageDriver.open(other.origin, url)));
  const shows = (text: string) => () => pages.every((page) => page.text === text);
  const push = async (count: number) => {
    await other.call('setCount', count);
    await cutOff.call('changed', 'key');
    await cutOff.call('rr', '/draft');
  };
  await push(1);
  await waitFor(shows('1'));
  proxy.swallow();
  await push(2);
  await waitFor(async () =>
    (await cutOff.call<string[]>('warnings')).some((line) => line.includes('is down')),
  );
  await push(3);
  proxy.letThrough();
  proxy.cut();
  await waitFor(shows('3'));
  assert.deepEqual(await other.call('warnings'), [], 'the other process noticed nothing');
});

test('pushes go on while Redis is out of memory, and after any other of its refusals', async (t) => {
  const { redis: server, processes } = await startCluster(t, 2, { redis });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const ann = await PageDriver.open(first.origin, '/?who=ann');
  await server.run('CONFIG SET maxmemory 1');
  const bob = await PageDriver.open(second.origin, '/?who=bob');
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');
  await second.call('setCount', 3);
  await first.call('changed', 'key');
  await waitFor(() => bob.text === '3ann+bob');

  await server.run('CONFIG SET maxmemory 0');
  const stream = await EventClient.open(`${second.origin}/news`);
  t.after(() => stream.leave());
  await first.call('publish', 'before');
  assert.equal(await stream.nextData(), 'before');
  const [, folder = ''] = /dir\r\n\$\d+\r\n(.*)\r\n/.exec(await server.run('CONFIG GET dir')) ?? [];
  let count = 3;
  for (const [answer, [begin, end]] of Object.entries(refusals)) {
    if (answer === 'MISCONF') rmSync(folder, { recursive: true });
    void server.run(begin);
    await waitFor(async () => /^-/.test(await server.run('SET key value')), answer);
    await second.call('setCount', ++count);
    await first.call('changed', 'key');
    await first.call('publish', answer);
    assert.equal((await bob.rr())[0], 'patch');
    await server.run(end);
    assert.equal(await stream.nextData(), answer);
    await waitFor(() => bob.text === `${count}ann+bob`, answer);
  }
});

test('a wrong password fails the start of the server', async (t) => {
  const server = await RedisServer.start('--requirepass', 'right');
  t.after(() => server.close());
  const client = new IoRedis(`redis://:wrong@127.0.0.1:${server.port}`, { retryStrategy: () => null });
  client.on('error', () => {});
  const fastify = Fastify();
  await fastify.register(issrPlugin, {
    secret: 'a secret of at least 32 characters',
    adapter: redisAdapter(client, { commandTimeout: 1000 }),
  });
  await assert.rejects(async () => fastify.ready());
  await fastify.close();
  client.disconnect();
});

const clusterClients: Record<string, (ports: number[]) => Promise<{ client: RedisClient; close(): void }>> = {
  redis: async (ports) => {
    const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
    const client = await createCluster({ rootNodes })
      .on('error', () => {})
      .connect();
    return { client: client as unknown as RedisClient, close: () => client.destroy() };
  },
  ioredis: async (ports) => {
    const client = new IoRedis.Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

for (const [library, connectCluster] of Object.entries(clusterClients)) {
  test(`pages catch up after a node of three was away (${library})`, async (t) => {
    const nodes = await startRedisCluster();
    t.after(() => Promise.all(nodes.map((node) => node.close())));
    const ports = nodes.map(({ port }) => port);
    const state = { count: 0 };
    const [first, second] = [
      await startServer(t, await connectCluster(ports), state),
      await startServer(t, await connectCluster(ports), state),
    ];
    const ann = await PageDriver.open(first.fastify.listeningOrigin, '/?who=ann');
    const bob = await PageDriver.open(second.fastify.listeningOrigin, '/?who=bob');
    // Presence lists are sent again after an outage. This page has none.
    const plain = await PageDriver.open(second.fastify.listeningOrigin, '/');
    const show = (text: string) =>
      waitFor(() => ann.text === text && bob.text === text && plain.text === text.slice(0, 2), text);
    await show('0 ann+bob');
    state.count++;
    await first.fastify.issr.changed('key');
    await show('1 ann+bob');

    await nodes[0]?.stop();
    const isLogged = (text: string) => () =>
      [first, second].every(({ log }) => log.some((line) => line.includes(text)));
    await waitFor(isLogged('the adapter is down'));
    state.count++;
    await first.fastify.issr.changed('key');
    await waitFor(() => ann.text === '2 ann+bob', 'a push within the process');
    await nodes[0]?.start();
    await show('2 ann+bob');
    await waitFor(isLogged('the adapter is up'));
    state.count++;
    await second.fastify.issr.changed('key');
    await show('3 ann+bob');
  });
}

/** A server of one page that watches `key` and shows who is present. Its log has the messages alone. */
async function startServer(
  t: TestContext,
  { client, close }: { client: RedisClient; close(): void },
  state: { count: number },
) {
  const log: string[] = [];
  const write = (line: string) => void log.push(JSON.parse(line).msg);
  const fastify = Fastify({ forceCloseConnections: true, logger: { level: 'info', stream: { write } } });
  await fastify.register(issrPlugin, {
    secret: 'a secret of at least 32 characters',
    adapter: redisAdapter(client, redis),
  });
  fastify.issrRoute<{ Querystring: { who?: string } }>('/', ({ query, issr }) => {
    issr.watch('key');
    const present = query.who ? issr.presence('room', query.who) : [];
    return `<p>${state.count} ${present.sort().join('+')}</p>`;
  });
  t.after(async () => {
    await fastify.close();
    close();
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  return { fastify, log };
}
