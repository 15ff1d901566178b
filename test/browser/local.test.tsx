import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { cloneElement } from 'preact';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Chromium logs each violation as an error, and those fail a test. */
const POLICY =
  "default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types fastify-issr";

async function createStrictServer(t: TestContext) {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  return fastify;
}

/** Waits for the part of the script that runs `do`. The page has a `Ready`. */
async function runsDo(page: Page): Promise<void> {
  await waitFor(async () => {
    await page.dispatchEvent('#ready', 'focus');
    return (await page.locator('#ready.ready').count()) > 0;
  });
}

const Ready = () => <i id="ready" do="focus: class +ready" />;

test('do changes the page without the server, and patches leave it alone', async (t) => {
  const fastify = await createStrictServer(t);
  let pushes = 0;
  fastify.issrRoute('/', () => (
    <main>
      <Ready />
      <output>{pushes}</output>
      <button
        type="button"
        id="all"
        do="hide #hidden; show #shown; class +a -b ~c .box; attr aria-pressed=true; open #menu; focus #text; change: hide #all"
      />
      <p id="hidden">{pushes}</p>
      <p id="shown" hidden>
        {pushes}
      </p>
      <i class="box b">{pushes}</i>
      <details id="menu">
        <summary>menu</summary>
        <button type="button" id="close" do="close closest details" />
      </details>
      <input id="text" do="change: hide next" />
      <b>next</b>
      <form>
        <input name="typed" />
        <button type="button" id="reset" do="reset" />
      </form>
      <div data-rr="off">
        <button type="button" id="fenced" do="hide #text" />
      </div>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  const state = () =>
    page.evaluate(() => [
      ...['#hidden', '#shown', 'b', '#text'].map((one) => document.querySelector<HTMLElement>(one)?.hidden),
      document.querySelector('.box')?.className,
      document.querySelector('#all')?.getAttribute('aria-pressed'),
      document.querySelector('details')?.open,
    ]);
  await runsDo(page);
  await page.focus('#all');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#text:focus');
  const changed = [true, false, false, false, 'box a c', 'true', true];
  assert.deepEqual(await state(), changed);
  pushes++;
  await fastify.issr.rr('/');
  await shows(page, 'output', '1');
  assert.deepEqual(await state(), changed);
  await page.fill('[name=typed]', 'text');
  await page.click('#reset');
  assert.equal(await page.inputValue('[name=typed]'), '');
  await page.click('#fenced');
  await page.click('#close');
  await page.type('#text', 'text');
  await page.press('#text', 'Enter');
  assert.deepEqual(await state(), [true, false, true, false, 'box a c', 'true', false]);
});

test('do shows what failed and a lost connection', async (t) => {
  const fastify = await createStrictServer(t);
  const actions = {
    fail: () => {
      throw new Error('no luck');
    },
  };
  fastify.issrRoute('/', { actions }, () => (
    <main>
      <Ready />
      <button type="button" id="fail" data-rr="click" action="fail" />
      <p id="failed" hidden do="issr:error: show">
        <button type="button" id="close" do="hide closest p" />
      </p>
      <p id="away" hidden do="issr:disconnect: show; class +was-shown; issr:connect: hide">
        Connecting …
      </p>
      <p id="fenced" data-rr="off" hidden do="issr:error: show" />
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await runsDo(page);
  await page.dispatchEvent('#fail', 'click');
  await page.waitForSelector('#failed:not([hidden])');
  await waitFor(async () => (await browser.takeErrors()).some((error) => error.startsWith('ISSR_APP')));
  await page.dispatchEvent('#close', 'click');
  assert.deepEqual(await page.$$eval('p', (all) => all.map(({ hidden }) => hidden)), [true, true, true]);
  for (const open of fastify.issr.pages.values()) open.close();
  await page.waitForSelector('#away.was-shown[hidden]', { state: 'attached' });
});

test('a wrong verb is reported, and changes nothing', async (t) => {
  const fastify = await createStrictServer(t);
  let isWrong = false;
  fastify.issrRoute('/', () => (
    <main>
      <Ready />
      {isWrong && <button type="button" do="hide #x; alert(1)" />}
      <p id="x">x</p>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await runsDo(page);
  isWrong = true;
  await fastify.issr.rr('/');
  await page.dispatchEvent('button', 'click');
  let errors = '';
  await waitFor(async () => {
    errors += (await browser.takeErrors()).join();
    return errors !== '';
  });
  assert.ok(await page.isVisible('#x'));
  assert.match(errors, /ISSR_DO \(page author\) do="hide #x; alert\(1\)"/);
});

test('rr.restore undoes a drag that was refused', async (t) => {
  const fastify = await createStrictServer(t);
  fastify.issrRoute('/', () => (
    <main>
      <ul id="todo">
        <li id="a" class="card">
          one
        </li>
        <li id="b" title="second">
          two <input name="note" value="kept" />
        </li>
      </ul>
      <ul id="done" />
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  const before = await page.innerHTML('main');
  const change = () =>
    page.evaluate(() => {
      const [a, b, done] = ['a', 'b', 'done'].map((id) => document.getElementById(id) as HTMLElement);
      done?.append(a as HTMLElement, b as HTMLElement, 'foreign');
      a?.classList.add('dragged');
      b?.setAttribute('title', 'dragged');
      b?.querySelector('input')?.setAttribute('value', 'other');
    });
  await change();
  await page.evaluate(() => window.rr.restore());
  assert.equal(await page.innerHTML('main'), before);
  await change();
  await page.evaluate(() => window.rr.restore(document.querySelector('#a') as Element));
  assert.equal(await page.evaluate(() => document.querySelector('#todo')?.firstElementChild?.id), 'a');
  assert.equal(await page.locator('#done .card').count(), 0);
});

test('rr.restore of an element that a script added restores the one around it', async (t) => {
  const fastify = await createStrictServer(t);
  fastify.issrRoute('/', () => (
    <form>
      <input name="parentNode" />
      <input name="parentElement" />
      <p id="a">one</p>
      <p id="b">
        two <b>three</b>
      </p>
    </form>
  ));
  const page = await browser.openPage(await listen(fastify));
  const before = await page.innerHTML('form');
  await page.evaluate(async () => {
    const form = document.querySelector('form') as HTMLElement;
    form.append(document.querySelector('#a') as Element);
    const icon = document.createElement('i');
    document.querySelector('#a')?.append(icon);
    await window.rr.restore(icon);
  });
  assert.equal(await page.innerHTML('form'), before);
});

const OPENED = {
  dialog: <dialog id="box" />,
  popover: <div id="box" popover="auto" />,
  details: <details id="box" />,
};

for (const [kind, element] of Object.entries(OPENED)) {
  test(`a ${kind} that pending opened stays as its visitor uses it`, async (t) => {
    const fastify = await createStrictServer(t);
    const answers: (() => void)[] = [];
    const wait = (): Promise<void> => new Promise((resolve) => answers.push(resolve));
    let count = 0;
    fastify.issrRoute('/', { actions: { first: wait, second: wait } }, () => (
      <main>
        <output>{count++}</output>
        <button id="first" type="button" data-rr="click" action="first" />
        <button id="second" type="button" data-rr="click" action="second" pending="open #box" />
        {cloneElement(
          element,
          {},
          <>
            <input name="a" />
            <input name="b" />
            <input name="c" data-rr="input" />
          </>,
        )}
      </main>
    ));
    const page = await browser.openPage(await listen(fastify));
    const isOpen = ':is(dialog:modal, details[open], :popover-open)';
    await page.click('#first');
    await page.click('#second');
    await page.waitForSelector(isOpen);
    await page.click('[name=b]');
    await page.keyboard.type('ac');
    await page.keyboard.press('ArrowLeft');
    await waitFor(() => answers.length === 1);
    answers.shift()?.();
    await shows(page, 'output', '1');
    await page.keyboard.type('b');
    assert.equal(await page.inputValue('[name=b]'), 'abc');
    // Each letter is an event.
    await page.click('[name=c]');
    await page.keyboard.type('abc');
    assert.equal(await page.inputValue('[name=c]'), 'abc');
    await waitFor(() => answers.length === 1);
    answers.shift()?.();
    await page.waitForSelector(isOpen, { state: 'detached' });
  });
}

test('toggle closes an open popover whose press closed it already', async (t) => {
  const fastify = await createStrictServer(t);
  fastify.issrRoute('/', () => (
    <main>
      <Ready />
      <button id="menu" type="button" do="toggle #items; class ~clicked">
        menu
      </button>
      <p id="items" popover>
        items
      </p>
      <b id="outside">text</b>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await runsDo(page);
  const clicked = (isClicked: boolean) =>
    page.waitForSelector(isClicked ? '#menu.clicked' : '#menu:not(.clicked)');
  const isOpen = async () => (await page.locator('#items:popover-open').count()) > 0;
  for (const times of [1, 2, 3, 4]) {
    await page.click('#menu');
    await clicked(times % 2 > 0);
    assert.equal(await isOpen(), times % 2 > 0);
  }
  // A press elsewhere closes the popover, and the next key on its button opens it.
  await page.click('#menu');
  await clicked(true);
  await page.click('#outside');
  await waitFor(async () => !(await isOpen()));
  await page.focus('#menu');
  await page.keyboard.press('Enter');
  await clicked(false);
  assert.equal(await isOpen(), true);
  await page.keyboard.press('Enter');
  await clicked(true);
  assert.equal(await isOpen(), false);
});

test('the server opens and closes what pending did, and a visitor too', async (t) => {
  const fastify = await createStrictServer(t);
  const answers: (() => void)[] = [];
  let isOpen = false;
  let count = 0;
  const actions = {
    wait: (): Promise<void> => new Promise((resolve) => answers.push(resolve)),
    async toggle() {
      await actions.wait();
      isOpen = !isOpen;
    },
  };
  fastify.issrRoute('/', { actions }, () => (
    <main>
      <output>{count++}</output>
      <button id="wait" type="button" data-rr="click" action="wait" />
      <button id="open" type="button" data-rr="click" action="toggle" pending="open #box" />
      <details id="box" open={isOpen}>
        <summary>box</summary>
        <button id="close" type="button" data-rr="click" action="toggle" pending="close #box" />
        <button id="refuse" type="button" data-rr="click" action="wait" pending="close #box" />
      </details>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  const opened = () => page.waitForSelector('#box[open]');
  const closed = () => page.waitForSelector('#box:not([open])');
  const answer = async (): Promise<void> => {
    const now = String(count);
    await waitFor(() => answers.length === 1);
    answers.shift()?.();
    await shows(page, 'output', now);
  };
  await page.click('#open');
  await opened();
  await answer();
  assert.notEqual(await page.getAttribute('#box', 'open'), null, 'the server opened it');
  await page.click('#refuse');
  await closed();
  await answer();
  assert.notEqual(await page.getAttribute('#box', 'open'), null, 'the server left it open');
  await page.click('#close');
  await closed();
  await answer();
  assert.equal(await page.getAttribute('#box', 'open'), null, 'the server closed it');
  await page.click('#wait');
  await page.click('#open');
  await opened();
  await page.click('summary');
  await answer();
  assert.equal(await page.getAttribute('#box', 'open'), null, 'the visitor closed it');
  await answer();
});
