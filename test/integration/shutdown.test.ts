import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { WebSocket } from 'ws';
import issrPlugin, { type IncomingFile, type IssrOptions } from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { png, upload, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** A page whose action `wait` lasts until it is released; what has begun is recorded. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  const begun: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  t.after(release);
  fastify.issrRoute('/', async ({ issr: { action } }) => {
    if (action) begun.push(action.value);
    if (action?.name === 'wait') await released;
    if (action?.name === 'push') {
      await released;
      await fastify.issr.rr(() => true);
    }
    return `<p>${begun}</p>`;
  });
  return { fastify, begun, release, origin: await listen(fastify) };
}

const shutdown = { code: 1001, reason: 'shutdown' };
const act = (name: string, value: string) => ({ actions: [[name, value] as [string, string]] });

test('a closing server answers running events and starts no others', async (t) => {
  const { fastify, begun, release, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  page.sendEvent(act('wait', 'first'));
  page.sendEvent(act('a', 'second'));
  page.sendEvent(act('a', 'third'));
  await page.settled();
  await waitFor(() => begun.length === 1);
  const closed = fastify.close();
  assert.deepEqual(await page.next('closing'), ['closing', 1, 1]);
  release();
  assert.equal((await page.answerTo(1))[0], 'patch');
  assert.equal(page.text, 'first');
  assert.deepEqual(await page.closed(), shutdown);
  await closed;
  assert.deepEqual(begun, ['first']);
});

test('an event that waits for the renders of other pages has not begun', async (t) => {
  const { fastify, begun, release, origin } = await openSite(t, { maxRenders: 1 });
  const [busy, waiting] = [await PageDriver.open(origin, '/'), await PageDriver.open(origin, '/')];
  busy.sendEvent(act('wait', 'busy'));
  await waitFor(() => begun.length === 1);
  waiting.sendEvent(act('a', 'waiting'));
  await waiting.settled();
  const closed = fastify.close();
  assert.deepEqual(await waiting.next('closing'), ['closing', 0, 2]);
  assert.deepEqual(await waiting.closed(), shutdown);
  release();
  await closed;
  assert.deepEqual(begun, ['busy']);
});

test('what takes longer than shutdownTimeout is not waited for', async (t) => {
  const { fastify, begun, origin } = await openSite(t, { shutdownTimeout: 20 });
  const reasons: string[] = [];
  fastify.issr.onDisconnect((_page, reason) => void reasons.push(reason));
  const page = await PageDriver.open(origin, '/');
  page.sendEvent(act('wait', 'for ever'));
  await waitFor(() => begun.length === 1);
  await fastify.close();
  assert.deepEqual(await page.closed(), shutdown);
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined', 'closing'],
  );
  assert.deepEqual(reasons, ['shutdown']);
});

test("an action's pushes do not delay a closing server", async (t) => {
  const { fastify, begun, release, origin } = await openSite(t);
  const [page] = [await PageDriver.open(origin, '/'), await PageDriver.open(origin, '/')];
  page.sendEvent(act('push', 'pushed'));
  await waitFor(() => begun.length === 1);
  const closed = fastify.close();
  await page.next('closing');
  release();
  assert.equal((await page.answerTo(1))[0], 'patch');
  await closed;
});

test('a page that is away does not hold the server up', async (t) => {
  const { fastify, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  await page.drop();
  await waitFor(() => (fastify.issr.pages.get(page.id) as { state?: string })?.state === 'detached');
  await fastify.close();
  assert.equal(fastify.issr.pages.size, 0);
});

test('a closing server sends joining pages to the next', async (t) => {
  const { fastify, begun, release, origin } = await openSite(t);
  const busy = await PageDriver.open(origin, '/');
  busy.sendEvent(act('wait', 'busy'));
  busy.sendEvent(act('a', 'waits'));
  await busy.settled();
  await waitFor(() => begun.length === 1);
  const [again, other] = [new PageDriver(origin, '/', {}, busy.answer), await PageDriver.load(origin, '/')];
  await Promise.all([again.connect(), other.connect()]);
  await busy.drop();
  const closed = fastify.close();
  for (const page of [again, other]) {
    page.sendJoin();
    assert.deepEqual(await page.closed(), shutdown);
    assert.deepEqual(page.messages, []);
  }
  release();
  await closed;
  assert.deepEqual(begun, ['busy']);
});

test("shutdownTimeout must be below Fastify's own limit for closing", async () => {
  const register = (pluginTimeout: number) => {
    const fastify = Fastify({ pluginTimeout });
    fastify.register(issrPlugin, { shutdownTimeout: 2000 });
    return fastify.ready();
  };
  await assert.rejects(async () => register(2000), {
    code: 'ISSR_ERR_OPTION',
    message: /'shutdownTimeout' must be less than Fastify's pluginTimeout of 2000\. Got: 2000/,
  });
  await register(2001);
  await register(0);
});

/** A page with a running event on a server that closes. */
async function openDraining(t: TestContext, action: string) {
  const gate = createGate(t);
  const fastify = await createServer(t);
  let hasBegun = false;
  const wait = async () => {
    hasBegun = true;
    await gate.opened;
  };
  fastify.issrRoute(
    '/',
    {
      actions: {
        wait,
        signIn: wait,
        async report(_request, reply) {
          await wait();
          return reply.header('content-disposition', 'attachment; filename=a').send('file');
        },
        async *tell() {
          yield 'begun';
          await wait();
          yield 'half';
          await nextTurn();
          return 'whole';
        },
      },
    },
    ({ issr }, reply) => {
      if (issr.action?.name === 'signIn') reply.header('set-cookie', 'session=ann; HttpOnly; Path=/');
      return `<p>${issr.result}</p>`;
    },
  );
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/', { headers: { origin } });
  page.sendEvent(act(action, 't'));
  await waitFor(() => hasBegun);
  const closed = fastify.close();
  await page.next('closing');
  return { page, origin, closed, release: gate.open };
}

test('a server that waits for a running event answers loads', async (t) => {
  const { origin, closed, release } = await openDraining(t, 'wait');
  const { status } = await fetch(origin);
  release();
  await closed;
  assert.equal(status, 200);
});

test('a closing server shows the last value of a running generator', async (t) => {
  const { page, closed, release } = await openDraining(t, 'tell');
  release();
  assert.deepEqual(await page.closed(), shutdown);
  await closed;
  assert.equal(page.text, 'whole');
  assert.deepEqual(page.messages.at(-1)?.slice(0, 2), ['running', []]);
});

test('cookies of the last answer reach the browser before its page closes', async (t) => {
  const { page, origin, closed, release } = await openDraining(t, 'signIn');
  release();
  const [, ticket] = await page.next('cookies');
  const url = `${origin}/issr/cookies?ticket=${ticket}`;
  const { headers } = await fetch(url, { method: 'POST', body: page.token, headers: { origin } });
  assert.equal(headers.get('set-cookie'), 'session=ann; HttpOnly; Path=/');
  assert.deepEqual(await page.closed(), shutdown);
  await closed;
});

test('the file of the last answer reaches the browser', async (t) => {
  const { page, origin, closed, release } = await openDraining(t, 'report');
  release();
  const [, , url] = await page.next('redirect');
  assert.equal(await (await fetch(origin + url)).text(), 'file');
  await closed;
});

test('an event amid a preClose hook of the app is left to the next server', async (t) => {
  const fastify = closeAfter(t, Fastify());
  const gate = createGate(t);
  let isClosing = false;
  fastify.addHook('preClose', () => {
    isClosing = true;
    return gate.opened;
  });
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', () => '<p>page</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  const closed = fastify.close();
  await waitFor(() => isClosing);
  page.sendEvent(act('a', 't'));
  assert.deepEqual(await page.closed(), shutdown);
  gate.open();
  await closed;
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined', 'closing'],
  );
});

for (const whose of ['the plugin', 'the app'] as const) {
  test(`a handshake amid a preClose hook is refused beside the @fastify/websocket of ${whose}`, async (t) => {
    const fastify = closeAfter(t, Fastify());
    const gate = createGate(t);
    if (whose === 'the app') await fastify.register(websocket);
    await fastify.register(issrPlugin);
    let isClosing = false;
    fastify.addHook('preClose', () => {
      isClosing = true;
      return gate.opened;
    });
    const { host, port } = new URL(await listen(fastify));
    const closed = fastify.close();
    await waitFor(() => isClosing);
    const socket = connect(Number(port));
    socket.write(
      `GET /issr HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    assert.match(await text(socket), /^HTTP\/1\.1 503 /);
    gate.open();
    await closed;
  });
}

test('the registrations of one server drain side by side', async (t) => {
  const fastify = closeAfter(t, Fastify());
  const gate = createGate(t);
  let hasBegun = false;
  const wait = async () => {
    hasBegun = true;
    await gate.opened;
  };
  for (const prefix of ['/a', '/b']) {
    await fastify.register(
      async (scope) => {
        await scope.register(issrPlugin);
        scope.issrRoute('/', { actions: { wait } }, () => '<p>page</p>');
      },
      { prefix },
    );
  }
  const origin = await listen(fastify);
  const open = (prefix: string) => PageDriver.open(origin, `${prefix}/`, { endpoint: `${prefix}/issr` });
  const [busy, idle] = [await open('/a'), await open('/b')];
  busy.sendEvent(act('wait', 't'));
  await waitFor(() => hasBegun);
  const closed = fastify.close();
  assert.deepEqual(await idle.closed(), shutdown);
  gate.open();
  assert.equal((await busy.answerTo(1))[0], 'patch');
  await closed;
});

test('a closing server waits for onDisconnect hooks', async (t) => {
  const { fastify, origin } = await openSite(t);
  const gate = createGate(t);
  const saved: string[] = [];
  fastify.issr.onDisconnect(async (_page, reason) => {
    await gate.opened;
    saved.push(reason);
  });
  const page = await PageDriver.open(origin, '/');
  const closed = fastify.close();
  await page.closed();
  gate.open();
  await closed;
  assert.deepEqual(saved, ['shutdown']);
});

test('a closing server waits for the handlers of its sockets', async (t) => {
  const fastify = await createServer(t);
  const gate = createGate(t);
  const calls: string[] = [];
  fastify.issrSocket('/room', {
    async message() {
      calls.push('message');
      await gate.opened;
      calls.push('handled');
    },
    async close() {
      await nextTurn();
      calls.push('closed');
    },
  });
  const origin = await listen(fastify);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/room`, { origin });
  await once(socket, 'open');
  socket.send('text');
  await waitFor(() => calls.length === 1);
  const closed = fastify.close();
  await once(socket, 'close');
  gate.open();
  await closed;
  assert.deepEqual(calls, ['message', 'handled', 'closed']);
});

test('a closing server waits for the deletion of stored files', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  const removed: string[] = [];
  const remove = async () => {
    await sleep(100);
    removed.push('photo');
  };
  const store = async ({ stream }: IncomingFile) => {
    await stream.resume().toArray();
    return { path: 'photo', remove };
  };
  fastify.issrRoute('/', { uploads: { photo: { store } } }, () => '<p>page</p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  await upload({ origin, token: page.credentials }, png(100));
  await fastify.close();
  assert.deepEqual(removed, ['photo']);
});
