import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

/** A page with a command that is answered when the gate opens. */
async function openGated(t: TestContext, options: { progress?: boolean } = {}) {
  const fastify = await createServer(t, options);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  fastify.issrRoute('/', async ({ issr }) => {
    if (issr.action) await opened;
    return (
      <main>
        <button onclick="rr(this)" action="slow" type="button">
          slow
        </button>
        <p aria-busy="true" onclick="rr(this)">
          always
        </p>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  return { page, open };
}

test('the caller is busy until its answer; a bar shows a long wait', async (t) => {
  const { page, open } = await openGated(t);
  await page.click('button');
  await page.waitForSelector('button[aria-busy=true]');
  await page.waitForSelector('issr-widget', { state: 'attached' });
  open();
  await page.waitForSelector('button:not([aria-busy])');
  await page.waitForSelector('issr-widget', { state: 'detached' });
  await page.click('p');
  await page.evaluate(() => window.rr());
  assert.equal(await page.getAttribute('p', 'aria-busy'), 'true');
});

test('the bar shows after 400 ms, and not at all with progress: false', {
  skip: unless('clock'),
}, async (t) => {
  for (const progress of [true, false]) {
    const { page, open } = await openGated(t, { progress });
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 10_000);
    await page.click('button');
    await page.waitForSelector('button[aria-busy=true]');
    const bar = page.locator('issr-widget');
    await page.clock.runFor(399);
    assert.equal(await bar.count(), 0);
    await page.clock.runFor(1000);
    // The script of the bar may still be on its way.
    if (progress) await bar.waitFor({ state: 'attached' });
    else assert.equal(await bar.count(), 0);
    open();
    await page.waitForSelector('button:not([aria-busy])');
  }
});

test('issr:patch names the answered event after the page has changed', async (t) => {
  const fastify = await createServer(t);
  let count = 0;
  fastify.issrRoute('/', () => <output>{count++}</output>);
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    for (const type of ['issr:before-patch', 'issr:patch']) {
      document.addEventListener(type, (event) => {
        const { detail } = event as CustomEvent<{ event: number }>;
        seen.push(`${type} ${detail.event} ${document.querySelector('output')?.textContent}`);
      });
    }
  });
  await page.evaluate(() => window.rr());
  await fastify.issr.rr('/');
  await shows(page, 'output', '2');
  assert.deepEqual(await page.evaluate(() => (window as unknown as { seen: string[] }).seen), [
    'issr:before-patch 1 0',
    'issr:patch 1 1',
    'issr:before-patch 1 1',
    'issr:patch 1 2',
  ]);
});

test('a canceled patch is made up for by the next whole page', async (t) => {
  const fastify = await createServer(t);
  let count = 0;
  fastify.issrRoute('/', () => <output>{count++}</output>);
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => {
    document.addEventListener('issr:before-patch', (event) => event.preventDefault(), { once: true });
    return window.rr();
  });
  assert.equal(await page.textContent('output'), '0');
  await page.evaluate(() => window.rr());
  await shows(page, 'output', '3');
});

test('without showErrors a page gets status and request id only', async (t) => {
  const fastify = await createServer(t, { showErrors: false }, { genReqId: () => 'req-of-test' });
  fastify.issrRoute('/', ({ issr }) => {
    if (issr.action) throw new Error('secret detail');
    return <output>{issr.firstTime ? 'loaded' : 'goes on'}</output>;
  });
  const page = await browser.openPage(await listen(fastify));
  const detail = await page.evaluate(async () => {
    let detail: unknown;
    document.addEventListener('issr:error', (event) => {
      detail = (event as CustomEvent).detail;
    });
    await window.rr({ action: 'fail' });
    return detail;
  });
  assert.deepEqual(detail, { event: 1, status: 500, requestId: 'req-of-test' });
  assert.deepEqual(await browser.takeErrors(), ['ISSR_APP (app) 500, request req-of-test ']);
  assert.equal(await page.locator('issr-widget').count(), 0);
  await page.evaluate(() => window.rr());
  await shows(page, 'output', 'goes on');
});

test('<html data-issr> is connected, reconnecting or offline', async (t) => {
  const fastify = await createServer(t, {}, { forceCloseConnections: true });
  fastify.issrRoute('/', () => <p>text</p>);
  const page = await browser.openPage(await listen(fastify));
  const other = await browser.openPage(page.url());
  await other.evaluate(() => Object.defineProperty(navigator, 'onLine', { value: false }));
  await fastify.close();
  await page.bringToFront();
  await page.waitForSelector('html[data-issr=reconnecting]');
  await other.bringToFront();
  await other.waitForSelector('html[data-issr=offline]');
  await page.context().close();
  await browser.takeErrors();
});
