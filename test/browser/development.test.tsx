import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

async function open(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query: { x = '0' } }) => (
    <main>
      <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1} name="x">
        {x}
      </button>
    </main>
  ));
  return browser.openPage(await listen(fastify));
}

test('latency delays each event of a page', async (t) => {
  const page = await open(t, { showErrors: true, latency: 500 });
  await page.waitForFunction(() => window.rr.latency);
  const click = async (shown: string) => {
    const started = performance.now();
    await page.click('button');
    await shows(page, 'button', shown);
    return performance.now() - started;
  };
  assert.ok((await click('1')) >= 500);
  await page.evaluate(() => window.rr.latency?.(1500));
  assert.ok((await click('2')) >= 1500);
  await page.evaluate(() => window.rr.latency?.(0));
  await click('3');
});

test('a page in production loads nothing for its author', async (t) => {
  const page = await open(t, { showErrors: false, latency: 60_000 });
  await page.click('button');
  await shows(page, 'button', '1');
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => /issr-control/.test(name)),
  );
  const parts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(
    parts.filter((name) => /issr-dev/.test(name)),
    [],
  );
  assert.equal(await page.evaluate(() => typeof window.rr.latency), 'undefined');
});

/** A form whose field the server empties, or replaces, when `mode` says so. */
async function openForm(t: TestContext) {
  const fastify = await createServer(t, { showErrors: true });
  const state = { mode: 'kept' };
  const actions = {
    send: () => {
      state.mode = 'emptied';
    },
    remove: () => {
      state.mode = 'emptied';
    },
  };
  fastify.issrRoute<{ Querystring: { title?: string } }>('/', { actions }, ({ query: { title = '' } }) => (
    <main>
      <form onsubmit="rr(this)" class={state.mode}>
        <div key={state.mode === 'replaced' ? 2 : 1}>
          <input name="title" value={state.mode === 'kept' ? title : ''} oninput="rr(this)" />
        </div>
        <button action="send">send</button>
      </form>
      <form onsubmit="rr(this)">
        <button action="remove">remove</button>
      </form>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.waitForFunction(() => window.rr.latency);
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  /** Fills the field, so that the server has its text, and shows the form in another way. */
  const change = async (mode: string, act: () => unknown) => {
    state.mode = 'kept';
    await fastify.issr.rr('/');
    await page.fill('input', 'half typed');
    await page.waitForSelector('form.kept input[value="half typed"]');
    await act();
    await page.waitForSelector(`form.${mode}`);
    assert.equal(await page.inputValue('input'), '');
  };
  const push = (mode: string) => () => {
    state.mode = mode;
    return fastify.issr.rr('/');
  };
  return { page, change, push, warnings };
}

test('warns once of a named field that a patch empties', async (t) => {
  const { page, change, push, warnings } = await openForm(t);
  await change('emptied', () => page.click('text=send'));
  assert.deepEqual(warnings, [], 'a command may empty its own form');
  await change('emptied', () => page.click('text=remove'));
  await waitFor(() => warnings.length === 1, 'a command may not empty another form');
  await change('emptied', push('emptied'));
  await change('replaced', push('replaced'));
  assert.deepEqual(warnings, [
    `issr: the page '/': a patch emptied <input name="title" oninput="rr(this)">, which its visitor had filled in. The server's value for it changed to an empty one. (ISSR_WARN_CLEARED, see fastify-issr's docs/warnings.md#issr_warn_cleared)`,
  ]);
});

test('warns of a named field that another element replaces', async (t) => {
  const { change, push, warnings } = await openForm(t);
  await change('replaced', push('replaced'));
  await waitFor(() => warnings.length > 0);
  assert.match(
    warnings.join(),
    /emptied <input name="title".*Another element took its place.*ISSR_WARN_CLEARED/,
  );
});

test('warns once of an edited element whose text a patch changes', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  let text = '';
  fastify.issrRoute('/', () => (
    <main>
      <div contenteditable id="one">
        {text}
      </div>
      <div contenteditable noupdate id="two">
        {text}
      </div>
      <output>{text}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  await page.evaluate(() => window.rr());
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-dev')),
  );
  for (const id of ['#two', '#one']) {
    await page.click(id);
    await page.keyboard.type('mine');
  }
  for (text of ['first', 'second']) {
    await fastify.issr.rr('/');
    await shows(page, 'output', text);
  }
  assert.equal(await page.textContent('#two'), 'mine');
  await waitFor(() => warnings.length > 0);
  assert.deepEqual(warnings, [
    `issr: the page '/': a patch changed the text of <div contenteditable="" id="one">, which its visitor had edited. Give it noupdate, and send its text by a hidden field. (ISSR_WARN_EDITED, see fastify-issr's docs/warnings.md#issr_warn_edited)`,
  ]);
});

test('does not warn of a ticked box that leaves with its record', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  let ids = [1, 2];
  fastify.issrRoute('/', () => (
    <form>
      {ids.map((id) => (
        <p key={id}>
          <input type="checkbox" name="chosen" value={id} /> <b>{id}</b>
        </p>
      ))}
    </form>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.waitForFunction(() => window.rr.latency);
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  await page.check('input');
  ids = [3, 4];
  await fastify.issr.rr('/');
  await page.waitForSelector('input[value="4"]');
  await page.evaluate(() => window.rr());
  assert.deepEqual(warnings, []);
});

test('a page with too many fields shows why it stays offline', async (t) => {
  const fastify = await createServer(t, { showErrors: true, maxParams: 2 });
  fastify.issrRoute('/', () => <main />);
  fastify.issrRoute('/fields', () => (
    <main>
      <input name="a" />
      <input name="b" />
      <input name="c" />
    </main>
  ));
  const origin = await listen(fastify);
  const page = await browser.openPage(origin);
  await page.goto(`${origin}/fields`);
  for (const text of ['3 params (see maxParams)', 'ISSR_WARN_FIELDS'])
    await page.waitForSelector(`[role=alert] >> pre:has-text("${text}")`);
  await browser.takeErrors();
});
