import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ComponentChildren } from 'preact';
import { connected, recordSent, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

interface Told {
  query: object;
  action: unknown;
}

/** A page with these controls, and what its handler is told by each event. */
async function openWith(t: TestContext, controls: ComponentChildren) {
  const fastify = await createServer(t);
  const told: Told[] = [];
  fastify.issrRoute('/', ({ query, issr }) => {
    if (!issr.firstTime)
      told.push({ query: { ...(query as object) }, action: issr.action && { ...issr.action } });
    return (
      <html lang="en">
        <body>
          {controls}
          <output>{told.length}</output>
        </body>
      </html>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  const loads: string[] = [];
  page.on('request', (request) => request.isNavigationRequest() && loads.push(request.url()));
  return { page, told, loads };
}

test('rr(this) alone sends an action; names are always sent', async (t) => {
  const { page, told } = await openWith(t, [
    <input key="1" name="q" value="a" />,
    <button key="2" id="x" onclick="rr(this)" action="x" value="5" type="button" />,
    <button key="3" id="y" onclick="rr()" action="y" value="6" type="button" />,
  ]);
  await page.evaluate(() => document.getElementById('x')?.click());
  await shows(page, 'output', '1');
  await page.evaluate(() => document.getElementById('y')?.click());
  await shows(page, 'output', '2');
  assert.deepEqual(told, [
    { query: { q: 'a', x: '5' }, action: { name: 'x', value: '5' } },
    { query: { q: 'a' }, action: null },
  ]);
});

test('a name given to rr is single in that event', async (t) => {
  const { page, told } = await openWith(t, [
    <button key="1" name="tab" value="1" onclick="rr(this)" type="button">
      one
    </button>,
    <button key="2" name="tab" value="2" onclick="rr(this)" type="button">
      two
    </button>,
  ]);
  await page.click('text=two');
  await shows(page, 'output', '1');
  await page.evaluate(() => window.rr());
  assert.deepEqual(
    told.map(({ query }) => query),
    [{ tab: '2' }, { tab: ['1', '2'] }],
  );
});

test('what has no value at all sends t', async (t) => {
  const { page, told } = await openWith(t, [
    <button key="1" action="a" onclick="rr(this)" type="button">
      a
    </button>,
    <p key="2" {...{ name: 'b' }} onclick="rr(this)">
      b
    </p>,
  ]);
  await page.click('text=a');
  await shows(page, 'output', '1');
  await page.click('text=b');
  await shows(page, 'output', '2');
  assert.deepEqual(
    told.map(({ query }) => query),
    [{ a: 't' }, { b: 't' }],
  );
});

test('a box that rr is given tells its state', async (t) => {
  const { page, told } = await openWith(t, <input type="checkbox" name="c" value="1" onclick="rr(this)" />);
  await page.click('input');
  await shows(page, 'output', '1');
  await page.click('input');
  await shows(page, 'output', '2');
  assert.deepEqual(
    told.map(({ query }) => query),
    [{ c: '1' }, {}],
  );
});

test('rr takes any number of elements, actions and names by hand', async (t) => {
  const { page, told } = await openWith(t, <button action="a" value="1" type="button" />);
  await page.evaluate(() =>
    window.rr(
      document.querySelector('button'),
      { action: 'b', value: 2 },
      { name: 'c', value: ['x', 'y'] },
      { action: 'd' },
      null,
    ),
  );
  assert.deepEqual(told, [
    { query: { c: ['x', 'y'], a: '1', b: '2', d: 't' }, action: { name: 'a', value: '1' } },
  ]);
});

test('rr never throws at the page', async (t) => {
  const { page } = await openWith(t, null);
  await page.evaluate(() => window.rr({ action: Symbol('no') as never, value: Object.create(null) }));
  assert.match((await browser.takeErrors()).join(), /ISSR_RR \(page author\)/);
});

test('a form is validated and submitted with its submitter, without a load', async (t) => {
  const { page, told, loads } = await openWith(
    t,
    <form onsubmit="rr(this)" action="/?same=page">
      <input name="title" required />
      <button action="add" value="new">
        add
      </button>
      <button name="how" value="quick">
        quick
      </button>
    </form>,
  );
  await page.click('text=add');
  assert.equal(await page.$eval('input', (input) => input.matches(':user-invalid')), true);
  await page.fill('input', 'milk');
  await page.click('text=add');
  await shows(page, 'output', '1');
  await page.click('text=quick');
  await shows(page, 'output', '2');
  assert.deepEqual(told, [
    { query: { title: 'milk', how: 'quick', add: 'new' }, action: { name: 'add', value: 'new' } },
    { query: { title: 'milk', how: 'quick' }, action: null },
  ]);
  assert.deepEqual(loads, []);
});

test('a button with rr(this) does not submit its form too', async (t) => {
  const { page, told, loads } = await openWith(
    t,
    <form>
      <button onclick="rr(this)" action="x">
        x
      </button>
    </form>,
  );
  await page.click('button');
  await shows(page, 'output', '1');
  assert.equal(told.length, 1);
  assert.deepEqual(loads, []);
});

test('drr waits for a pause, and goes before a later rr', async (t) => {
  const { page, told } = await openWith(t, <input name="q" oninput="drr(this, 60000)" />);
  await page.type('input', 'abc');
  await page.evaluate(() => window.rr({ action: 'go' }));
  assert.deepEqual(told, [
    { query: { q: 'abc' }, action: null },
    { query: { q: 'abc', go: 't' }, action: { name: 'go', value: 't' } },
  ]);
});

test('a click that sends what waits keeps its own effect', async (t) => {
  const { page, told } = await openWith(t, [
    <form key="1">
      <button action="later" data-rr="click 60000">
        later
      </button>
    </form>,
    <a key="2" href="/other" action="later" data-rr="click 60000">
      later
    </a>,
    <input key="3" type="checkbox" name="box" value="on" data-rr="click" />,
    <details key="4">
      <summary data-rr="click" action="open">
        more
      </summary>
    </details>,
  ]);
  for (const later of ['button', 'a']) {
    await page.click(later);
    await page.click('input');
    await page.click(later);
    await page.click('summary');
    const isOpen = (await page.getAttribute('details', 'open')) !== null;
    // Each was clicked twice in the end.
    assert.deepEqual([await page.isChecked('input'), isOpen], later === 'a' ? [false, false] : [true, true]);
  }
  await shows(page, 'output', '8');
  assert.equal(told.filter(({ action }) => (action as { name?: string } | null)?.name === 'later').length, 4);
});

test('drr waits 800 ms, whatever is typed elsewhere', { skip: unless('clock') }, async (t) => {
  const { page, told } = await openWith(t, [
    <input key="1" name="a" oninput="drr(this)" />,
    <input key="2" name="b" oninput="drr(this)" />,
  ]);
  const sent = await recordSent(page);
  await page.clock.install();
  await page.reload();
  await connected(page);
  await page.clock.pauseAt(Date.now() + 10_000);
  await page.fill('[name=a]', 'x');
  await page.clock.runFor(500);
  await page.fill('[name=b]', 'y');
  await page.clock.runFor(299);
  const early = await sent();
  assert.ok(!early.some(([verb]) => verb === 'event'), JSON.stringify(early));
  await page.clock.runFor(1);
  // The event of one pause sends the values that wait for another pause too.
  await waitFor(() => told.length === 2);
  assert.deepEqual(told.at(-1), { query: { a: 'x', b: 'y' }, action: null });
});

test('what waits for its pause as the page is left is sent', async (t) => {
  const { page, told } = await openWith(t, <input name="q" oninput="drr(this, 60000)" />);
  await page.type('input', 'abc');
  await page.goto('about:blank');
  await waitFor(() => told.length > 0);
  assert.deepEqual(told, [{ query: { q: 'abc' }, action: null }]);
});

test('drr(id)() and drr(id, ms)() send one event each pause', async (t) => {
  const { page, told } = await openWith(t, [
    <input key="1" id="a" name="a" oninput="drr(this.id)()" />,
    <input key="2" id="b" name="b" oninput="drr(this.id, 20)()" />,
  ]);
  await page.type('#a', 'xy');
  await shows(page, 'output', '1');
  await page.evaluate(() => {
    const field = document.getElementById('b') as HTMLInputElement;
    for (field.value of ['x', 'xy', 'xyz']) field.dispatchEvent(new Event('input'));
    return window.drr('b', 20)();
  });
  assert.deepEqual(
    told.map(({ query }) => query),
    [
      { a: 'xy', b: '' },
      { a: 'xy', b: 'xyz' },
    ],
  );
});

test('data-rr works for later elements and new event types', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', ({ issr }) => (
    <main>
      <button data-rr="click" action="more" type="button" />
      {issr.action && <i data-rr="dblclick" action="twice" />}
      <output>{issr.action?.name}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.dispatchEvent('button', 'click');
  await shows(page, 'output', 'more');
  await page.dispatchEvent('i', 'dblclick');
  await shows(page, 'output', 'twice');
});

test('data-rr replaces inline handlers, also for events without bubbling', async (t) => {
  const { page, told } = await openWith(t, [
    <button key="1" data-rr="click" action="x" value="1" type="button">
      <b>bold</b>
    </button>,
    <input key="2" name="q" data-rr="input 60000, blur" />,
    <input key="3" name="r" data-rr="input 20" />,
  ]);
  await page.click('b');
  await shows(page, 'output', '1');
  await page.fill('[name=r]', 'x');
  await shows(page, 'output', '2');
  await page.type('[name=q]', 'abc');
  await page.$eval('[name=q]', (field) => field.blur());
  // The one that was pending goes first.
  await shows(page, 'output', '4');
  assert.deepEqual(told[0]?.action, { name: 'x', value: '1' });
  assert.deepEqual(
    told.slice(1).map(({ query }) => query),
    [
      { q: '', r: 'x' },
      { q: 'abc', r: 'x' },
      { q: 'abc', r: 'x' },
    ],
  );
});

test('values that a patch changed reach the server without a render', async (t) => {
  const fastify = await createServer(t);
  const told: object[] = [];
  fastify.issrRoute('/', ({ query, issr }) => {
    if (!issr.firstTime) told.push({ ...(query as object) });
    return (
      <main>
        <input type="hidden" name="step" value={`${told.length}`} />
        <output>{told.length}</output>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => window.rr());
  const [open] = [...fastify.issr.pages.values()];
  await page.waitForFunction(() => document.querySelector('input')?.value === '1');
  while (open?.params.get('step') !== '1') await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told.length, 1);
  await fastify.issr.rr('/');
  assert.deepEqual(told, [{ step: '0' }, { step: '1' }]);
});

test('rr(this) sends fields of one name as a list, as their form would', async (t) => {
  const { page, told } = await openWith(t, [
    <input key="1" id="b1" type="checkbox" name="pick" value="1" onchange="rr(this)" />,
    <input key="2" id="b2" type="checkbox" name="pick" value="2" onchange="rr(this)" />,
    <input key="3" id="t1" name="tag" onchange="rr(this)" />,
    <input key="4" name="tag" value="b" />,
  ]);
  await page.check('#b1');
  await shows(page, 'output', '1');
  await page.check('#b2');
  await shows(page, 'output', '2');
  await page.fill('#t1', 'a');
  await page.dispatchEvent('#t1', 'change');
  await shows(page, 'output', '3');
  assert.deepEqual(told.at(-1)?.query, { pick: ['1', '2'], tag: ['a', 'b'] });
});
