import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import { connected, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

/** A page with this body, that counts and records its events. */
async function openWith(t: TestContext, body: string, head = '') {
  const fastify = await createServer(t);
  const told: { query: unknown; action: string | undefined }[] = [];
  fastify.get('/frame', (_, reply) =>
    reply.type('text/html').send('<button action="hit" value="5" onclick="parent.rr(this)">hit</button>'),
  );
  fastify.issrRoute('/other', ({ query }) => <h1>{JSON.stringify(query)}</h1>);
  fastify.issrRoute('/', ({ query, issr }) => {
    if (!issr.firstTime) told.push({ query: { ...(query as object) }, action: issr.action?.name });
    return `<!doctype html><html lang="en"><head><title>t</title>${head}</head><body>${body}<output>${told.length}</output></body></html>`;
  });
  const page = await browser.openPage(await listen(fastify));
  return { page, told };
}

test('a submit sends what the browser would send of its form', async (t) => {
  const { page, told } = await openWith(
    t,
    `<form><input name="q" value="of the header"></form>
     <form onsubmit="rr(this)"><input name="q" value="own"><x-added name="added"></x-added><x-internal name="internal"></x-internal><button>send</button></form>
     <input name="beside" value="1">`,
    `<script>
      customElements.define('x-added', class extends HTMLElement {
        connectedCallback() { this.closest('form').addEventListener('formdata', (event) => event.formData.append('added', 'typed')); }
      });
      customElements.define('x-internal', class extends HTMLElement {
        static formAssociated = true;
        internals = this.attachInternals();
        connectedCallback() { this.internals.setFormValue('picked'); }
      });
    </script>`,
  );
  await page.click('button');
  await shows(page, 'output', '1');
  assert.deepEqual(told[0]?.query, { q: 'own', added: 'typed', internal: 'picked', beside: '1' });
  await page.evaluate(() => window.rr());
  assert.deepEqual(told[1]?.query, { q: ['of the header', 'own'], beside: '1' });
});

test('the answer to a submit keeps what another form holds under the same name', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: { text?: string } }>('/', ({ query: { text = '' } }) => (
    <main>
      {[1, 2].map((n) => (
        <form id={`f${n}`} onsubmit="rr(this)">
          <input name="text" value={text} />
          <button>send</button>
        </form>
      ))}
      <output>{text}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.fill('#f1 input', 'draft');
  await page.fill('#f2 input', 'sent');
  await page.click('#f2 button');
  await shows(page, 'output', 'sent');
  assert.equal(await page.inputValue('#f1 input'), 'draft');
});

test('an image button sends the point of the click, as without script', async (t) => {
  // Firefox has no point for an image that is not there.
  const src = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>";
  const { page, told } = await openWith(
    t,
    `<form onsubmit="rr(this)"><input name="q" value="1">
       <input type="image" name="map" alt="" src="${src}" width="20" height="20"><input type="image" id="plain" alt="" src="${src}" width="20" height="20">
       <input type="image" id="both" action="find" name="spot" alt="" src="${src}" width="20" height="20">
     </form>`,
  );
  const byBrowser: () => Promise<Record<string, string>[]> = () =>
    page.evaluate(() => Reflect.get(window, 'sent'));
  await page.evaluate(() => {
    const sent: object[] = [];
    Object.assign(window, { sent });
    window.addEventListener(
      'submit',
      ({ target, submitter }) =>
        sent.push(Object.fromEntries(new FormData(target as HTMLFormElement, submitter))),
      true,
    );
  });
  await page.click('[name=map]');
  await shows(page, 'output', '1');
  await page.click('#plain');
  await shows(page, 'output', '2');
  await page.click('#both');
  await shows(page, 'output', '3');
  const [map, plain, both] = await byBrowser();
  assert.deepEqual(Object.keys(map ?? {}), ['q', 'map.x', 'map.y']);
  assert.notEqual(map?.['map.x'], '0');
  assert.deepEqual(
    told.map(({ query }) => query),
    [map, plain, { ...both, find: 't' }],
  );
  await page.evaluate(() => window.rr());
  assert.deepEqual(told[3]?.query, { q: '1' });
});

test('a double click sends a form or an element with lock once', async (t) => {
  let release = (): void => {};
  const fastify = await createServer(t);
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const ran: string[] = [];
  const run = async ({ issr }: { issr: { action?: { name: string } | null } }) => {
    await gate;
    ran.push(issr.action?.name ?? '');
  };
  fastify.issrRoute('/', { actions: { send: run, pay: run, count: run } }, () => (
    <main>
      <form onsubmit="rr(this)" oninput="rr(this)">
        <input name="text" />
        <button id="send" action="send" />
      </form>
      <button id="pay" type="button" onclick="rr(this)" action="pay" {...{ lock: true }} />
      <button id="count" type="button" onclick="rr(this)" action="count" />
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  // The typing is an event of the form too, and locks nothing.
  await page.fill('input', 'a');
  for (const id of ['#send', '#pay', '#count']) await page.dblclick(id);
  release();
  await connected(page);
  assert.deepEqual(ran, ['send', 'pay', 'count', 'count']);
  await page.click('#send');
  await connected(page);
  assert.equal(ran.length, 5);
});

test('with sets params of one event', async (t) => {
  const { page, told } = await openWith(
    t,
    `<input name="page" value="7"><select name="kind" with="page=1&tag=a&tag=b" onchange="rr(this)"><option>x<option>y</select>
     <form onsubmit="rr(this)" with="from=form"><button with="to=button">send</button></form>`,
  );
  await page.selectOption('select', 'y');
  await shows(page, 'output', '1');
  await page.click('button');
  await shows(page, 'output', '2');
  assert.deepEqual(
    told.map(({ query }) => query),
    [
      { page: '1', kind: 'y', tag: ['a', 'b'] },
      { page: '7', kind: 'y', from: 'form', to: 'button' },
    ],
  );
});

test('confirm asks before a command runs', { skip: unless('dialogs') }, async (t) => {
  const { page, told } = await openWith(
    t,
    '<button action="remove" confirm="Delete 3 tickets?" onclick="rr(this)">delete</button>',
  );
  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.message());
    void (questions.length === 1 ? dialog.dismiss() : dialog.accept());
  });
  await page.click('button');
  await page.click('button');
  await shows(page, 'output', '1');
  assert.deepEqual(questions, ['Delete 3 tickets?', 'Delete 3 tickets?']);
  assert.equal(told.length, 1);
});

test('confirm asks by the dialog of the author', async (t) => {
  const { page, told } = await openWith(
    t,
    `<button id="delete" action="remove" confirm="Delete?" onclick="rr(this)">delete</button>
     <dialog data-issr-confirm><form method="dialog"><p></p><button id="no" value="cancel">no</button><button id="yes" value="ok">yes</button></form></dialog>`,
  );
  await page.click('#delete');
  assert.equal(await page.textContent('dialog[open] p'), 'Delete?');
  await page.click('#no');
  await page.click('#delete');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog:not([open])', { state: 'attached' });
  await page.click('#delete');
  await page.click('#yes');
  await shows(page, 'output', '1');
  assert.equal(told.length, 1);
});

test('a link in SVG is a visit', async (t) => {
  const { page } = await openWith(
    t,
    '<svg width="60" height="60"><a href="/other?by=svg" onclick="rr(this)"><rect width="50" height="50"/></a></svg>',
  );
  await page.evaluate(() => Object.assign(window, { isKept: true }));
  await page.click('svg a');
  await shows(page, 'h1', '{"by":"svg"}');
  assert.ok(await page.evaluate(() => 'isKept' in window));
});

test('a link follows the target of <base>', { skip: unless('windows') }, async (t) => {
  const { page, told } = await openWith(
    t,
    '<a href="/other" onclick="rr(this)">other</a>',
    '<base target="_blank">',
  );
  const opened = page.waitForEvent('popup');
  await page.click('a');
  await (await opened).waitForSelector('h1');
  assert.deepEqual(told, []);
});

test('rr takes an element of a frame', async (t) => {
  const { page, told } = await openWith(t, '<iframe src="/frame"></iframe>');
  await page.frameLocator('iframe').locator('button').click();
  await shows(page, 'output', '1');
  assert.deepEqual(told, [{ query: { hit: '5' }, action: 'hit' }]);
});

test('a GET form with the action of another page visits it', async (t) => {
  const { page, told } = await openWith(
    t,
    `<input name="beside" value="1"><form action="/other?old=1" onsubmit="rr(this)"><input name="q" value="a b"><input name="tag" value="1"><input name="tag" value="2"><button name="by" value="button">go</button></form>`,
  );
  await page.evaluate(() => Object.assign(window, { isKept: true }));
  await page.click('button');
  await shows(page, 'h1', '{"q":"a b","tag":["1","2"],"by":"button"}');
  assert.equal(new URL(page.url()).search, '?q=a+b&tag=1&tag=2&by=button');
  assert.ok(await page.evaluate(() => 'isKept' in window));
  assert.deepEqual(told, []);
});

test('data-rr takes events that do not bubble', async (t) => {
  const { page, told } = await openWith(
    t,
    `<div data-rr="mouseenter" action="entered">enter <b>here</b></div>
     <details data-rr="toggle" action="toggled"><summary>more</summary></details>`,
  );
  await page.hover('b');
  await shows(page, 'output', '1');
  await page.click('summary');
  await shows(page, 'output', '2');
  assert.deepEqual(
    told.map(({ action }) => action),
    ['entered', 'toggled'],
  );
});

test('rr resolves to status, errors and the declared part of the result', async (t) => {
  const fastify = await createServer(t);
  const response = Type.Object({ id: Type.Integer() });
  const actions = {
    make: { response, handler: () => ({ id: 7, secret: 'kept' }) },
    quiet: () => 'kept',
    name: { schema: Type.Object({ name: Type.String({ minLength: 3 }) }), handler: () => {} },
    fail: () => {
      throw new Error('no');
    },
  };
  fastify.issrRoute('/', { actions }, () => <input name="name" value="ab" />);
  const page = await browser.openPage(await listen(fastify));
  const rr = (action: string) => page.evaluate((action) => window.rr({ action }), action);
  const plain = { ok: true, status: 200, errors: {} };
  assert.deepEqual(await rr('make'), { ...plain, result: { id: 7 } });
  assert.deepEqual(await rr('quiet'), plain);
  const refused = await rr('name');
  assert.deepEqual([refused.ok, refused.status, Object.keys(refused.errors)], [false, 422, ['name']]);
  assert.equal(refused.result, undefined);
  assert.deepEqual(await rr('fail'), { ok: false, status: 500, errors: {} });
  assert.equal((await browser.takeErrors()).length, 1);
});
