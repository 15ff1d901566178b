import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { IssrOptions } from '../../src/index.js';
import { RefusalLog } from '../../src/limits/refusal-log.js';
import { EventClient } from '../support/event-client.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { handshakeStatus, SocketClient } from '../support/socket-client.js';
import { waitFor } from '../support/wait.js';

type Line = {
  level: number;
  msg: string;
  refused?: object;
  page?: string;
  path?: string;
  code?: number;
  reason?: string;
};

/** A page, and the lines of its server's log that are this plugin's. */
async function openSite(
  t: TestContext,
  level: string,
  options: IssrOptions = {},
  declare: (fastify: FastifyInstance) => void = () => {},
) {
  const lines: Line[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const fastify = await createServer(t, options, { logger: { level, stream } });
  fastify.issrRoute('/', () => '<p>text</p>');
  declare(fastify);
  const ours = () => lines.filter(({ msg }) => msg?.startsWith('issr: '));
  return { lines, ours, fastify, origin: await listen(fastify) };
}

test('logs each event of a connection at debug, with its page', async (t) => {
  const { ours, origin } = await openSite(t, 'debug');
  const page = await PageDriver.open(origin, '/');
  await page.drop();
  await waitFor(() => ours().length === 3);
  await page.connect();
  await page.join();
  page.send(['bye']);
  await page.closed();
  await waitFor(() => ours().length === 6);
  assert.deepEqual(
    ours().map(({ msg, page, code, reason, path }) => [msg, page, path ?? code ?? reason]),
    [
      ['issr: page joined', page.id, '/'],
      ['issr: connection closed', page.id, 1006],
      ['issr: page detached', page.id, undefined],
      ['issr: page resumed', page.id, '/'],
      ['issr: page closed', page.id, 'left'],
      ['issr: connection closed', page.id, 1000],
    ],
  );
});

test('logs a flood of refused input as one line', async (t) => {
  const { ours, fastify, origin } = await openSite(t, 'info');
  for (const data of ['garbage', '[]', Buffer.from('binary'), 'x'.repeat(2_000_000)]) {
    for (let i = 0; i < 5; i++) {
      const page = await PageDriver.open(origin, '/');
      page.sendRaw(data);
      await page.closed();
    }
  }
  assert.deepEqual(
    ours().map(({ level, msg }) => [level, msg]),
    [[40, 'issr: input refused']],
  );
  assert.deepEqual((ours()[0] as unknown as { refused: unknown }).refused, { ISSR_ERR_MESSAGE: 1 });
  await fastify.close();
  assert.deepEqual((ours()[1] as unknown as { refused: unknown }).refused, {
    ISSR_ERR_MESSAGE: 9,
    binary: 5,
    WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 5,
  });
});

test('logs a flood of connections that never join as one line', async (t) => {
  const { lines, fastify, origin } = await openSite(t, 'warn', { maxUnjoinedConnections: 1 });
  const page = await PageDriver.load(origin, '/');
  await page.connect();
  for (let i = 0; i < 5; i++) assert.equal(await handshakeStatus(origin, '/issr'), 503);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [[40, 'issr: input refused']],
  );
  await fastify.close();
  const counts = lines.map((line) => (line as unknown as { refused: object }).refused);
  assert.deepEqual(counts, [{ ISSR_ERR_CONNECTIONS: 1 }, { ISSR_ERR_CONNECTIONS: 4 }]);
});

test('logs a flood of sockets and streams above maxClients as one line', async (t) => {
  const { lines, fastify, origin } = await openSite(t, 'warn', {}, (fastify) => {
    fastify.issrSocket('/socket', { maxClients: 1 }, {});
    fastify.issrStream('/news', { maxClients: 1 }, () => {});
  });
  const socket = await SocketClient.open(origin, '/socket');
  const stream = await EventClient.open(`${origin}/news`);
  for (let i = 0; i < 3; i++) {
    assert.equal(await handshakeStatus(origin, '/socket'), 503);
    const { status, body } = await get(`${origin}/news`);
    assert.deepEqual([status, JSON.parse(body).code], [503, 'ISSR_ERR_CLIENTS']);
  }
  socket.ws.terminate();
  stream.leave();
  await fastify.close();
  const counts = lines.map(({ level, refused }) => [level, refused]);
  assert.deepEqual(counts, [
    [40, { ISSR_ERR_CLIENTS: 1 }],
    [40, { ISSR_ERR_CLIENTS: 5 }],
  ]);
});

test('logs refusals at most once a minute', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: unknown[] = [];
  const refusals = new RefusalLog({
    warn: ({ refused }: { refused: unknown }) => told.push(refused),
  } as never);
  for (let i = 0; i < 100; i++) refusals.count('a');
  assert.deepEqual(told.splice(0), [{ a: 1 }]);
  t.mock.timers.tick(59_999);
  refusals.count('b');
  assert.deepEqual(told, []);
  t.mock.timers.tick(1);
  assert.deepEqual(told.splice(0), [{ a: 99, b: 1 }]);
  t.mock.timers.tick(60_000);
  assert.deepEqual(told, []);
  refusals.count('c');
  assert.deepEqual(told, [{ c: 1 }], 'after a quiet minute the first is told of at once');
});

test('logs the request of an event with page id and own level', async (t) => {
  const lines: (Line & { req?: { url: string } })[] = [];
  const logger = { level: 'info', stream: { write: (line: string) => lines.push(JSON.parse(line)) } };
  const requests = async (requestLogLevel: 'info' | 'warn') => {
    const fastify = await createServer(t, { requestLogLevel }, { logger });
    fastify.issrRoute('/', () => '<p>text</p>');
    const page = await PageDriver.open(await listen(fastify), '/?secret=1');
    lines.length = 0;
    await page.rr({ changed: [['password', 'typed']] });
    await page.settled();
    return { page, seen: lines.map(({ msg, page, req }) => [msg, page, req?.url]) };
  };
  assert.deepEqual((await requests('warn')).seen, []);
  const { page, seen } = await requests('info');
  assert.deepEqual(seen, [
    ['incoming request', page.id, '/'],
    ['request completed', page.id, undefined],
  ]);
});
