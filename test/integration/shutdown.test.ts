import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin, { type IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
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
