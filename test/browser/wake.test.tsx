import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { IssrOptions } from '../../src/index.js';
import { openKeptPage, recordSent, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, { showErrors: false, ...options }, { forceCloseConnections: true });
  fastify.issrRoute('/', ({ issr }, reply) => {
    // Chromium keeps no page whole that is `no-store`, which is the default.
    void reply.header('cache-control', 'private, no-cache');
    return (
      <main>
        <input name="q" />
        <button type="button" onclick="rr(this)" action="set" value="set">
          {issr.action?.value ?? 'none'}
        </button>
        <a href="/other">other</a>
      </main>
    );
  });
  fastify.get('/other', (_request, reply) => reply.type('text/html').send('<title>other</title>'));
  return { fastify, proxy: await TcpProxy.open(t, await listen(fastify)) };
}

/** From now on no timer of the page fires: it can only be woken. */
async function stopTimers(page: Page): Promise<void> {
  await page.evaluate('Object.assign(window, { setTimeout: () => 0, setInterval: () => 0 })');
}

/** Records the page's status from now on. */
async function watchStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    const root = document.documentElement;
    new MutationObserver(() => seen.push(root.dataset.issr ?? '')).observe(root, {
      attributeFilter: ['data-issr'],
    });
    Object.assign(window, { seen });
  });
  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

const wakeUps: Record<string, () => void> = {
  'the network is back': () => dispatchEvent(new Event('online')),
  'its tab is seen': () => document.dispatchEvent(new Event('visibilitychange')),
  'it comes out of the back/forward cache': () =>
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
};

for (const [when, wake] of Object.entries(wakeUps)) {
  test(`a page that waits to try again tries at once when ${when}`, async (t) => {
    const { proxy } = await openSite(t);
    const page = await browser.openPage(proxy.origin);
    await stopTimers(page);
    proxy.cut();
    await page.waitForSelector('html[data-issr=reconnecting]');
    await page.evaluate(wake);
    await page.waitForSelector('html[data-issr=connected]');
    await browser.takeErrors();
  });

  test(`a page whose link lives keeps it when ${when}`, async (t) => {
    const { proxy } = await openSite(t);
    const page = await browser.openPage(proxy.origin);
    const sent = await recordSent(page);
    const statusOf = await watchStatus(page);
    for (let i = 0; i < 5; i++) await page.evaluate(wake);
    await page.evaluate(() => window.rr());
    assert.deepEqual(
      (await sent()).map(([verb]) => verb),
      ['ping', 'ping', 'ping', 'ping', 'ping', 'event'],
    );
    assert.deepEqual(await statusOf(), []);
  });
}

test('a page that is seen before it has joined renews its cookies once it has', {
  skip: unless('requests'),
}, async (t) => {
  const { proxy } = await openSite(t);
  const page = await browser.openPage(proxy.origin);
  const statuses: number[] = [];
  page.on(
    'response',
    (response) => response.url().endsWith('/issr/cookies') && statuses.push(response.status()),
  );
  await page.addInitScript(() => {
    // The script has begun: it listens to this event at the document, which comes before the window.
    addEventListener('DOMContentLoaded', () => document.dispatchEvent(new Event('visibilitychange')));
  });
  await page.reload();
  await page.waitForSelector('html[data-issr=connected]');
  await waitFor(() => statuses.length > 0);
  assert.deepEqual(statuses, [204]);
});

test('a connection that lasts resets the backoff', { skip: unless('clock') }, async (t) => {
  const { proxy } = await openSite(t);
  const page = await browser.openPage(proxy.origin);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.evaluate(() => {
    // The longest pause of each backoff: 300 ms, then 600.
    Math.random = () => 1;
  });
  const cut = async (): Promise<void> => {
    proxy.cut();
    await page.waitForSelector('html[data-issr=reconnecting]');
  };
  const isBackAfter = async (ms: number): Promise<void> => {
    await page.clock.runFor(ms);
    await page.waitForSelector('html[data-issr=connected]');
  };
  await cut();
  await isBackAfter(300);
  await cut();
  await page.clock.runFor(599);
  assert.equal(await page.getAttribute('html', 'data-issr'), 'reconnecting');
  await isBackAfter(1);
  await page.clock.runFor(2001);
  await cut();
  await isBackAfter(300);
  await browser.takeErrors();
});

test('a shown tab detects a connection that died in the background', async (t) => {
  const { proxy } = await openSite(t);
  const page = await browser.openPage(proxy.origin);
  // Loads what it needs: a browser may ask for it on a connection that is swallowed.
  await page.evaluate(() => window.rr());
  proxy.swallow();
  proxy.letThrough();
  const statusOf = await watchStatus(page);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.waitForFunction(() => (window as unknown as { seen: string[] }).seen.length > 1);
  assert.deepEqual(await statusOf(), ['reconnecting', 'connected']);
  await page.click('button');
  await shows(page, 'button', 'set');
  await browser.takeErrors();
});

test('a shown tab whose page is gone renews its cookies once it has joined', {
  skip: unless('requests'),
}, async (t) => {
  const { fastify, proxy } = await openSite(t, { resumeWindow: 10 });
  const page = await browser.openPage(proxy.origin);
  const statuses: number[] = [];
  page.on(
    'response',
    (response) => response.url().endsWith('/issr/cookies') && statuses.push(response.status()),
  );
  for (const connection of proxy.connections.filter(({ path }) => path === '/issr')) {
    connection.isSwallowing = true;
    connection.cutSite();
  }
  await waitFor(() => fastify.issr.pages.size === 0);
  const statusOf = await watchStatus(page);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await waitFor(() => statuses.length > 0);
  assert.deepEqual(statuses, [204]);
  assert.deepEqual(await statusOf(), ['reconnecting', 'connected']);
});

test('a shown tab notices a sign-in in another tab', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', ({ headers, issr }, reply) => {
    if (issr.action) void reply.header('set-cookie', 'user=ann; HttpOnly; Path=/');
    return <output>{/user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? 'nobody'}</output>;
  });
  const origin = await listen(fastify);
  const [first, second] = [await browser.openPage(origin), await browser.openPage(origin)];
  await first.evaluate(hide, true);
  const fetched = second.waitForResponse(/issr\/cookies\?ticket/);
  await second.evaluate(() => window.rr({ action: 'sign in', value: 1 }));
  await fetched;
  await first.evaluate(hide, false);
  await shows(first, 'output', 'ann');
});

test('a visible tab notices a sign-in and a sign-out elsewhere at once', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', ({ headers, issr }, reply) => {
    if (issr.action) void reply.header('set-cookie', 'user=ann; HttpOnly; Path=/');
    return <output>{/user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? 'nobody'}</output>;
  });
  fastify.get('/leave', (_request, reply) =>
    reply.header('set-cookie', 'user=; Max-Age=0; Path=/').redirect('/'),
  );
  const origin = await listen(fastify);
  const [first, second] = [await browser.openPage(origin), await browser.openPage(origin)];
  await second.evaluate(() => window.rr({ action: 'sign in', value: 1 }));
  await shows(first, 'output', 'ann');
  await second.goto(`${origin}/leave`);
  await shows(first, 'output', 'nobody');
});

test('a page that begins anew notices a sign-in between its handshake and its join', async (t) => {
  const fastify = await createServer(t, { resumeWindow: 10, showErrors: false });
  fastify.issrRoute('/', ({ headers, issr }, reply) => {
    if (issr.action) void reply.header('set-cookie', 'user=ann; HttpOnly; Path=/');
    return <output>{/user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? 'nobody'}</output>;
  });
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const first = await browser.openPage(proxy.origin);
  await stopTimers(first);
  proxy.cut();
  await first.waitForSelector('html[data-issr=reconnecting]');
  await waitFor(() => fastify.issr.pages.size === 0);
  const second = await browser.openPage(proxy.origin);
  await browser.takeErrors();
  await first.evaluate(holdMessages);
  await first.evaluate(() => dispatchEvent(new Event('online')));
  await first.waitForFunction(() => (window as unknown as Holding).held.length > 0);
  const fetched = second.waitForResponse(/issr\/cookies\?ticket/);
  await second.evaluate(() => window.rr({ action: 'sign in', value: 1 }));
  await fetched;
  await first.evaluate(() => (window as unknown as Holding).release());
  await shows(first, 'output', 'ann');
});

test('a background page reconnects without showing its status', async (t) => {
  const { fastify, proxy } = await openSite(t);
  const page = await browser.openPage(proxy.origin);
  const statusOf = await watchStatus(page);
  await page.evaluate(hide, true);
  const [known] = fastify.issr.pages.values() as Iterable<{ peer: object; state: string }>;
  const before = known?.peer;
  proxy.cut();
  await waitFor(() => known?.peer !== before);
  await page.evaluate(hide, false);
  await page.evaluate(() => window.rr());
  assert.ok((await statusOf()).every((status) => status === 'connected'));
  await browser.takeErrors();
});

test('a page from the back/forward cache resumes', { skip: unless('pageCache') }, async (t) => {
  const { fastify, proxy } = await openSite(t);
  const page = await openKeptPage(t, proxy.origin);
  await page.fill('input', 'typed');
  await page.evaluate(() => Object.assign(window, { isKept: true }));
  const [known] = fastify.issr.pages.values() as Iterable<{ peer: object; state: string }>;
  await page.click('a');
  await page.waitForFunction(() => document.title === 'other');
  await waitFor(() => known?.state === 'detached');
  await page.evaluate('void setTimeout(() => history.back())');
  await page.waitForSelector('html[data-issr=connected]');
  assert.equal(await page.evaluate(() => 'isKept' in window), true, 'it was not loaded again');
  assert.equal(await page.inputValue('input'), 'typed');
  await page.click('button');
  await shows(page, 'button', 'set');
  assert.deepEqual([...fastify.issr.pages.values()], [known]);
});

/** Makes a page believe that its tab is hidden, or shown again. */
function hide(isHidden: boolean): void {
  Object.defineProperty(Document.prototype, 'hidden', { value: isHidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

interface Holding {
  held: (() => void)[];
  release(): void;
}

/** Holds the messages of a page's next connections back, until `release`. */
function holdMessages(): void {
  const held: (() => void)[] = [];
  let isHolding = true;
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(receive: (event: MessageEvent) => void) {
      this.addEventListener('message', (event: MessageEvent) => {
        if (isHolding) held.push(() => receive(event));
        else receive(event);
      });
    },
  });
  Object.assign(window, {
    held,
    release() {
      isHolding = false;
      for (const deliver of held) deliver();
    },
  });
}
