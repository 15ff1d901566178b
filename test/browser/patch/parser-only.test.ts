import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();

const row = (name: string): string =>
  `<tr><td>${name}</td><td><input name="${name}" value="${name}"></td></tr>`;
const table = (names: string[], after: string[] = []): string =>
  html(
    `<table><form id="f">${names.map(row).join('')}<tr><td><button name="b">send</button></td></tr></form>${after.map(row).join('')}</table>`,
  );

const sent = (page: Page, form = 'form'): Promise<string> =>
  page.$eval(form, (form) => [...new FormData(form as HTMLFormElement).keys()].join());

testEachWay('fields of rows belong to the form that began in their table', async (way) => {
  const { page, show } = await open(table(['a', 'b', 'c']), way);
  assert.equal(await sent(page), 'a,b,c');
  await page.fill('[name=b]', 'typed');
  await show(table(['new', 'c', 'b', 'a', 'last']));
  assert.equal(await sent(page), 'new,c,b,a,last');
  assert.equal(await page.inputValue('[name=b]'), 'typed');
  await show(table(['b', 'x']));
  assert.equal(await sent(page), 'b,x');
  assert.equal(await page.$eval('[name=b]', (field: HTMLInputElement) => field.form?.id), 'f');
});

test('fields of rows behind the end of the form in their table stay without it', async () => {
  const { page, show } = await open(table(['a'], ['z']));
  assert.equal(await sent(page), 'a');
  await show(table(['new', 'a'], ['z', 'y']));
  assert.equal(await sent(page), 'new,a');
});

test('fields of rows belong to the nearest of several forms, also without ids', async () => {
  const two = (first: string[], second: string[]): string =>
    html(
      `<table><form class="one">${first.map(row).join('')}</form><form class="two">${second.map(row).join('')}</form></table>`,
    );
  const { page, show } = await open(two(['a'], ['b', 'c']));
  await show(two(['a', 'd'], ['b', 'e', 'c']));
  assert.deepEqual([await sent(page, '.one'), await sent(page, '.two')], ['a,d', 'b,e,c']);
});

const host = (id: string, inside: string, light = 'light', mode = 'open'): string =>
  `<div id="${id}"><template shadowrootmode="${mode}">${inside}</template>${light}</div>`;
const inside = (page: Page, selector: string): Promise<string | undefined> =>
  page.$eval(selector, (element) => element.shadowRoot?.innerHTML);

testEachWay('a declarative shadow root is attached when new and follows when old', async (way) => {
  const { page, show } = await open(html(host('one', '<p>1</p><input><slot></slot>')), way);
  await page.fill('#one >> input', 'typed');
  await page.$eval('#one', (element) =>
    Object.assign(window, { field: element.shadowRoot?.querySelector('input') }),
  );
  await show(
    html(host('one', '<p>2</p><input><slot></slot>', 'other') + host('two', '<b>new</b><slot></slot>')),
  );
  assert.equal(await inside(page, '#one'), '<p>2</p><input><slot></slot>');
  assert.equal(await inside(page, '#two'), '<b>new</b><slot></slot>');
  assert.deepEqual(
    await page.$eval('#one', (element) => {
      const field = element.shadowRoot?.querySelector('input');
      return [field?.value, field === Reflect.get(window, 'field'), element.textContent];
    }),
    ['typed', true, 'other'],
  );
  assert.equal(await page.$$eval('template', (templates) => templates.length), 0);
  await show(html(host('two', '<b>newer</b>') + host('one', '<p>3</p>')));
  assert.deepEqual([await inside(page, '#one'), await inside(page, '#two')], ['<p>3</p>', '<b>newer</b>']);
});

testEachWay('fields of a shadow root keep what was typed and chosen, the others follow', async (way) => {
  const fields = (value: string, choice: number, extra = ''): string =>
    host(
      'one',
      `<input class="${value}" value="${value}" ${extra}><textarea class="${value}">${value}</textarea>
      <input type="checkbox" class="${value}" ${choice ? 'checked' : ''}>
      <select class="${value}">${['x', 'y', 'z'].map((text, i) => `<option ${i === choice ? 'selected' : ''}>${text}</option>`).join('')}</select>`,
    );
  const { page, show } = await open(html(fields('a', 0)), way);
  const states = (): Promise<unknown[]> =>
    page.$eval('#one', ({ shadowRoot }) =>
      Array.from(
        shadowRoot?.querySelectorAll<HTMLInputElement>('input,textarea,select') ?? [],
        ({ type, value, checked }) => (type === 'checkbox' ? checked : value),
      ),
    );
  await show(html(fields('b', 1)));
  assert.deepEqual(await states(), ['b', 'b', true, 'y']);
  await page.fill('#one >> input', 'typed');
  await page.fill('#one >> textarea', 'written');
  await page.uncheck('#one >> [type=checkbox]');
  await page.selectOption('#one >> select', 'z');
  await show(html(fields('c', 0)));
  assert.deepEqual(await states(), ['typed', 'written', false, 'z']);
  // The server has now what the visitor has.
  await show(html(fields('c', 2)));
  await page.check('#one >> [type=checkbox]');
  await show(html(fields('d', 0)));
  assert.deepEqual(await states(), ['typed', 'written', false, 'x']);
  await show(html(fields('e', 1, 'update')));
  assert.deepEqual(await states(), ['e', 'written', true, 'y']);
});

test('a declarative shadow root inside another is attached and follows', async () => {
  const { page, show } = await open(html('<p>none</p>'));
  const nested = (text: string): string => html(host('outer', host('inner', `<i>${text}</i>`)));
  const text = (): Promise<string | undefined> =>
    page.$eval('#outer', (outer) => outer.shadowRoot?.querySelector('#inner')?.shadowRoot?.innerHTML);
  await show(nested('1'));
  assert.equal(await text(), '<i>1</i>');
  await show(nested('2'));
  assert.equal(await text(), '<i>2</i>');
});

testEachWay('a shadow root of an element that cannot have one is left out', async (way) => {
  const { page, show } = await open(html('<p>none</p>'), way);
  await page.evaluate(() => {
    const failed: unknown[] = [];
    Object.assign(window, { failed });
    document.addEventListener('issr:error', ({ detail }) => failed.push(detail));
  });
  await show(
    html(`<button>${host('in-button', '<i>1</i>')}<template shadowrootmode="open">2</template>3</button>`),
  );
  assert.equal(await inside(page, '#in-button'), '<i>1</i>');
  assert.equal(await page.textContent('button'), 'light3');
  assert.deepEqual(await page.evaluate(() => Reflect.get(window, 'failed')), []);
});
