import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Browsers log each violation as an error, which fails a test. Some request `favicon.ico`, by `img-src`. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types fastify-issr";

test('triggers of data-rr send their events under a strict policy', async (t) => {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  const runs: string[] = [];
  let isTicking = true;
  fastify.issrRoute('/', ({ issr }) => {
    if (issr.action) runs.push(issr.action.name);
    return (
      <main>
        <p data-rr="load" action="loaded" />
        {isTicking && <p data-rr="every 50ms" action="tick" />}
        <p data-rr="every 40000m" action="monthly" />
        <button type="button" data-rr="click, key ctrl+s" action="save">
          save
        </button>
        <button type="button" data-rr="key n" action="new" />
        <button type="button" data-rr="click once" action="once">
          once
        </button>
        <input name="typed" />
        <input id="fast" data-rr="input throttle 100" action="throttled" />
        <div data-rr="outside" action="outside">
          menu
        </div>
        <canvas height={4000} />
        <p id="end" data-rr="visible" action="visible">
          end
        </p>
        <div data-rr="off">
          <p data-rr="load" action="fenced" />
        </div>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  const count = (name: string) => runs.filter((one) => one === name).length;
  await waitFor(() => count('loaded') === 1 && count('tick') > 2);
  isTicking = false;
  await page.evaluate(() => window.rr());
  const ticks = count('tick');
  // Typing `n` in a field is text, and ctrl+s is a command there too.
  await page.focus('[name=typed]');
  await page.keyboard.type('nn');
  await page.keyboard.press('Control+s');
  await waitFor(() => count('save') === 1);
  assert.equal(count('new'), 0);
  await page.$eval('#fast', (field) => {
    for (let i = 0; i < 6; i++) field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await waitFor(() => count('throttled') === 2);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('n');
  await waitFor(() => count('new') === 1);
  await page.click('text=once');
  await page.click('text=once');
  await page.click('text=menu');
  await connected(page);
  assert.equal(count('once'), 1);
  const outside = count('outside');
  assert.ok(outside > 0);
  assert.equal(count('visible'), 0);
  const nextFrame = () =>
    page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
    );
  for (const times of [1, 2]) {
    await page.locator('#end').scrollIntoViewIfNeeded();
    await waitFor(() => count('visible') === times);
    await page.locator('[name=typed]').scrollIntoViewIfNeeded();
    await nextFrame();
  }
  await connected(page);
  assert.deepEqual(['loaded', 'fenced', 'monthly', 'tick', 'throttled'].map(count), [1, 0, 0, ticks, 2]);
});

test('an element of text in view asks for more until its list ends', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: { n?: string } }>('/', ({ query }) => {
    const n = Number(query.n ?? 2);
    return (
      <main>
        <input type="hidden" name="n" value={n} />
        <ol>{Array.from({ length: n }, (_, i) => i % 2 === 0 && <li>{i}</li>)}</ol>
        {n < 10 && (
          <p key={n} data-rr="visible" with={`n=${n + 2}`}>
            Loading …
          </p>
        )}
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await page.waitForSelector('main:not(:has(p))');
  assert.equal(await page.inputValue('[name=n]'), '10');
});

test('a key that an input method takes is no trigger', async (t) => {
  const fastify = await createServer(t);
  const runs: string[] = [];
  fastify.issrRoute<{ Querystring: { text?: string } }>('/', ({ issr, query: { text = '' } }) => {
    if (issr.action) runs.push(text);
    return <input name="text" data-rr="key enter" action="say" />;
  });
  const page = await browser.openPage(await listen(fastify));
  await page.$eval('input', (field) => {
    // The second one is the key that accepts a word as Safari reports it, when the composition has ended.
    for (const init of [{ isComposing: true }, { keyCode: 229 }])
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...init }));
  });
  await page.fill('input', 'word');
  await page.press('input', 'Enter');
  await waitFor(() => runs.length > 0);
  await connected(page);
  assert.deepEqual(runs, ['word']);
});
