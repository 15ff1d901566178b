import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

interface Query {
  q?: string;
  tab?: string;
  password?: string;
}

/** A page whose author mirrors everything, a password too, and how many history entries it has made. */
async function openMirrored(t: TestContext, path: string) {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: Query }>(
    '/list',
    { url: ['q', 'tab', 'password'] },
    ({ query: { q = '', tab = '1', password = '' } }) => (
      <html lang="en">
        <body>
          <form onsubmit="rr(this)">
            <input name="q" value={q} oninput="rr(this)" />
            <input name="tab" value={tab} />
            <input name="password" type="password" />
            <button>go</button>
          </form>
          <output>{`${q} ${tab} ${password.length}`}</output>
        </body>
      </html>
    ),
  );
  const origin = await listen(fastify);
  const page = await browser.openPage(origin + path);
  const before = await page.evaluate(() => history.length);
  const entries = () => page.evaluate((before) => history.length - before, before);
  const address = () => page.url().slice(origin.length);
  return { page, entries, address };
}

test('typing replaces the address and a submit adds a history entry', async (t) => {
  const { page, entries, address } = await openMirrored(t, '/list');
  await page.type('[name=q]', 'ab');
  await shows(page, 'output', 'ab 1 0');
  assert.deepEqual([address(), await entries()], ['/list?q=ab&tab=1', 0]);
  await page.fill('[name=tab]', '2');
  await page.click('text=go');
  await shows(page, 'output', 'ab 2 0');
  assert.deepEqual([address(), await entries()], ['/list?q=ab&tab=2', 1]);
  await page.goBack();
  await shows(page, 'output', 'ab 1 0');
  assert.equal(await page.inputValue('[name=tab]'), '1');
  await page.goForward();
  await shows(page, 'output', 'ab 2 0');
});

test('the address follows a hidden field that a patch changes', async (t) => {
  const fastify = await createServer(t);
  let isEdited = true;
  const save = (): void => {
    isEdited = false;
  };
  fastify.issrRoute<{ Querystring: Query }>(
    '/list',
    { url: ['tab'], actions: { save } },
    ({ query: { tab } }) => (
      <main>
        <input type="hidden" name="tab" value={isEdited ? 'edit' : 'list'} />
        <button action="save" onclick="rr(this)">
          save
        </button>
        <output>{tab}</output>
      </main>
    ),
  );
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}/list?tab=edit`);
  const before = await page.evaluate(() => history.length);
  await page.click('button');
  await page.waitForURL('**/list?tab=list');
  assert.equal(await page.evaluate(() => history.length), before + 1, 'Back undoes a command');
  await shows(page, 'output', 'edit');
  isEdited = true;
  await fastify.issr.rr('/list');
  await page.waitForURL('**/list?tab=edit');
  assert.equal(await page.evaluate(() => history.length), before + 1, 'but not a push');
});

test('a password never appears in the address, even if mirrored', { skip: unless('requests') }, async (t) => {
  const { page, address } = await openMirrored(t, '/list');
  const addresses: string[] = [];
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  await page.fill('[name=password]', 'secret');
  await page.click('text=go');
  await shows(page, 'output', ' 1 6');
  await page.type('[name=q]', 'a');
  await shows(page, 'output', 'a 1 6');
  assert.equal(address(), '/list?q=a&tab=1');
  assert.ok(!addresses.join().includes('secret'), addresses.join());
});

test('a wildcard page works at addresses that begin with two slashes', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Params: { '*': string }; Querystring: { x?: string } }>(
    '/*',
    { url: ['x'] },
    ({ params, query: { x = '0' } }) => (
      <main>
        <input type="hidden" name="x" value={x} />
        <output>{`${params['*']} ${x}`}</output>
        <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1}>
          add
        </button>
      </main>
    ),
  );
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}//a//b`);
  await page.click('button');
  await shows(page, 'output', '/a//b 1');
  assert.equal(page.url(), `${origin}//a//b?x=1`);
  await page.click('button');
  await shows(page, 'output', '/a//b 2');
});

test('a page at a rewritten address keeps its document through events and visits', async (t) => {
  const rewriteUrl = ({ url = '/' }: { url?: string | undefined }) => url.replace(/^\/en\//, '/');
  const fastify = await createServer(t, {}, { rewriteUrl });
  let count = 0;
  const actions = { add: () => void count++ };
  fastify.issrRoute('/list', { actions }, () => (
    <main>
      <button type="button" action="add" onclick="rr(this)">
        add
      </button>
      <a href="other" onclick="rr(this)">
        other
      </a>
      <output>{count}</output>
    </main>
  ));
  fastify.issrRoute('/other', () => <output>other</output>);
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}/en/list`);
  await page.evaluate(() => Object.assign(window, { isSameDocument: true }));
  await page.click('button');
  await shows(page, 'output', '1');
  await page.click('a');
  await shows(page, 'output', 'other');
  assert.equal(page.url(), `${origin}/en/other`);
  assert.equal(await page.evaluate(() => 'isSameDocument' in window), true);
});
