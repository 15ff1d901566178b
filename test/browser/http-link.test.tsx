import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connected, shows, useBrowser } from '../support/browser.js';
import { driver, unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { WebsocketFault } from '../support/websocket-fault.js';

const { openPage, takeErrors } = useBrowser();

/** A counter behind a proxy that lets no websocket through. */
async function openCounter(t: TestContext, fault: WebsocketFault) {
  const fastify = await createServer(t);
  let news = 'none';
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query: { x = '0' } }) => (
    <html lang="en">
      <head>
        <title>Counter</title>
      </head>
      <body>
        <p>{news}</p>
        <div name="x" value={x} />
        <input name="note" />
        <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1}>
          {x}
        </button>
      </body>
    </html>
  ));
  const origin = (await TcpProxy.open(t, await listen(fastify), { websockets: fault })).origin;
  const push = (text: string) => {
    news = text;
    return fastify.issr.rr('/');
  };
  return { fastify, origin, push };
}

for (const fault of ['refuse', 'swallow', 'silence', 'cut'] as const) {
  test(`plain HTTP carries a page whose proxy ${fault}s websockets`, async (t) => {
    const { fastify, origin, push } = await openCounter(t, fault);
    const page = await openPage(`${origin}/`);
    for (const count of ['1', '2', '3']) {
      await page.click('button');
      await shows(page, 'button', count);
    }
    await page.fill('input', 'typed');
    assert.equal(await push('pushed'), 1);
    await shows(page, 'p', 'pushed');
    assert.equal(await page.inputValue('input'), 'typed');
    await connected(page);
    assert.equal(fastify.issr.pages.size, 1);
    await takeErrors();
  });
}

test('the next page uses plain HTTP, a page minutes later a websocket', {
  skip: unless('requests'),
}, async (t) => {
  const { origin } = await openCounter(t, 'refuse');
  const page = await openPage(`${origin}/`);
  await takeErrors();
  let sockets = 0;
  driver.onWebsocket(page, () => sockets++);
  await page.reload();
  await connected(page);
  await page.click('button');
  await shows(page, 'button', '1');
  assert.equal(sockets, 0);
  await page.evaluate(() => sessionStorage.setItem('issr-http-until', String(Date.now() - 1)));
  await page.reload();
  await connected(page);
  assert.equal(sockets, 1);
  await takeErrors();
});

test('the next page tries a websocket that opened too late', async (t) => {
  const { origin } = await openCounter(t, 'late');
  const page = await openPage(`${origin}/`);
  await connected(page);
  await page.waitForFunction(() => sessionStorage.getItem('issr-http-until') === '0');
  await page.click('button');
  await shows(page, 'button', '1');
  await takeErrors();
});

test('a page whose proxy holds back the event stream is offline and says why', {
  skip: unless('clock', 'routes'),
}, async (t) => {
  const { origin } = await openCounter(t, 'refuse');
  const page = await openPage(`${origin}/`);
  await page.route('**/issr/stream', () => {});
  await page.clock.install();
  const asked = page.waitForRequest('**/issr/stream');
  await page.reload();
  await asked;
  await page.clock.runFor(10_000);
  await page.waitForSelector('html[data-issr=offline]');
  assert.match((await takeErrors()).join(), /ISSR_STREAM \(network\) A proxy holds back the event stream/);
  await page.unroute('**/issr/stream');
  await page.clock.runFor(15_000);
  await connected(page);
  await page.click('button');
  await shows(page, 'button', '1');
  await takeErrors();
});

test('a page over plain HTTP outlives a restart of its server', async (t) => {
  const secret = 's'.repeat(32);
  const view = ({ query: { x = '0' } }: { query: { x?: string } }) => (
    <main>
      <div name="x" value={x} />
      <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1}>
        {x}
      </button>
    </main>
  );
  const first = await createServer(t, { secret });
  first.issrRoute<{ Querystring: { x?: string } }>('/', view);
  const direct = await listen(first);
  const page = await openPage(`${(await TcpProxy.open(t, direct, { websockets: 'refuse' })).origin}/?x=5`);
  await page.click('button');
  await shows(page, 'button', '6');
  await first.close();
  await page.waitForSelector('html:not([data-issr=connected])');
  const second = await createServer(t, { secret });
  second.issrRoute<{ Querystring: { x?: string } }>('/', view);
  await second.listen({ port: Number(new URL(direct).port), host: '127.0.0.1' });
  await connected(page);
  await page.click('button');
  await shows(page, 'button', '7');
  await takeErrors();
});
