import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import compress from '@fastify/compress';
import Fastify, { type FastifyInstance } from 'fastify';
import { createSite } from '../../examples/site.js';
import issrPlugin from '../../src/index.js';
import { openPage, type TestPage } from '../../src/testing/open-page.js';
import { createCertificate } from '../support/certificate.js';
import { closeAfter, createServer } from '../support/server.js';

test('shows in another tab what one adds, ticks and removes', async (t) => {
  const site = closeAfter(t, await createSite());
  const [ada, grace] = [await openPage(site, '/todo'), await openPage(site, '/todo')];
  await grace.fill('What is to be done', 'Half typed');
  await ada.fill('What is to be done', 'Buy bread');
  await ada.click('add');
  await ada.settled();
  assert.deepEqual(grace.texts('.todos li'), ['Buy bread']);
  await grace.click('Buy bread: done');
  await grace.settled();
  assert.equal(ada.find('Buy bread: done').getAttribute('aria-pressed'), 'true');
  await ada.click('Remove Buy bread');
  await ada.settled();
  assert.deepEqual(grace.texts('.todos li'), []);
  assert.deepEqual([ada.errors, grace.errors], [[], []]);
});

const shop = async (t: TestContext): Promise<FastifyInstance> => {
  const fastify = await createServer(t, { showErrors: true });
  fastify.issrRoute<{ Querystring: { q?: string; n?: string } }>(
    '/',
    { actions: { fail: () => Promise.reject(new Error('out of stock')) } },
    ({ query: { q = '', n = '0' }, headers }) => (
      <html lang="en">
        <head>
          <title>Shop {q}</title>
        </head>
        <body>
          <label>
            Search <input name="q" value="" data-rr="input 30000" />
          </label>
          <output>{q}</output>
          <button onclick="rr(this)" action="n" value={Number(n) + 1}>
            more
          </button>
          <b>{n}</b>
          <button onclick="rr(this)" action="fail">
            buy
          </button>
          <button disabled>closed</button>
          <a href="/basket" onclick="rr(this)">
            Basket
          </a>
          <a href="/plain">Plain</a>
          <i>{`${headers.cookie} ${headers['x-shop']}`}</i>
        </body>
      </html>
    ),
  );
  fastify.issrRoute('/basket', () => (
    <form action="/plain">
      <h1>Basket</h1>
      <input name="count" value="3" />
      <button>pay</button>
    </form>
  ));
  fastify.issrRoute('/broken', () => {
    throw new Error('out of order');
  });
  fastify.get('/plain', ({ query }, reply) => reply.type('text/html').send(`Plain ${JSON.stringify(query)}`));
  return fastify;
};

test('sends headers and cookies with load and event', async (t) => {
  const page = await openPage(await shop(t), '/?n=0', {
    cookies: { visitor: 'ada' },
    headers: { 'x-shop': 'a' },
  });
  assert.equal(page.text('i'), 'visitor=ada a');
  await page.click('more');
  await page.settled();
  assert.equal(page.text('i'), 'visitor=ada a');
  assert.equal(page.text('b'), '1');
});

test('sends a delayed request when the page settles', async (t) => {
  const page = await openPage(await shop(t), '/');
  await page.fill('Search', 'tea');
  assert.equal(page.text('output'), '');
  await page.settled();
  assert.equal(page.text('output'), 'tea');
  assert.deepEqual(page.params, { q: 'tea' });
});

test('goes to pages in place and by a load, and back', async (t) => {
  const page = await openPage(await shop(t), '/?n=4');
  const { document } = page;
  await page.click('Basket');
  await page.settled();
  assert.equal(page.text('h1'), 'Basket');
  assert.equal(page.url, '/basket');
  assert.equal(page.document, document);
  await page.back();
  assert.equal(page.url, '/?n=4');
  assert.equal(page.text('b'), '4');
  await page.click('Plain');
  await page.settled();
  assert.equal(page.text(), 'Plain {}');
  assert.notEqual(page.document, document);
  await page.back();
  assert.equal(page.text('b'), '4');
  await page.visit('/basket');
  await page.submit();
  await page.settled();
  assert.equal(page.text(), 'Plain {"count":"3"}');
});

test('loads what a visit cannot show, and goes to a place of another page', async (t) => {
  const page = await openPage(await shop(t), '/');
  const { document } = page;
  await page.visit('/basket#count');
  assert.deepEqual([page.url, page.document, page.errors], ['/basket#count', document, []]);
  await page.visit('/broken');
  assert.deepEqual([page.url, page.status], ['/broken', 500]);
  assert.notEqual(page.document, document);
  await page.load('/');
  await page.load('/basket');
  assert.deepEqual(
    page.errors.filter((error) => !error.startsWith('ISSR_APP')),
    [],
  );
});

test('sends after reconnecting what was done offline', async (t) => {
  const page = await openPage(await shop(t), '/?n=0');
  await page.disconnect();
  assert.notEqual(page.document.documentElement.dataset.issr, 'connected');
  await page.click('more');
  await page.settled();
  assert.equal(page.text('b'), '0');
  await page.reconnect();
  assert.equal(page.text('b'), '1');
  const types = page.events.map(({ type }) => type.slice('issr:'.length));
  assert.deepEqual(types, ['connect', 'disconnect', 'connect', 'before-patch', 'patch']);
});

test("reports the server's errors", async (t) => {
  const page = await openPage(await shop(t), '/');
  await page.click('buy');
  await page.settled();
  assert.match(page.errors.join(), /out of stock/);
  assert.equal(page.events.at(-1)?.type, 'issr:error');
});

test('names the page in the error of a query', async (t) => {
  const page = await openPage(await shop(t), '/');
  assert.throws(() => page.find('Till'), /No element on the page matches 'Till'\..*Basket/s);
  assert.throws(() => page.find('button'), /3 elements match 'button'.*more.*buy/s);
  await assert.rejects(page.click('closed'), /The element is disabled: <button disabled=""/);
});

test('reconnects at once when the server cuts its connection', async (t) => {
  const fastify = await shop(t);
  const sockets: Duplex[] = [];
  fastify.server.on('connection', (socket) => sockets.push(socket));
  const page = await openPage(fastify, '/?n=0');
  for (const socket of sockets) socket.destroy();
  await page.waitFor(() => assert.ok(page.events.some(({ type }) => type === 'issr:disconnect')));
  await page.click('more');
  await page.settled();
  assert.equal(page.text('b'), '1');
});

test('opens a page of an app that compresses its answers', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(compress, { threshold: 0 });
  fastify.issrRoute('/', () => <h1>Shop</h1>);
  const page = await openPage(fastify, '/');
  assert.equal(page.text('h1'), 'Shop');
  assert.deepEqual(page.errors, []);
});

test('closes its pages and their tabs with the app', async (t) => {
  const fastify = await shop(t);
  const page = await openPage(fastify, '/');
  const tab = await page.openTab('/basket');
  await tab.disconnect();
  await fastify.close();
  await page.settled();
  assert.throws(() => page.html, /The page is closed/);
  assert.throws(() => tab.html, /The page is closed/);
});

test('presses a key for each element that is shown and none that is hidden', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', ({ issr }) => (
    <main>
      <button data-rr="key ctrl+s" action="save">
        save
      </button>
      <p hidden>
        <button data-rr="key ctrl+h" action="hide">
          hide
        </button>
      </p>
      <output>{issr.action?.name}</output>
    </main>
  ));
  const page = await openPage(fastify, '/');
  for (const key of ['Control+h', 'Control+s', 'Control+h']) {
    await page.press(key);
    await page.settled();
  }
  assert.deepEqual(page.texts('output'), ['save']);
  assert.deepEqual(page.errors, []);
});

async function openCounter(t: TestContext, options: object, prefix = ''): Promise<TestPage> {
  const app = closeAfter(t, Fastify(options));
  let count = 0;
  await app.register(
    async (scope) => {
      await scope.register(issrPlugin);
      const actions = { add: () => void count++ };
      scope.issrRoute('/count', { actions }, ({ protocol }) => (
        <button type="button" data-rr="click" action="add">
          {`${protocol} ${count}`}
        </button>
      ));
    },
    { prefix },
  );
  return openPage(app, `${prefix}/count?x=1`);
}

test('opens a page of a plugin in a scope of its own', async (t) => {
  const page = await openCounter(t, {}, '/app');
  await page.click('http 0');
  await page.settled();
  assert.deepEqual([page.text(), page.params, page.errors], ['http 1', { x: '1' }, []]);
});

for (const [name, http2] of [
  ['HTTPS', {}],
  ['HTTP/2 and HTTP/1.1', { http2: true }],
] as const) {
  test(`opens a page of an app with ${name}`, async (t) => {
    const https = { ...createCertificate(t), allowHTTP1: true };
    const page = await openCounter(t, { https, ...http2 });
    await page.click('https 0');
    await page.settled();
    assert.deepEqual([page.text(), page.errors], ['https 1', []]);
    assert.equal(page.window.location.protocol, 'https:');
  });
}

test('refuses an app with HTTP/2 only, and says why', async (t) => {
  await assert.rejects(openCounter(t, { http2: true }), /speaks HTTP\/1\.1.*Set allowHTTP1/);
  const https = createCertificate(t);
  await assert.rejects(openCounter(t, { http2: true, https }), /speaks HTTP\/1\.1/);
});
