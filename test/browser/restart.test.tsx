import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const browser = useBrowser();

/** A process without `secret`: none of its tokens can be checked by the next one. */
async function startServer(t: TestContext, port: number, generation: number) {
  const fastify = Fastify({ forceCloseConnections: true });
  await fastify.register(issrPlugin);
  let clicks = 0;
  fastify.issrRoute('/', { actions: { click: async () => void clicks++ } }, ({ query }) => (
    <main>
      <h1>process {generation}</h1>
      <input name="title" />
      <textarea name="text" />
      <details>
        <summary>more</summary>
        <p>details</p>
      </details>
      <button onclick="rr(this)" action="click">
        {clicks} clicks
      </button>
      <pre>{JSON.stringify(query)}</pre>
      <div style="height: 3000px" />
    </main>
  ));
  t.after(() => fastify.close());
  await fastify.listen({ port, host: '127.0.0.1' });
  return fastify;
}

for (const transport of ['a websocket', 'plain HTTP'] as const) {
  test(`a page on ${transport} keeps what was typed through restarts without a secret`, async (t) => {
    let server = await startServer(t, 0, 0);
    const { port } = server.server.address() as { port: number };
    const site = { origin: server.listeningOrigin };
    const { origin } =
      transport === 'a websocket' ? site : await TcpProxy.open(t, site.origin, { websockets: 'refuse' });
    const page = await browser.openPage(origin);
    let loads = 0;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) loads++;
    });
    await page.fill('input', 'a title');
    await page.click('summary');
    await page.evaluate(() => scrollTo(0, 500));
    for (let generation = 1; generation <= 3; generation++) {
      await server.close();
      await page.locator('textarea').pressSequentially(`${generation} `);
      server = await startServer(t, port, generation);
      const started = performance.now();
      await shows(page, 'h1', `process ${generation}`);
      t.diagnostic(`back ${Math.round(performance.now() - started)} ms after the start`);
      assert.equal(await page.inputValue('input'), 'a title');
      assert.equal(await page.inputValue('textarea'), '1 2 3 '.slice(0, 2 * generation));
      assert.ok(await page.locator('details').evaluate((details: HTMLDetailsElement) => details.open));
      await page.click('button');
      await shows(page, 'button', '1 clicks');
      assert.equal(JSON.parse((await page.textContent('pre')) ?? '').title, 'a title');
    }
    assert.equal(loads, 0);
    await browser.takeErrors();
  });
}

test('a page is back within a second of each of three restarts', { skip: unless('clock') }, async (t) => {
  let server = await startServer(t, 0, 0);
  const { port } = server.server.address() as { port: number };
  const page = await browser.openPage(server.listeningOrigin);
  await page.clock.install();
  await page.evaluate(() => {
    // The longest pause of each backoff.
    Math.random = () => 1;
  });
  await page.click('summary');
  let typed = '';
  for (let generation = 1; generation <= 3; generation++) {
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 3000);
    await server.close();
    await page.waitForSelector('html[data-issr=reconnecting]');
    await page.locator('textarea').pressSequentially(`${generation} `);
    typed += `${generation} `;
    server = await startServer(t, port, generation);
    await page.clock.runFor(1000);
    await page.waitForSelector('html[data-issr=connected]');
    await page.clock.resume();
    await shows(page, 'h1', `process ${generation}`);
    assert.equal(await page.inputValue('textarea'), typed);
    assert.ok(await page.locator('details').evaluate((details: HTMLDetailsElement) => details.open));
  }
  await browser.takeErrors();
});
