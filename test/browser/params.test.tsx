import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { VNode } from 'preact';
import { recordSent, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** The names and values that the handler gets for a page with these controls, and what a form with them would send. */
async function sentBy(
  t: TestContext,
  controls: VNode | VNode[],
  fill: (page: Page) => Promise<unknown> = async () => {},
) {
  const fastify = await createServer(t);
  let received: unknown;
  fastify.issrRoute('/', ({ query }) => {
    received = Object.entries(query as object);
    return (
      <html lang="en">
        <body>
          <form>{controls}</form>
        </body>
      </html>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await fill(page);
  const form = await page.evaluate(async () => {
    await window.rr();
    const entries = new Map<string, string | string[]>();
    for (const [name, value] of new FormData(document.forms[0])) {
      if (typeof value !== 'string') continue;
      const before = entries.get(name);
      entries.set(name, before === undefined ? value : [before, value].flat());
    }
    return [...entries];
  });
  return { received, form };
}

const VALUES = [
  '',
  ' ',
  '\t',
  'line\nline',
  '\u00a0nbsp\ufeff',
  'ünïcode 🦄',
  '👩‍👩‍👧 é e\u0301',
  'עברית \u202e tfel',
  '\u2028\u2029',
  '\u0000\u0001',
  '\ud800 alone',
  'a&b=c',
  '&amp;',
  '+',
  '%20',
  '%',
  '%zz',
  '?x=1#y',
  ';,/',
  '"quoted"',
  "it's",
  '<b>',
  '</textarea><script>',
  'null',
  'undefined',
  '0',
  '-0.10',
  'true',
  '[object Object]',
  '{"__proto__":1}',
  '[1,2]',
  '\\',
  '😀'.repeat(10),
  'ä'.repeat(100_000),
];
const NAMES = [
  'x',
  '0',
  '-1',
  'a[]',
  'a[0]',
  'a.b',
  'a b',
  'ä',
  '🦄',
  '&',
  '=',
  '?',
  '#',
  '%',
  '+',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'attributes',
  'nodeName',
  'getAttribute',
  'setAttribute',
  'id',
  'length',
  'name',
  'children',
  'elements',
  'parentNode',
  'submit',
  'querySelectorAll',
  'body',
];

test('sends params of any name', async (t) => {
  const { received, form } = await sentBy(
    t,
    NAMES.map((name) => <input key={name} name={name} value={`v ${name}`} />),
  );
  assert.deepEqual(new Map(received as []), new Map(form as []));
  assert.equal(form.length, NAMES.length);
});

test('sends params of any value', async (t) => {
  const { received, form } = await sentBy(
    t,
    VALUES.map((_, at) => <textarea key={at} name={`v${at}`} />),
    (page) =>
      page.evaluate((values) => {
        for (const [at, field] of document.querySelectorAll('textarea').entries())
          field.value = values[at] ?? '';
      }, VALUES),
  );
  assert.deepEqual(received, form);
  assert.equal(form.length, VALUES.length);
});

test('sends equal names as a list in document order', async (t) => {
  const { received, form } = await sentBy(
    t,
    ['b', '', 'a', 'b'].map((value, at) => <input key={at} name="x" value={value} />),
  );
  assert.deepEqual(received, [['x', ['b', '', 'a', 'b']]]);
  assert.deepEqual(received, form);
});

const controls: Record<string, VNode> = {
  'text-like inputs send their value': (
    <div>
      <input name="text" value="a" />
      <input name="hidden" type="hidden" value="b" />
      <input name="number" type="number" value="3" />
      <input name="date" type="date" value="2026-11-21" />
      <input name="color" type="color" value="#ff0000" />
      <input name="range" type="range" value="7" />
      <input name="search" type="search" />
      <input name="password" type="password" value="secret" />
    </div>
  ),
  'a textarea sends its text': <textarea name="t">{'\nline\n\nline'}</textarea>,
  'a select sends its option': (
    <select name="s">
      <option value="1">one</option>
      <option selected>two</option>
    </select>
  ),
  'a select without a choice sends its first option': (
    <select name="s">
      <option>one</option>
      <option>two</option>
    </select>
  ),
  'a disabled option is not sent': (
    <select name="s">
      <option disabled selected>
        none
      </option>
      <option>two</option>
    </select>
  ),
  'a multiple select sends each of its options': (
    <select name="s" multiple>
      <option selected>one</option>
      <option>two</option>
      <option selected>three</option>
    </select>
  ),
  'boxes send their values where they are checked': (
    <div>
      <input type="checkbox" name="c" value="1" checked />
      <input type="checkbox" name="c" value="2" />
      <input type="checkbox" name="c" value="3" checked />
      <input type="checkbox" name="d" checked />
      <input type="checkbox" name="e" />
      <input type="radio" name="r" value="1" />
      <input type="radio" name="r" value="2" checked />
    </div>
  ),
  'an option of a disabled group is not sent': (
    <select name="s" multiple>
      <optgroup disabled label="none">
        <option selected>one</option>
      </optgroup>
      <option selected>two</option>
    </select>
  ),
  'a select without options sends nothing': <select name="s" />,
  'what is disabled, by itself or by its fieldset, sends nothing': (
    <div>
      <input name="a" value="1" disabled />
      <fieldset disabled>
        <legend>
          <input name="legend" value="2" />
        </legend>
        <input name="b" value="3" />
      </fieldset>
    </div>
  ),
  'the content of a template sends nothing': (
    <template>
      <input name="a" value="1" />
    </template>
  ),
  'no name and an empty name send nothing': (
    <div>
      <input value="1" />
      <input name="" value="2" />
    </div>
  ),
  'elements that only have a name send nothing': (
    <div>
      <meta name="m" content="1" />
      <iframe name="f" title="f" />
      <map name="p" />
      <slot name="s" />
      <object name="o" title="o" />
      <output name="u">1</output>
      <fieldset name="g" />
      <details name="d" />
      <button name="b" type="button">
        b
      </button>
      <input name="i" type="submit" />
      <input name="j" type="file" />
    </div>
  ),
};

for (const [name, control] of Object.entries(controls)) {
  test(`as a form: ${name}`, async (t) => {
    const { received, form } = await sentBy(t, control);
    assert.deepEqual(received, form);
  });
}

test('unlike a form: a button with a value is sent', async (t) => {
  const { received, form } = await sentBy(
    t,
    <div>
      <button name="button" value="1" type="button" />
      <button name="submit" value="" />
      <input name="i-button" value="2" type="button" />
      <input name="i-submit" value="3" type="submit" />
      <input name="i-reset" value="4" type="reset" />
      <input name="i-image" value="5" type="image" alt="" />
    </div>,
  );
  assert.deepEqual(form, []);
  assert.deepEqual(received, [
    ['button', '1'],
    ['submit', ''],
    ['i-button', '2'],
    ['i-submit', '3'],
    ['i-reset', '4'],
    ['i-image', '5'],
  ]);
});

test('any element with a value attribute is sent, disabled or not', async (t) => {
  const { received, form } = await sentBy(
    t,
    <div>
      <div {...{ name: 'div', value: '3', disabled: true }} />
      <ol>
        <li {...{ name: 'li' }} value={4} />
      </ol>
      <progress {...{ name: 'progress' }} value={0.5} />
    </div>,
  );
  assert.deepEqual(form, []);
  assert.deepEqual(received, [
    ['div', '3'],
    ['li', '4'],
    ['progress', '0.5'],
  ]);
});

test('unlike a form: a file that was chosen is no text', async (t) => {
  const { received } = await sentBy(t, <input type="file" name="f" />, (page) =>
    page.setInputFiles('input', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }),
  );
  assert.deepEqual(received, []);
  const undeclared = 'ISSR_UPLOAD_FIELD (page author) the route declares no uploads.f';
  await waitFor(async () => (await browser.takeErrors()).includes(undeclared));
});

test('unlike a form: dirname and the name _charset_ mean nothing', async (t) => {
  const { received, form } = await sentBy(
    t,
    <div>
      <input name="q" value="1" {...{ dirname: 'q.dir' }} />
      <input name="_charset_" type="hidden" />
    </div>,
  );
  assert.deepEqual(form, [
    ['q', '1'],
    ['q.dir', 'ltr'],
    ['_charset_', 'UTF-8'],
  ]);
  assert.deepEqual(received, [
    ['q', '1'],
    ['_charset_', ''],
  ]);
});

test('unlike a form: fields of all forms and of none are sent', async (t) => {
  const fastify = await createServer(t);
  let received: unknown;
  fastify.issrRoute('/', ({ query }) => {
    received = { ...(query as object) };
    return (
      <main>
        <form>
          <input name="a" value="1" />
        </form>
        <form id="other">
          <input name="b" value="2" />
        </form>
        <input name="c" value="3" />
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => window.rr());
  assert.deepEqual(received, { a: '1', b: '2', c: '3' });
});

test('a form-associated custom element sends its value unless disabled', async (t) => {
  const { received, form } = await sentBy(
    t,
    <div
      dangerouslySetInnerHTML={{
        __html: '<x-stars name="stars"></x-stars><x-stars name="off" disabled></x-stars>',
      }}
    />,
    (page) =>
      page.evaluate(() => {
        customElements.define(
          'x-stars',
          class extends HTMLElement {
            static formAssociated = true;
            value = '4';
            constructor() {
              super();
              this.attachInternals().setFormValue(this.value);
            }
          },
        );
      }),
  );
  assert.deepEqual(received, [['stars', '4']]);
  assert.deepEqual(received, form);
});

for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
  test(`a form sends one text with and without script, as ${enctype}`, {
    skip: unless('noScript'),
  }, async (t) => {
    const fastify = await createServer(t);
    const saved: unknown[] = [];
    const actions = {
      save: ({ query }: { query: unknown }) => void saved.push((query as { note: string }).note),
    };
    fastify.issrRoute('/', { actions, uploads: { file: {} } }, () => (
      <form method="post" action="?save" enctype={enctype} onsubmit="rr(this)">
        <textarea name="note" />
        <button action="save">save</button>
        <output>{saved.length}</output>
      </form>
    ));
    const origin = await listen(fastify);
    const pages = [await browser.openPage(origin), await browser.openPlainPage(origin)];
    for (const [at, page] of pages.entries()) {
      await page.fill('textarea', 'one\ntwo\n');
      await page.click('button');
      await shows(page, 'output', `${at + 1}`);
    }
    assert.deepEqual(saved, ['one\ntwo\n', 'one\ntwo\n']);
  });
}

/** Records the params that the page's events send. */
const changesOf = (sent: unknown[][]) =>
  sent.filter(([verb]) => verb === 'event').map(([, , change]) => change);

test('an event sends only changed params and removed names', async (t) => {
  const fastify = await createServer(t);
  let received: unknown;
  fastify.issrRoute('/', ({ query }) => {
    received = { ...(query as object) };
    return (
      <main>
        <input name="a" value="1" />
        <input name="b" value="2" />
        <input name="c" type="checkbox" value="3" checked />
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  const sent = await recordSent(page);
  await page.reload();
  await page.waitForSelector('html[data-issr=connected]');
  await page.evaluate(() => window.rr());
  await page.fill('[name=b]', 'two');
  await page.uncheck('[name=c]');
  await page.evaluate(() => window.rr());
  assert.deepEqual(changesOf(await sent()), [
    [[], []],
    [[['b', 'two']], ['c']],
  ]);
  assert.deepEqual(received, { a: '1', b: 'two' });
});

test("a page's params are its URL's query, then what the page sends", async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', ({ query }) => (
    <main>
      <input name="b" value="of the field" />
      <pre>{JSON.stringify(query)}</pre>
    </main>
  ));
  const page = await browser.openPage(`${await listen(fastify)}/?a=1&a=2&b=of+the+URL`);
  await shows(page, 'pre', '{"a":["1","2"],"b":"of the URL"}');
  await page.evaluate(() => window.rr());
  await shows(page, 'pre', '{"a":["1","2"],"b":"of the field"}');
});

test('a name removed during an outage is gone after it', async (t) => {
  const secret = 'the secret of both processes of this test';
  const start = async (port: number) => {
    const fastify = await createServer(t, { secret }, { forceCloseConnections: true });
    fastify.issrRoute('/', ({ query }) => (
      <main>
        <input name="a" value="1" />
        <input name="b" value="2" />
        <pre>{JSON.stringify(query)}</pre>
      </main>
    ));
    await fastify.listen({ port, host: '127.0.0.1' });
    return fastify;
  };
  const first = await start(0);
  const origin = first.listeningOrigin;
  const page = await browser.openPage(origin);
  await page.evaluate(() => window.rr());
  await shows(page, 'pre', '{"a":"1","b":"2"}');
  await first.close();
  await page.waitForSelector('html[data-issr=reconnecting]');
  await page.evaluate(() => document.querySelector('[name=b]')?.removeAttribute('name'));
  await start(Number(new URL(origin).port));
  await shows(page, 'pre', '{"a":"1"}');
  await browser.takeErrors();
});
