import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Later } from '../../src/index.js';
import { connected, shows, useBrowser } from '../support/browser.js';
import { closeAfter, createServer, listen } from '../support/server.js';
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

test('Back from another site finds what was written', async (t) => {
  const fastify = await createServer(t);
  let title = 'old';
  fastify.issrRoute<{ Querystring: Record<string, string> }>('/', ({ query }) => (
    <main>
      <input name="echo" value={query.echo} oninput="rr(this)" />
      <textarea name="text" />
      <input type="checkbox" name="box" checked={!!query.box} />
      <input name="title" value={query.title ?? title} />
      <input name="off" autocomplete="off" />
      <input type="password" name="password" />
      <output>{query.echo}</output>
    </main>
  ));
  const other = closeAfter(t, Fastify());
  other.get('/', (_request, reply) => reply.type('text/html').send('<title>other</title>'));
  const away = (await listen(other)).replace('127.0.0.1', 'localhost');
  const page = await browser.openPage(await listen(fastify));
  const partIsLoaded = () =>
    page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-control')),
    );
  await partIsLoaded();
  for (const name of ['text', 'off', 'password', 'title']) await page.fill(`[name=${name}]`, 'typed');
  await page.check('[name=box]');
  for (const written of ['one', 'two']) {
    await page.fill('[name=echo]', written);
    await shows(page, 'output', written);
    if (written === 'two')
      // Firefox ends scripts of a page that is left, at times before these listeners.
      await page.evaluate(() =>
        window.addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true),
      );
    await page.goto(away);
    await page.goBack();
    await connected(page);
    await shows(page, 'output', written);
    assert.equal(await page.inputValue('[name=echo]'), written);
    assert.equal(await page.inputValue('[name=text]'), 'typed');
    assert.equal(await page.isChecked('[name=box]'), true);
    assert.equal(await page.inputValue('[name=off]'), '');
    assert.equal(await page.inputValue('[name=password]'), '');
    // Its text was the server's own, which may have been changed since.
    assert.equal(await page.inputValue('[name=title]'), title);
    title = 'new';
  }
  await page.reload();
  await connected(page);
  await partIsLoaded();
  await page.evaluate(() => window.rr());
  assert.equal(await page.inputValue('[name=text]'), '');
  await browser.takeErrors();
});

test('Back finds what was written in fields that come after the load', async (t) => {
  const fastify = await createServer(t);
  const waiting: (() => void)[] = [];
  const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  fastify.issrRoute<{ Querystring: Record<string, string> }>('/', ({ query: { kind, row, ...query } }) => (
    <main>
      <select name="kind" data-rr="change">
        <option selected={kind !== 'firm'}>person</option>
        <option selected={kind === 'firm'}>firm</option>
      </select>
      {kind === 'firm' && <input name="firm" value={query.firm} />}
      <Later fallback={<p>Loading …</p>}>
        {async () => {
          await wait();
          return <textarea name="late" />;
        }}
      </Later>
      {['1', '2'].map((id) => (
        <button key={id} id={`edit-${id}`} type="button" data-rr="click" action="row" value={id}>
          edit
        </button>
      ))}
      <input type="hidden" name="row" value={row} />
      {row && <input key={row} name="cell" />}
      <output>{row}</output>
    </main>
  ));
  const other = closeAfter(t, Fastify());
  other.get('/', (_request, reply) => reply.type('text/html').send('<title>other</title>'));
  const away = (await listen(other)).replace('127.0.0.1', 'localhost');
  const page = await browser.openPage(await listen(fastify));
  // The part that keeps fields loads this one.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-dev')),
  );
  const late = async (): Promise<void> => {
    await waitFor(() => waiting.length > 0);
    for (const resolve of waiting.splice(0)) resolve();
    await page.waitForSelector('[name=late]');
  };
  await late();
  await page.selectOption('[name=kind]', 'firm');
  await page.waitForSelector('[name=firm]');
  await page.click('#edit-1');
  await page.waitForSelector('[name=cell]');
  for (const name of ['firm', 'late', 'cell']) await page.fill(`[name=${name}]`, `in ${name}`);

  await page.goto(away);
  await page.goBack();
  await page.waitForSelector('[name=firm]');
  await late();
  for (const name of ['firm', 'late'])
    await waitFor(async () => (await page.inputValue(`[name=${name}]`)) === `in ${name}`);
  // It belongs to another row than the draft.
  await page.click('#edit-2');
  await shows(page, 'output', '2');
  await connected(page);
  assert.equal(await page.inputValue('[name=cell]'), '');
  await browser.takeErrors();
});
