import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Redis as IoRedis } from 'ioredis';
import { createClient } from 'redis';
import issrPlugin from '../../src/index.js';
import { type RedisClient, redisAdapter } from '../../src/redis/redis-adapter.js';
import { RedisServer } from '../support/redis-server.js';
import { waitFor } from '../support/wait.js';

const status = { onDown() {}, onUp() {} };

/** A client, and a function that ends it. */
const clients: Record<string, (url: string) => Promise<{ client: RedisClient; close(): void }>> = {
  redis: async (url) => {
    const client = createClient({ url }).on('error', () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  ioredis: async (url) => {
    const client = new IoRedis(url).on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

/** The rights that the documents name. */
const [rights = ''] = /~issr:\*[^`]*/.exec(
  readFileSync(join(import.meta.dirname, '../../docs/pushes.md'), 'utf8'),
) ?? [''];

/** A Redis with a user `app` whose rights a test may change. */
async function startServer(t: TestContext) {
  const server = await RedisServer.start();
  const admin = createClient({ url: server.url }).on('error', () => {});
  await admin.connect();
  t.after(async () => {
    admin.destroy();
    await server.close();
  });
  const run = (command: string) => admin.sendCommand(command.split(' '));
  const setRights = (text: string) => run(`ACL SETUSER app reset on >pass ${text}`);
  return { run, setRights, url: `redis://app:pass@127.0.0.1:${server.port}` };
}

for (const [library, open] of Object.entries(clients)) {
  test(`the documented rights are enough, and a missing one fails the start (${library})`, async (t) => {
    const { setRights, url } = await startServer(t);
    const start = async (given: string) => {
      await setRights(given);
      const { client, close } = await open(url);
      const adapter = redisAdapter(client, { commandTimeout: 1000 });
      try {
        await adapter.open(status);
        await adapter.set('a', 'b', 1000);
        assert.equal(await adapter.take('a'), 'b');
        assert.equal(await adapter.append('log', 'entry', 10, 1000), true);
        assert.deepEqual(await adapter.readLog('log', 10), ['entry']);
        await adapter.close();
      } finally {
        close();
      }
    };
    await start(rights);
    const missing = rights.split(' ').filter((right) => !/connection|info/.test(right));
    assert.equal(missing.length, 9);
    for (const right of missing) {
      const others = rights.split(' ').filter((each) => each !== right);
      await assert.rejects(start(others.join(' ')), /Its user needs the keys and channels issr:\*.* NOPERM /);
    }
  });

  test(`rights that are taken away end no process, and the log names them (${library})`, async (t) => {
    const { run, setRights, url } = await startServer(t);
    await setRights(rights);
    const { client, close } = await open(url);
    const log: { msg: string; err?: { message: string } }[] = [];
    const write = (line: string) => void log.push(JSON.parse(line));
    const fastify = Fastify({ logger: { level: 'info', stream: { write } } });
    t.after(async () => {
      await fastify.close();
      close();
    });
    await fastify.register(issrPlugin, {
      secret: 'a secret of at least 32 characters',
      adapter: redisAdapter(client, { probeInterval: 200, commandTimeout: 500 }),
    });
    await fastify.ready();
    const lines = () => log.filter(({ msg }) => msg.includes('adapter')).map(({ msg }) => msg);
    await run('ACL SETUSER app resetchannels');
    await waitFor(() => lines().length === 2);
    assert.deepEqual(lines(), [
      'issr: other processes cannot be reached, the adapter is down',
      'issr: the adapter is still down',
    ]);
    assert.match(log.at(-1)?.err?.message ?? '', /^NOPERM .*channels/);
    await setRights(rights);
    await waitFor(() => lines().length === 3);
    assert.match(lines().at(-1) ?? '', /the adapter is up/);
  });

  test(`a process does not start at a replica (${library})`, async (t) => {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(primary.port));
    const { client, close } = await open(replica.url);
    t.after(async () => {
      close();
      await Promise.all([primary.close(), replica.close()]);
    });
    await assert.rejects(redisAdapter(client).open(status), /It needs the primary.* READONLY /);
  });

  test(`a process does not wait for ever at the limit of connections (${library})`, async (t) => {
    const { run, url, setRights } = await startServer(t);
    await setRights(rights);
    await run('CONFIG SET maxclients 2');
    const { client, close } = await open(url);
    t.after(close);
    await assert.rejects(redisAdapter(client).open(status), /Redis did not answer within 8000 ms\. ./);
    await run('CONFIG SET maxclients 100');
    const adapter = redisAdapter(client);
    await adapter.open(status);
    await adapter.close();
  });
}
