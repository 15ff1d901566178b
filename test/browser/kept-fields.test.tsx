import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { connected, useBrowser } from '../support/browser.js';
import { outdate as outdateSite } from '../support/outdated.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A page whose connection ends at `outdate`, as by a server of another protocol version. */
async function openPage(t: TestContext) {
  const fastify = await createServer(t);
  let news = 'old';
  fastify.issrRoute<{ Querystring: Record<string, string> }>('/', ({ query: { secret, ...query } }) => (
    <main>
      <input id="title" name="title" />
      <input name="many" />
      <input name="many" />
      <input id="echo" name="echo" value={query.echo} oninput="rr(this)" />
      <input id="news" name="news" value={news} />
      <textarea name="text" />
      <textarea name="huge" />
      <input type="checkbox" name="box" />
      <input type="checkbox" name="on" checked />
      <input type="radio" name="way" value="a" checked />
      <input type="radio" name="way" value="b" />
      <select name="choice">
        <option>one</option>
        <option>two</option>
      </select>
      <input type="password" name="secret" />
      <input id="shown" type="text" name="new-password" />
      <input id="card" name="card" autocomplete="cc-number" />
      <input id="code" name="code" autocomplete="one-time-code" />
      <pre>{JSON.stringify(query)}</pre>
    </main>
  ));
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const outdated = outdateSite(fastify);
  const page = await browser.openPage(proxy.origin);
  await loadedPart(page);
  const outdate = async () => {
    news = 'new';
    outdated.left = 1;
    await page.evaluate(() => Object.assign(window, { isOld: true }));
    proxy.cut();
  };
  return { page, outdate };
}

/** Waits for the part of the script that keeps fields, which loads soon after the page has connected. */
async function loadedPart(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-control')),
  );
}

const FIELDS = ['#title', '[name=many] >> nth=1', '[name=text]', '#echo'];
const SECRETS = ['[name=secret]', '#shown', '#card', '#code'];

test('a load for another protocol version keeps what the visitor wrote and chose', async (t) => {
  const { page, outdate } = await openPage(t);
  for (const field of [...FIELDS, ...SECRETS]) await page.fill(field, `in ${field}`);
  await page.waitForFunction(() => document.querySelector('#echo')?.getAttribute('value') === 'in #echo');
  await page.fill('[name=huge]', 'x'.repeat(300_000));
  await page.check('[name=box]');
  await page.uncheck('[name=on]');
  await page.check('[value=b]');
  await page.selectOption('select', 'two');
  await outdate();

  await page.waitForFunction(() => !('isOld' in window));
  await connected(page);
  await waitFor(async () => (await page.inputValue('#title')) === 'in #title');
  for (const field of FIELDS) assert.equal(await page.inputValue(field), `in ${field}`);
  for (const field of [...SECRETS, '[name=huge]', '[name=many] >> nth=0']) {
    assert.equal(await page.inputValue(field), '');
  }
  assert.equal(await page.inputValue('#news'), 'new');
  assert.deepEqual(
    await page
      .locator('[type=checkbox],[type=radio]')
      .evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).checked)),
    [true, false, false, true],
  );
  assert.equal(await page.inputValue('select'), 'two');
  await page.waitForFunction(() =>
    document.querySelector('pre')?.textContent?.includes('"title":"in #title"'),
  );
  assert.deepEqual(
    await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes('fields'))),
    [],
  );
  await page.reload();
  await connected(page);
  await loadedPart(page);
  await page.evaluate(() => window.rr());
  assert.equal(await page.inputValue('#title'), '');
  await browser.takeErrors();
});
