import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify, { type FastifyReply } from 'fastify';
import type { Page } from 'playwright-core';
import issrPlugin, { defineActions, type IssrOptions } from '../../src/index.js';
import { connected, shows, useBrowser } from '../support/browser.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A page that shows what ran, and its params. */
async function openSite(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  const ran: string[] = [];
  let handshakes = 0;
  fastify.addHook('onRequest', async (request) => {
    if (request.ws) handshakes++;
  });
  fastify.issrRoute('/', ({ query, issr: { action } }) => {
    if (action) ran.push(action.value.slice(0, 10));
    return (
      <main>
        <input name="a" />
        <input name="b" />
        <input name="c" />
        <output>{ran.join()}</output>
        <pre>{Object.keys(query as object).join()}</pre>
      </main>
    );
  });
  return { origin: await listen(fastify), ran, handshakes: () => handshakes };
}

function watchLost(page: Page): Promise<void> {
  return page.evaluate(() => {
    const lost: unknown[] = [];
    Object.assign(window, { lost });
    document.addEventListener('issr:lost', (event) =>
      lost.push((event as CustomEvent).detail.actions[0].name),
    );
  });
}

const lostOf = (page: Page) => page.evaluate(() => (window as unknown as { lost: unknown[] }).lost);

for (const [transport, size] of [
  ['a websocket', 5_000_000],
  ['a websocket', 2000],
  ['plain HTTP', 2000],
] as const) {
  test(`an event of ${size} bytes is given up; the page goes on (${transport})`, async (t) => {
    const { origin, ran } = await openSite(t, { maxMessageBytes: 1000 });
    const page = await browser.openPage(
      transport === 'plain HTTP' ? (await TcpProxy.open(t, origin, { websockets: 'refuse' })).origin : origin,
    );
    page.setDefaultTimeout(60_000);
    await watchLost(page);
    await page.fill('[name=a]', 'typed');
    await page.evaluate(async (size) => {
      void window.rr({ action: 'first', value: 1 });
      void window.rr({ action: 'large', value: 'x'.repeat(size) });
      await window.rr({ action: 'last', value: 2 });
    }, size);
    assert.deepEqual(ran, ['1', '2']);
    assert.deepEqual(await lostOf(page), ['large']);
    await connected(page);
    assert.equal(await page.inputValue('[name=a]'), 'typed');
    await browser.takeErrors();
  });
}

test('an event with too many names is given up', async (t) => {
  const { origin, ran } = await openSite(t, { maxParams: 5 });
  const page = await browser.openPage(origin);
  page.setDefaultTimeout(60_000);
  await watchLost(page);
  await page.evaluate(() => {
    const names = Array.from({ length: 5 }, (_, i) => ({ name: `n${i}`, value: i }));
    return window.rr(...names, { action: 'many', value: 1 });
  });
  assert.deepEqual(await lostOf(page), ['many']);
  await page.evaluate(() => window.rr({ action: 'last', value: 2 }));
  await shows(page, 'output', '2');
  assert.deepEqual(ran, ['2']);
  assert.equal(await page.textContent('pre'), 'a,b,c,last');
  await browser.takeErrors();
});

test('a refused page stops connecting until its visitor acts', async (t) => {
  const { origin, handshakes } = await openSite(t, { maxParams: 4 });
  const page = await browser.openPage(origin);
  page.setDefaultTimeout(60_000);
  await page.evaluate(() => {
    for (const name of ['d', 'e'])
      document.querySelector('main')?.append(Object.assign(document.createElement('input'), { name }));
    void window.rr();
  });
  await page.waitForSelector('html[data-issr=offline]');
  assert.match((await browser.takeErrors()).join(), /ISSR_LIMIT \(page author\) ISSR_ERR_PARAMS 413/);
  const asked = handshakes();
  await page.evaluate(() => {
    const Native = WebSocket;
    window.WebSocket = class extends Native {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('close', () => Object.assign(window, { isRefused: true }));
      }
    };
    void window.rr();
  });
  await page.waitForFunction(() => 'isRefused' in window);
  await page.evaluate(() => {
    document.querySelector('[name=e]')?.remove();
    return window.rr({ action: 'act', value: 1 });
  });
  await connected(page);
  await shows(page, 'output', '1');
  assert.equal(handshakes(), asked + 2);
  await browser.takeErrors();
});

test('a form that was too long is sent once it is shortened', async (t) => {
  const fastify = await createServer(t, { maxMessageBytes: 1000 });
  const actions = defineActions({ save: ({ query }) => (query as { text: string }).text });
  fastify.issrRoute('/', { actions }, ({ issr }) => (
    <form {...actions.save.form()}>
      <textarea name="text" />
      <button>save</button>
      <output>{issr.result as string}</output>
    </form>
  ));
  const page = await browser.openPage(await listen(fastify));
  page.setDefaultTimeout(60_000);
  await watchLost(page);
  const text = 'x'.repeat(2000);
  await page.fill('textarea', text);
  await page.click('button');
  await page.waitForSelector('html[data-issr=offline]');
  assert.match((await browser.takeErrors()).join(), /ISSR_LIMIT \(page author\) 1009/);
  assert.deepEqual(await lostOf(page), ['save']);
  assert.equal(await page.inputValue('textarea'), text);
  await page.fill('textarea', 'short');
  await page.click('button');
  await shows(page, 'output', 'short');
  await connected(page);
  assert.deepEqual(await lostOf(page), ['save']);
  assert.equal(await page.inputValue('textarea'), 'short');
});

test('a page says that the cookies of an action were refused', async (t) => {
  const fastify = closeAfter(t, Fastify());
  fastify.addHook('onRequest', async ({ url }, reply) => {
    if (url.startsWith('/issr/cookies?')) await reply.code(503).send();
  });
  await fastify.register(issrPlugin);
  const signIn = (_: unknown, reply: FastifyReply) => void reply.header('set-cookie', 'user=ann; Path=/');
  fastify.issrRoute('/', { actions: { signIn } }, () => <p />);
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => window.rr({ action: 'signIn' }));
  await waitFor(async () => /ISSR_COOKIES \(network\)/.test((await browser.takeErrors()).join()));
});
