import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VNode } from 'preact';
import { useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

/** The names and values that the handler gets for a page with these controls, and what a form with them would send. */
async function sentBy(t: Parameters<typeof createServer>[0], controls: VNode | VNode[]) {
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
  'ünïcode 🦄',
  'a&b=c',
  '+',
  '%20',
  '"quoted"',
  '<b>',
  'null',
  '0',
  '\\',
  '😀'.repeat(10),
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

test('any name is a name', async (t) => {
  const { received, form } = await sentBy(
    t,
    NAMES.map((name) => <input key={name} name={name} value={`v ${name}`} />),
  );
  assert.deepEqual(new Map(received as []), new Map(form as []));
  assert.equal(form.length, NAMES.length);
});

test('any value is a value, and equal names make a list in document order', async (t) => {
  const { received, form } = await sentBy(
    t,
    VALUES.map((value) => <input key={value} name="x" value={value} />),
  );
  assert.deepEqual(received, form);
});

test('a text of 100 KB arrives whole', async (t) => {
  const fastify = await createServer(t);
  let length = 0;
  fastify.issrRoute('/', ({ query }) => {
    length = (query as { x?: string }).x?.length ?? 0;
    return <textarea name="x" />;
  });
  const page = await browser.openPage(await listen(fastify));
  await page.fill('textarea', 'ä'.repeat(100_000));
  await page.evaluate(() => window.rr());
  assert.equal(length, 100_000);
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

test('unlike a form: a button with a value, and any element with one, are sent', async (t) => {
  const { received, form } = await sentBy(
    t,
    <div>
      <button name="button" value="1" type="button" />
      <input name="reset" value="2" type="reset" />
      <div {...{ name: 'div', value: '3' }} />
      <ol>
        <li {...{ name: 'li' }} value={4} />
      </ol>
    </div>,
  );
  assert.deepEqual(form, []);
  assert.deepEqual(received, [
    ['button', '1'],
    ['reset', '2'],
    ['div', '3'],
    ['li', '4'],
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

test('a form-associated custom element sends its value', async (t) => {
  const fastify = await createServer(t);
  let received: unknown;
  fastify.issrRoute('/', ({ query }) => {
    received = { ...(query as object) };
    return <main dangerouslySetInnerHTML={{ __html: '<x-stars name="stars"></x-stars>' }} />;
  });
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => {
    customElements.define(
      'x-stars',
      class extends HTMLElement {
        static formAssociated = true;
        value = '4';
      },
    );
    return window.rr();
  });
  assert.deepEqual(received, { stars: '4' });
});
