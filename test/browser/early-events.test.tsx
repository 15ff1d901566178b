import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { VNode } from 'preact';
import { connected, shows, useBrowser } from '../support/browser.js';
import { browserName } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/**
 * A server that holds back a part of the script, and a tab with its page. The page's content comes with a push: some
 * browsers end a load only when the parts that it asked for are there.
 */
async function openSlowPage(t: TestContext, part: string, content: () => VNode) {
  const fastify = await createServer(t);
  let isLoaded = false;
  let isSlow = true;
  const waiting: ((error?: Error) => void)[] = [];
  fastify.addHook('onRequest', async ({ url }) => {
    if (!isSlow || !url.startsWith(`/issr-${part}.js`)) return;
    const error = await new Promise<Error | undefined>((resolve) => waiting.push(resolve));
    if (error) throw error;
  });
  const answer = (error?: Error): void => {
    for (const resolve of waiting.splice(0)) resolve(error);
  };
  const ran: string[] = [];
  fastify.issrRoute('/', ({ issr }) => {
    if (issr.action) ran.push(issr.action.name);
    return <main>{isLoaded && content()}</main>;
  });
  const page = await browser.openPage(await listen(fastify));
  isLoaded = true;
  await fastify.issr.rr('/');
  await waitFor(() => waiting.length > 0);
  return {
    fastify,
    page,
    /** The actions that ran. */
    ran,
    /** Answers the requests that wait now. */
    answer,
    release(): void {
      isSlow = false;
      answer();
    },
  };
}

/** The number of times that `do` has run at an element, or null. */
const timesOf = (page: Page, selector: string) => page.getAttribute(selector, 'data-n');
const COUNT = 'attr data-n=1|2|3|4';

test('do runs what happened before its part was loaded, once', async (t) => {
  const { fastify, page, ran, release } = await openSlowPage(t, 'local', () => (
    <>
      <button type="button" id="menu" do={`toggle next; ${COUNT} #count`}>
        <b>menu</b>
      </button>
      <p hidden>items</p>
      <i id="count" />
      <input type="checkbox" do={`${COUNT}; change: ${COUNT} #changed`} />
      <i id="changed" />
      <input id="text" do={`input: ${COUNT}; focus: class +focused`} />
      <details do={`toggle: ${COUNT}`}>
        <summary>more</summary>
      </details>
      <div id="area" do="mouseenter: class +entered">
        area
      </div>
      <i id="scrolled" do="scroll: class +ran" />
      <form onsubmit="rr(this)" do={`submit: ${COUNT}`}>
        <button id="send" action="send" do={COUNT}>
          send
        </button>
      </form>
      <a href="#end" id="link" do={COUNT}>
        end
      </a>
      <p id="live" hidden do="issr:connect: show" />
      <p id="own" do={COUNT}>
        <button type="button" id="inner" data-rr="off">
          fenced <i do={COUNT}>inside</i>
        </button>
      </p>
      <i id="idle" do="change: hide">
        idle
      </i>
      <p id="end">end</p>
    </>
  ));
  await page.click('#menu b');
  await page.waitForSelector('#menu[aria-busy=true]');
  // The visitor sees nothing yet, and clicks again.
  await page.click('#menu');
  await page.click('[type=checkbox]');
  await page.click('[type=checkbox]');
  await page.click('#text');
  await page.keyboard.type('ab');
  await page.click('summary');
  await page.hover('#area');
  await page.click('#inner i');
  await page.click('#idle');
  for (const open of fastify.issr.pages.values()) open.close();
  await page.waitForSelector('#live[aria-busy=true]', { state: 'attached' });
  await page.click('#link');
  assert.equal(new URL(page.url()).hash, '#end');
  await page.click('#send');
  // A submit and its answer do not wait for the commands beside it.
  await waitFor(() => ran.length > 0);
  const states = [
    ['#count', '1'],
    ['[type=checkbox]', '2'],
    ['#changed', '2'],
    ['#text', '2'],
    ['details', '1'],
    ['form', '1'],
    ['#send', '1'],
    ['#link', '1'],
    ['#own', '1'],
    ['#inner i', null],
  ] as const;
  for (const [selector] of states) assert.equal(await timesOf(page, selector), null, selector);
  assert.equal(await page.getAttribute('#idle', 'aria-busy'), null);
  release();
  await page.waitForSelector('#count[data-n]', { state: 'attached' });
  for (const [selector, times] of states) assert.equal(await timesOf(page, selector), times, selector);
  assert.deepEqual(await page.$$eval('p', (all) => all.map(({ hidden }) => hidden)), [
    false,
    false,
    false,
    false,
  ]);
  assert.equal(await page.getAttribute('#text', 'class'), 'focused');
  assert.equal(await page.getAttribute('#area', 'class'), 'entered');
  assert.equal(await page.locator('[aria-busy]').count(), 0);
  await page.evaluate(() => document.dispatchEvent(new Event('scroll')));
  assert.equal(await page.locator('#scrolled.ran').count(), 0);
  // Later clicks count one by one.
  await page.dblclick('#menu');
  assert.equal(await timesOf(page, '#count'), '3');
  await page.click('#link');
  assert.equal(await timesOf(page, '#link'), '2');
  assert.deepEqual(ran, ['send']);
});

test('do drops the event of an element that a patch removed', async (t) => {
  let isShown = true;
  const { fastify, page, release } = await openSlowPage(t, 'local', () => (
    <>
      {isShown && <button type="button" id="gone" do={`${COUNT} #count`} />}
      <button type="button" id="stays" do="class +ran" />
      <i id="count" />
    </>
  ));
  await page.dispatchEvent('#gone', 'click');
  await page.dispatchEvent('#stays', 'click');
  isShown = false;
  await fastify.issr.rr('/');
  await page.waitForSelector('#gone', { state: 'detached' });
  release();
  await page.waitForSelector('#stays.ran', { state: 'attached' });
  assert.equal(await timesOf(page, '#count'), null);
});

test('a click waits until a part that failed to load is there', async (t) => {
  const { fastify, page, answer, release } = await openSlowPage(t, 'local', () => (
    <button type="button" do={COUNT}>
      count
    </button>
  ));
  await page.click('button');
  answer(new Error('The disk is broken'));
  let errors = '';
  await waitFor(async () => {
    errors += (await browser.takeErrors()).join();
    return errors.includes('ISSR_PART (network)');
  });
  assert.equal(await timesOf(page, 'button'), null);
  release();
  // The next connection tries again.
  for (const open of fastify.issr.pages.values()) open.close();
  await page.waitForSelector('button[data-n="1"]:not([aria-busy])');
  await page.click('button');
  assert.equal(await timesOf(page, 'button'), '2');
  await browser.takeErrors();
});

test('triggers send what happened before their part was loaded, once', async (t) => {
  let isNew = false;
  const { fastify, page, ran, release } = await openSlowPage(t, 'triggers', () => (
    <>
      <button type="button" id="once" data-rr="click once" action="once">
        once
      </button>
      <a href="/other" data-rr="click once" action="link">
        other page
      </a>
      <form method="post">
        <button id="submit" data-rr="click once" action="submit">
          submit
        </button>
      </form>
      <input data-rr="input throttle 100, key ctrl+s" action="field" />
      <p data-rr="outside" action="outside">
        menu
      </p>
      <p data-rr="load" action="loaded" />
      {isNew && <p id="new" data-rr="outside, key ctrl+s, load" action="new" />}
    </>
  ));
  const count = (name: string) => ran.filter((one) => one === name).length;
  await page.click('#once');
  await page.click('#once');
  await page.click('a');
  await page.click('#submit');
  await page.type('input', 'a');
  await waitFor(() => count('field') === 1);
  await page.press('input', 'Control+s');
  await page.click('p >> nth=0');
  await connected(page);
  assert.deepEqual(['once', 'link', 'submit', 'field', 'outside', 'loaded'].map(count), [1, 1, 1, 1, 0, 0]);
  release();
  await waitFor(() => count('loaded') === 1);
  await connected(page);
  // `outside`: presses at the buttons and the link, and none at the menu. The field took the focus without one.
  assert.deepEqual(['once', 'link', 'submit', 'field', 'outside'].map(count), [1, 1, 1, 2, 4]);
  await page.click('#once');
  await page.press('input', 'Control+s');
  await waitFor(() => count('field') === 3);
  // An element that comes later gets none of what happened before it.
  isNew = true;
  await fastify.issr.rr('/');
  await waitFor(() => count('new') > 0);
  await connected(page);
  assert.deepEqual(['once', 'link', 'submit', 'new'].map(count), [1, 1, 1, 1]);
  assert.equal(new URL(page.url()).pathname, '/');
});

test('the server renders what was typed before the script', {
  skip: browserName === 'webkit' && 'its driver waits for the load',
}, async (t) => {
  const fastify = await createServer(t);
  let isSlow = false;
  const waiting: (() => void)[] = [];
  fastify.addHook('onRequest', async ({ url }) => {
    if (isSlow && url.startsWith('/issr.js')) await new Promise<void>((resolve) => waiting.push(resolve));
  });
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  fastify.issrRoute<{ Querystring: Record<string, string> }>('/', ({ query }) => (
    <main>
      <input name="q" data-rr="input" />
      <input name="user" autocomplete="username" />
      <output>{`${query.q} ${query.user}`}</output>
    </main>
  ));
  const url = await listen(fastify);
  const page = await browser.openPage(url);
  isSlow = true;
  const load = page.goto(`${url}/?new`);
  await waitFor(() => waiting.length > 0);
  await page.type('[name=q]', 'typed');
  // A password manager may fire no event.
  await page.$eval('[name=user]', (field) => {
    (field as HTMLInputElement).value = 'ann';
  });
  for (const resolve of waiting) resolve();
  await load;
  await shows(page, 'output', 'typed ann');
  assert.equal(await page.inputValue('[name=q]'), 'typed');
  // In Firefox, a page that is left reports the parts that it still loads.
  await browser.takeErrors();
});

test('the server renders what was chosen before the script', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: Record<string, string | string[]> }>('/', ({ query }) => (
    <main>
      <select name="one">
        <option>a</option>
        <option>b</option>
      </select>
      <select name="many" multiple>
        <option selected>a</option>
        <option>b</option>
      </select>
      {/* It runs before the script of the page, as a quick visitor chooses. */}
      <script>{`for (const { options } of document.querySelectorAll('${query.what ?? 'none'}')) options[1].selected = true;`}</script>
      <output>{`${query.one} ${query.many}`}</output>
    </main>
  ));
  const url = await listen(fastify);
  for (const [what, shown] of [
    ['[name=one]', 'b a'],
    ['[name=many]', 'a a,b'],
  ] as const) {
    const page = await browser.openPage(`${url}/?what=${what}`);
    await shows(page, 'output', shown);
    const chosen = await page.$$eval('option', (options) => options.map((option) => option.selected));
    assert.deepEqual(chosen, what === '[name=one]' ? [false, true, true, false] : [true, false, true, true]);
  }
});

test('values that the browser writes in its own way are not edits', async (t) => {
  const fastify = await createServer(t);
  let renders = 0;
  fastify.issrRoute('/', () => {
    renders++;
    return (
      <main>
        <input name="at" type="datetime-local" value="2026-11-28T10:11:00" />
        <input name="volume" type="range" value="150" />
        <input name="colour" type="color" value="RED" />
        <input name="count" type="number" value="1.0" />
        <input name="on" type="checkbox" checked />
        <textarea name="note">{'\n a\n'}</textarea>
        <select name="first">
          <option disabled>none</option>
          <option>a</option>
        </select>
        <select name="second">
          <option>a</option>
          <option selected>b</option>
        </select>
        <select name="none" multiple>
          <option>a</option>
        </select>
        <button type="button" onclick="rr(this)">
          go
        </button>
        <output>{renders}</output>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await connected(page);
  await page.click('button');
  await shows(page, 'output', '2');
});
