import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connected, shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

for (const websockets of [undefined, 'refuse'] as const) {
  const link = websockets ? 'plain HTTP' : 'a websocket';

  async function openPage(t: TestContext) {
    const reasons: string[] = [];
    const fastify = await createServer(t, { onDisconnect: (_page, reason) => void reasons.push(reason) });
    const received: string[] = [];
    let requests = 0;
    fastify.issrRoute<{ Querystring: { q?: string } }>('/', ({ query, issr }) => {
      if (issr.action) received.push(query.q ?? '');
      return (
        <main>
          <input name="q" action="typed" oninput="drr(this, 60000)" />
          <a href="/other">away</a>
          <a href="/none">nowhere</a>
          <output>{received.length}</output>
        </main>
      );
    });
    fastify.get('/other', (_request, reply) => reply.type('text/html').send('<title>other</title>'));
    fastify.get('/none', (_request, reply) => {
      requests++;
      return reply.code(204).send();
    });
    const origin = await listen(fastify);
    const proxied = websockets ? (await TcpProxy.open(t, origin, { websockets })).origin : origin;
    return { page: await browser.openPage(proxied), received, reasons, requests: () => requests };
  }

  test(`an edit that waits for its pause arrives as the page is left, over ${link}`, async (t) => {
    const { page, received, reasons } = await openPage(t);
    await page.type('input', 'abc');
    await page.click('text=away');
    await page.waitForFunction(() => document.title === 'other');
    await waitFor(() => reasons.length > 0);
    assert.deepEqual([received, reasons], [['abc'], ['left']]);
    await browser.takeErrors();
  });

  test(`a page says that it is left, over ${link}`, async (t) => {
    const { page, received, reasons } = await openPage(t);
    await page.click('text=away');
    await waitFor(() => reasons.length > 0);
    assert.deepEqual([received, reasons], [[], ['left']]);
    await browser.takeErrors();
  });

  test(`a link that answers nothing leaves the page connected and its status quiet, over ${link}`, async (t) => {
    const { page, requests } = await openPage(t);
    await page.evaluate(() => {
      const seen: (string | undefined)[] = [];
      const root = document.documentElement;
      new MutationObserver(() => seen.push(root.dataset.issr)).observe(root, {
        attributeFilter: ['data-issr'],
      });
      Object.assign(window, { seen });
    });
    await page.click('text=nowhere');
    await waitFor(() => requests() > 0);
    await page.type('input', 'abc');
    await page.evaluate(() => window.rr());
    await shows(page, 'output', '1');
    await connected(page);
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    assert.ok(!seen.includes('reconnecting'), `${seen}`);
    await browser.takeErrors();
  });
}
