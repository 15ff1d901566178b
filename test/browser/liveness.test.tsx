import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connected, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

async function openCounter(t: TestContext, pingInterval: number) {
  // No side closes a connection whose packets are dropped.
  const options = { pingInterval, resumeWindow: 10 * 60_000 };
  const fastify = await createServer(t, options, { forceCloseConnections: true });
  let count = 0;
  let renders = 0;
  fastify.issrRoute('/', ({ issr }) => {
    renders++;
    if (issr.action) count++;
    return (
      <main>
        <input name="q" />
        <button type="button" onclick="rr(this)" action="add">
          {count}
        </button>
      </main>
    );
  });
  return { fastify, origin: await listen(fastify), renders: () => renders };
}

test('page and server detect a silent network; the page resumes', async (t) => {
  const { fastify, origin } = await openCounter(t, 1000);
  const proxy = await TcpProxy.open(t, origin);
  const page = await browser.openPage(proxy.origin);
  await page.click('button');
  await shows(page, 'button', '1');
  const [known] = fastify.issr.pages.values() as Iterable<{ state?: string }>;
  proxy.swallow();
  await page.click('button');
  await page.waitForSelector('html[data-issr=reconnecting]');
  await waitFor(() => known?.state === 'detached');
  await page.fill('input', 'typed');
  proxy.letThrough();
  await shows(page, 'button', '2');
  await connected(page);
  assert.equal(await page.inputValue('input'), 'typed');
  assert.deepEqual([...fastify.issr.pages.values()], [known]);
  await browser.takeErrors();
});

test('a page detects a silent network after its clock was set back', async (t) => {
  const { origin } = await openCounter(t, 1000);
  const proxy = await TcpProxy.open(t, origin);
  const page = await browser.openPage(proxy.origin);
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
  });
  proxy.swallow();
  await page.waitForSelector('html[data-issr=reconnecting]');
  proxy.letThrough();
  await connected(page);
  await browser.takeErrors();
});

test('an idle page stays connected by websocket and by plain HTTP', {
  skip: unless('devtools'),
}, async (t) => {
  const { fastify, origin, renders } = await openCounter(t, 3000);
  const byWebsocket = await browser.openPage(origin);
  const byHttp = await browser.openPage((await TcpProxy.open(t, origin, { websockets: 'refuse' })).origin);
  const peers = () => [...fastify.issr.pages.values()].map((page) => (page as { peer?: object }).peer);
  assert.ok(peers().every(Boolean));
  const before = { peers: peers(), renders: renders() };
  const pings = { websocket: 0, http: 0 };
  byHttp.on('request', (request) => {
    if (request.url().includes('/issr/send')) pings.http++;
  });
  const devtools = await byWebsocket.context().newCDPSession(byWebsocket);
  await devtools.send('Network.enable');
  devtools.on('Network.webSocketFrameReceived', ({ response }) => {
    if (response.payloadData === '["pong"]') pings.websocket++;
  });
  await waitFor(() => pings.websocket >= 2 && pings.http >= 4);
  assert.deepEqual({ peers: peers(), renders: renders() }, before);
  await browser.takeErrors();
});
