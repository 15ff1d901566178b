import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, testEachWay, useViews, type View } from '../../support/patch-page.js';

const { open } = useViews();

/** Types into a field and marks its node, so that `stayed` can tell whether it is still the same. */
async function use(page: Page, selector: string): Promise<void> {
  await page.click(selector);
  await page.keyboard.type('typed');
  await page.keyboard.press('ArrowLeft');
  await page.evaluate((name) => Object.assign(window, { used: document.querySelector(name) }), selector);
}

async function stayed(page: Page, selector: string): Promise<void> {
  const [isSame, isFocused, value, caret] = await page.evaluate((name) => {
    const { used } = window as unknown as { used: HTMLInputElement };
    const now = document.querySelector(name);
    return [now === used, document.activeElement === used, used.value, used.selectionStart] as const;
  }, selector);
  assert.deepEqual([isSame, isFocused, value, caret], [true, true, 'typed', 4]);
}

for (const around of [
  '<div>new</div><input><p>old</p>',
  '<p>old</p><div><input></div>',
  '<section><div><p>old</p><input></div></section>',
  '<input><p>old</p>',
]) {
  testEachWay(`a focused field without id or name stays the same in ${around}`, async (way) => {
    const { page, show, isFresh } = await open(html('<p>old</p><input>'), way);
    await use(page, 'input');
    await show(html(around));
    await stayed(page, 'input');
    await page.$eval('input', (field: HTMLInputElement) => (field.value = ''));
    await isFresh();
  });
}

const rows = (...texts: string[]): string =>
  html(`<ul>${texts.map((text) => `<li>${text} <input name="n${text}"></li>`).join('')}</ul>`);

testEachWay('a row that comes or goes above leaves text and focus with their field', async (way) => {
  const { page, show } = await open(rows('a', 'b', 'c'), way);
  await use(page, '[name=nb]');
  await show(rows('new', 'a', 'b', 'c'));
  await stayed(page, '[name=nb]');
  await show(rows('b', 'c'));
  await stayed(page, '[name=nb]');
});

test('rows with fields of one name keep their text as rows go', async () => {
  const list = (...texts: string[]): string =>
    html(`<ul>${texts.map((text) => `<li>${text} <input name="n"></li>`).join('')}</ul>`);
  const { page, show } = await open(list('a', 'b', 'c'));
  await use(page, 'li:nth-child(2) input');
  await show(list('b', 'c'));
  await stayed(page, 'li:nth-child(1) input');
  await show(list('new', 'b', 'c'));
  await stayed(page, 'li:nth-child(2) input');
});

test('the text of a row that is gone does not turn up in another row', async () => {
  const list = (...texts: string[]): string =>
    html(`<ul>${texts.map((text) => `<li id="${text}">${text} <input name="n"></li>`).join('')}</ul>`);
  const { page, show } = await open(list('a', 'b'));
  await use(page, '#a input');
  await show(list('b', 'c'));
  assert.deepEqual(
    await page.$$eval('input', (fields: HTMLInputElement[]) => fields.map(({ value }) => value)),
    ['', ''],
  );
});

/** Records of which one is being edited. */
const editors = (row: (name: string, inside: string) => string, field: string, edited: string): string =>
  html(
    ['a', 'b']
      .map((name) => row(name, edited === name ? `<form>${field}</form>` : `<b>${name}</b>`))
      .join(''),
  );

const asItem = (name: string, inside: string): string => `<li id="r-${name}">${inside}</li>`;
const asKeyed = (name: string, inside: string): string => `<div key="${name}">${inside}</div>`;
for (const [kind, row, field] of [
  ['rows with an id', asItem, '<input name="note">'],
  ['rows with a key', asKeyed, '<input name="note">'],
  ['rows with an id, by an id that both forms have', asItem, '<input id="note" name="note">'],
  ['rows with a key, by an id that both forms have', asKeyed, '<input id="note" name="note">'],
] as const) {
  testEachWay(`a draft does not follow its form to the other of two ${kind}`, async (way) => {
    const editor = (edited: string): string => editors(row, field, edited);
    const { page, show } = await open(editor('b'), way);
    for (const edited of ['a', 'b']) {
      await use(page, 'input');
      await show(editor(edited));
      assert.equal(await page.inputValue('input'), '');
    }
  });
}

testEachWay('a field with an id goes with its record to another list', async (way) => {
  const card = '<li key="c"><label><input id="f" name="text"></label></li>';
  const lists = (left: string, right: string): string =>
    html(`<ul id="l">${left}</ul><ul id="r">${right}</ul>`);
  const { page, show } = await open(lists(card, ''), way);
  await use(page, '#f');
  await show(lists('', card));
  await stayed(page, '#f');
});

testEachWay('a field stays in a form with a field named id that gets a wrapper with an id', async (way) => {
  const form = '<form><input type="hidden" name="id" value="7"><input name="note"></form>';
  const { page, show } = await open(html(`<ul><li id="r">${form}</li></ul>`), way);
  await use(page, '[name=note]');
  await show(html(`<ul><li id="r"><div id="w">${form}</div></li></ul>`));
  await stayed(page, '[name=note]');
});

const field = '<input id="f">';
for (const [name, before, after] of [
  [
    'an element is inserted before',
    `<div id="a">${field}</div>`,
    `<p id="p">new</p><div id="a">${field}</div>`,
  ],
  [
    'the element around it has another tag',
    `<div id="a">${field}</div>`,
    `<section id="a">${field}</section>`,
  ],
  [
    'it is swapped with another',
    `<p id="a">1</p>${field}<p id="b">2</p>`,
    `<p id="b">2</p>${field}<p id="a">1</p>`,
  ],
  ['it gets a wrapper', `<div id="a">${field}</div>`, `<div id="a"><div id="w">${field}</div></div>`],
  ['it loses a wrapper', `<div id="a"><div id="w">${field}</div></div>`, `<div id="a">${field}</div>`],
  [
    'it goes to another parent',
    `<div id="a">${field}</div><div id="b"></div>`,
    `<div id="a"></div><div id="b">${field}</div>`,
  ],
] as const) {
  testEachWay(`the focused field stays when ${name}`, async (way) => {
    const { page, show } = await open(html(before), way);
    await use(page, '#f');
    await show(html(after));
    await stayed(page, '#f');
    assert.equal(await page.innerHTML('body'), after);
  });
}

const list = (items: string[]): string =>
  html(`<ul>${items.map((id) => `<li id="${id}">${id}</li>`).join('')}</ul>`);
const ids = Array.from({ length: 20 }, (_, i) => `i${i}`);

/** Counts the list nodes that were added and removed; a move counts once. */
async function countChanges({ page, show }: View, now: string): Promise<[added: number, moved: number]> {
  await page.evaluate(() => {
    const were = [...document.querySelectorAll('li')];
    const counts: [number, number] = [0, 0];
    Object.assign(window, { counts });
    new MutationObserver((records) => {
      for (const node of records.flatMap((record) => [...record.addedNodes])) {
        counts[were.includes(node as HTMLLIElement) ? 1 : 0]++;
      }
    }).observe(document.querySelector('ul') as Node, { childList: true });
  });
  await show(now);
  return page.evaluate(() => (window as unknown as { counts: [number, number] }).counts);
}

for (const [name, items, expected] of [
  ['an item at the head is one insertion', ['new', ...ids], [1, 0]],
  ['the first item goes to the end by one move', [...ids.slice(1), 'i0'], [0, 1]],
  ['the last item goes to the head by one move', ['i19', ...ids.slice(0, -1)], [0, 1]],
  ['two items are swapped by two moves', ['i19', ...ids.slice(1, -1), 'i0'], [0, 2]],
  ['a list is reversed by the fewest moves', [...ids].reverse(), [0, 19]],
] as const) {
  test(`in a list with ids ${name}`, async () => {
    const view = await open(list(ids));
    assert.deepEqual(await countChanges(view, list([...items])), expected);
    await view.isFresh();
  });
}

const media = (...items: string[]): string => html(`<main>${items.join('')}</main>`);
const frame = '<iframe id="frame" srcdoc="<input>"></iframe>';
const video = '<video id="video"></video>';

testEachWay(
  'a frame and a video are never taken out while siblings come, go and change places',
  async (way) => {
    const { page, show } = await open(media('<p id="a">a</p>', frame, '<p id="b">b</p>', video), way);
    await page.frameLocator('#frame').locator('input').fill('inside');
    await page.evaluate(() => Object.assign(window, { video: document.querySelector('video') }));
    await show(media('<p id="new">new</p>', '<p id="b">b</p>', frame, '<p id="a">a</p>', video));
    await show(media(video, '<p id="a">a</p>', frame));
    assert.equal(await page.frameLocator('#frame').locator('input').inputValue(), 'inside');
    assert.equal(
      await page.evaluate(
        () => (window as unknown as { video: Element }).video === document.querySelector('video'),
      ),
      true,
    );
  },
);
