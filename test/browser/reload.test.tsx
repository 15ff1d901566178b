import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

test('a page reloads on request, but not twice within a minute', {
  skip: unless('clock', 'routes'),
}, async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => <p>text</p>);
  const page = await browser.openPage(await listen(fastify));
  await page.clock.install();
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads++;
  });
  // A server of another protocol version.
  await page.routeWebSocket(/\/issr$/, (socket) => {
    socket.onMessage(() => {
      socket.send('["reload"]');
      void socket.close({ code: 1002, reason: 'version' });
    });
  });
  const reloaded = () => page.evaluate(() => Number(sessionStorage.getItem('issr:reload')));

  await page.reload();
  await waitFor(() => loads >= 2);
  await page.waitForSelector('html[data-issr=reconnecting]');
  const first = await reloaded();
  await page.clock.fastForward('01:01');
  await waitFor(() => loads >= 3);
  await page.waitForFunction((first) => Number(sessionStorage.getItem('issr:reload')) > first, first);
  assert.ok((await reloaded()) - first >= 60_000);
  await page.context().close();
  // The clock that was put forward ends handshakes that were under way.
  await browser.takeErrors();
});
