import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { outdate } from '../support/outdated.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

test('a page reloads on request, but not twice within a minute', async (t) => {
  const fastify = await createServer(t, {}, { forceCloseConnections: true });
  fastify.issrRoute('/', () => <p>text</p>);
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const outdated = outdate(fastify);
  const page = await browser.openPage(proxy.origin);
  const reloaded = () => page.evaluate(() => Number(sessionStorage.getItem('issr:reload')));

  outdated.left = 2;
  proxy.cut();
  await waitFor(() => outdated.left === 0);
  await page.waitForSelector('html[data-issr=reconnecting]');
  assert.ok(Math.abs(Date.now() - (await reloaded())) < 60_000, 'it was loaded once');

  // The minute is nearly over.
  const last = await page.evaluate(() => {
    const time = Date.now() - 57_000;
    sessionStorage.setItem('issr:reload', `${time}`);
    return time;
  });
  // The page that waits must not take the answer that is meant for the next one.
  await page.goto('about:blank');
  outdated.left = 1;
  await page.goto(proxy.origin);
  await page.waitForFunction((last) => Number(sessionStorage.getItem('issr:reload')) > last, last);
  await page.waitForSelector('html[data-issr=connected]');
  assert.ok((await reloaded()) - last >= 60_000);
  await browser.takeErrors();
});

test('a page whose clock was set back reloads within a minute', { skip: unless('clock') }, async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => <p>text</p>);
  const origin = await listen(fastify);
  const outdated = outdate(fastify);
  const page = await browser.openPage(origin);
  const last = await page.evaluate(() => {
    const time = Date.now() + 3_600_000;
    sessionStorage.setItem('issr:reload', `${time}`);
    return time;
  });
  await page.clock.install();
  outdated.left = 1;
  await page.goto(origin);
  await page.waitForSelector('html[data-issr=reconnecting]');
  await page.clock.runFor(60_000);
  await page.waitForFunction((last) => Number(sessionStorage.getItem('issr:reload')) < last, last);
  await page.waitForSelector('html[data-issr=connected]');
  await browser.takeErrors();
});
