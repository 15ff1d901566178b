import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { IssrOptions } from '../../src/index.js';
import { recordSent, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types fastify-issr";
const SHORTCUT = 'Control+Shift+I';

const NEEDED = { skip: unless('roles') };

const browser = useBrowser();

/** A page with a counter, under a policy that allows neither inline styles nor HTML from text. */
async function start(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, { showErrors: true, ...options });
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  fastify.get('/page.css', (_request, reply) =>
    reply
      .type('text/css')
      .send('* { display: inline !important; color: red !important; --back: red !important }'),
  );
  let count = 0;
  for (const path of ['/', '/other'])
    fastify.issrRoute(path, { actions: { add: () => void count++ } }, () => (
      <html lang="en">
        <head>
          <title>{path}</title>
          <link rel="stylesheet" href="/page.css" />
        </head>
        <body>
          <main>
            <h1>{path}</h1>
            <label>
              title <input name="title" />
            </label>
            <button data-rr="click" action="add" value="17">
              add
            </button>
            <b>{count}</b>
            <a href="/other" data-rr="click">
              other
            </a>
          </main>
        </body>
      </html>
    ));
  return { origin: await listen(fastify), push: () => fastify.issr.rr('/') };
}

/** Opens a page whose part for development has been loaded. */
async function open(origin: string): Promise<Page> {
  const page = await browser.openPage(origin);
  await page.waitForFunction(() => window.rr.latency);
  return page;
}

const panelOf = (page: Page) => page.getByRole('region', { name: 'Development panel' });
const detailsOf = (page: Page) => page.getByRole('region', { name: 'Details' });
const rowOf = (page: Page, text: string) => page.getByRole('option').filter({ hasText: text });

async function addOne(page: Page, shown: number): Promise<void> {
  await page.getByRole('button', { name: 'add', exact: true }).click();
  await shows(page, 'b', String(shown));
}

test('Ctrl+Shift+I opens the panel, Escape gives the focus back', NEEDED, async (t) => {
  const page = await open((await start(t)).origin);
  await page.focus('input');
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor();
  await page.keyboard.press('Escape');
  await panelOf(page).waitFor({ state: 'detached' });
  await page.keyboard.type('typed');
  assert.equal(await page.inputValue('input'), 'typed');
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor();
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor({ state: 'detached' });
});

test('the panel shows params, instructions, bytes and times', NEEDED, async (t) => {
  const { origin, push } = await start(t);
  const page = await open(origin);
  await page.fill('input', 'half typed');
  await addOne(page, 1);
  // Earlier events are there, without the server's times.
  await page.keyboard.press(SHORTCUT);
  await rowOf(page, 'add 17').waitFor();
  await addOne(page, 2);
  await rowOf(page, 'add 17').nth(1).waitFor();
  const details = detailsOf(page);
  for (const text of [
    'event 2',
    '1 change',
    'Hooks, action, handler',
    'Render',
    'Diff',
    'Browser',
    'half typed',
  ])
    await details.getByText(text, { exact: true }).first().waitFor();
  await details
    .getByText('text part')
    .or(details.getByText('text', { exact: true }))
    .waitFor();
  assert.match(
    (await rowOf(page, 'add 17').first().textContent()) ?? '',
    /^eventadd 171 change\d+ B[\d.]+ ms$/,
  );
  await page.getByRole('listbox', { name: 'Events' }).press('End');
  await details.getByText('event 1').waitFor();
  await details.getByText('Network and server').waitFor();
  await push();
  await addOne(page, 3);
  await page.getByRole('listbox').press('Home');
  await details.getByText('event 3').waitFor();
});

test('the panel shows the warnings of server and page', NEEDED, async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  fastify.issrRoute('/', ({ issr }) => (
    <html lang="en">
      <head>
        <title>mistakes</title>
      </head>
      <body>
        <input name="title" value={issr.firstTime ? 'draft' : ''} oninput="rr(this)" />
        <p id="twice" />
        <p id="twice" />
      </body>
    </html>
  ));
  const page = await open(await listen(fastify));
  await page.keyboard.press(SHORTCUT);
  const summary = panelOf(page).locator('summary');
  await summary.getByText('1 warning', { exact: true }).click();
  const warning = (text: RegExp) => panelOf(page).locator('.mistakes li').filter({ hasText: text }).waitFor();
  await warning(/the page '\/': the id 'twice' is on several elements.*ISSR_WARN_ID/);
  await page.fill('input', 'typed');
  await summary.getByText('2 warnings', { exact: true }).waitFor();
  await warning(/a patch emptied <input name="title".*ISSR_WARN_CLEARED/);
});

test('the panel shows no secret, and goes on after a reconnect', NEEDED, async (t) => {
  const proxy = await TcpProxy.open(t, (await start(t)).origin);
  const page = await open(proxy.origin);
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor();
  for (const connection of proxy.connections) connection.cut();
  await rowOf(page, 'page joined').click();
  await detailsOf(page).getByText('joined, not shown: it has secrets of the page.').waitFor();
  const text = await page.evaluate(
    () => document.querySelector('issr-widget')?.shadowRoot?.textContent ?? '',
  );
  assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-|\["join/, 'no token, no secret');
  await addOne(page, 1);
  await rowOf(page, 'add 17').click();
  await detailsOf(page).getByText('Diff', { exact: true }).waitFor();
  await browser.takeErrors();
});

test('the panel is not a part of its page', NEEDED, async (t) => {
  const page = await open((await start(t)).origin);
  const sent = await recordSent(page);
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor();
  await addOne(page, 1);
  await page.getByRole('link', { name: 'other' }).click();
  await shows(page, 'h1', '/other');
  await rowOf(page, '/other').waitFor();
  const looks = await panelOf(page).evaluate((panel) => {
    const { display, color, backgroundColor } = getComputedStyle(panel);
    return { display, isRed: /255, 0, 0/.test(color + backgroundColor) };
  });
  assert.deepEqual(looks, { display: 'flex', isRed: false });
  assert.deepEqual(
    (await sent()).map(([verb]) => verb).filter((verb) => verb !== 'params'),
    ['debug', 'event', 'event'],
  );
});

test('the panel remembers that it is open, and its side', NEEDED, async (t) => {
  const { origin } = await start(t, { debug: true });
  const page = await open(origin);
  await page.getByRole('button', { name: 'Move to the right' }).click();
  await page.getByRole('separator').press('ArrowLeft');
  await page.getByRole('button', { name: 'Highlight changes' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Move to the bottom' }).waitFor();
  assert.equal(await page.getByRole('separator').getAttribute('aria-valuenow'), '444');
  await page.getByRole('button', { name: 'Highlight changes', pressed: true }).waitFor();
  await page.getByRole('button', { name: /Close/ }).click();
  await page.reload();
  await page.waitForFunction(() => window.rr.latency);
  await page.keyboard.press(SHORTCUT);
  await panelOf(page).waitFor();
});

test('the panel draws a box around what a patch changed', NEEDED, async (t) => {
  const page = await open((await start(t)).origin);
  await page.keyboard.press(SHORTCUT);
  await page.getByRole('button', { name: 'Highlight changes' }).click();
  await page.evaluate(() => {
    const { animate } = Element.prototype;
    Element.prototype.animate = function (frames, options) {
      const animation = animate.call(this, frames, options);
      if (this.classList.contains('box')) animation.pause();
      return animation;
    };
  });
  await addOne(page, 1);
  const [box, changed] = await Promise.all([
    page.locator('.box').boundingBox(),
    page.locator('b').boundingBox(),
  ]);
  assert.equal(await page.locator('.box').count(), 1);
  assert.ok(box && changed);
  assert.ok(Math.abs(box.x - changed.x) <= 2 && Math.abs(box.y - changed.y) <= 2);
});

test('the panel keeps the last 200 events', NEEDED, async (t) => {
  const page = await open((await start(t)).origin);
  await page.keyboard.press(SHORTCUT);
  await page.evaluate(async () => {
    await Promise.all(Array.from({ length: 201 }, (_, i) => window.rr({ action: 'add', value: i })));
  });
  await rowOf(page, /add 200$/.source === '' ? '' : 'add 200')
    .first()
    .waitFor();
  assert.equal(await page.getByRole('option').count(), 200);
  assert.equal(
    await page
      .getByRole('option')
      .filter({ hasText: /^eventadd 0\d* change/ })
      .count(),
    0,
  );
});

test('axe finds no violation in the panel', NEEDED, async (t) => {
  const page = await open((await start(t)).origin);
  await page.keyboard.press(SHORTCUT);
  await addOne(page, 1);
  await rowOf(page, 'add 17').waitFor();
  // The page's policy forbids the checker's own script, not the debugger's.
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations }: AxeResults = await page.evaluate(() =>
      (window as unknown as { axe: { run(where: object): Promise<AxeResults> } }).axe.run({
        include: [['issr-widget']],
      }),
    );
    assert.deepEqual(
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme} ${id}: ${html}`)),
      [],
    );
  }
});

test('without the option debug the keys do nothing', NEEDED, async (t) => {
  for (const options of [{ showErrors: false }, { debug: false }]) {
    const { origin } = await start(t, options);
    const page = await browser.openPage(origin);
    await addOne(page, 1);
    await page.evaluate(() => {
      addEventListener('keydown', (event) => Object.assign(window, { isTaken: event.defaultPrevented }));
    });
    await page.keyboard.press(SHORTCUT);
    await page.waitForFunction(() => 'isTaken' in window && window.isTaken === false);
    assert.equal(await page.locator('issr-widget').count(), 0);
  }
});

test('in production the panel opens only if it was asked for', NEEDED, async (t) => {
  const { origin } = await start(t, { showErrors: false, debug: true });
  const page = await browser.openPage(origin);
  await panelOf(page).waitFor();
  await addOne(page, 1);
  await detailsOf(page).getByText('Diff', { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => typeof window.rr.latency), 'undefined');
});
