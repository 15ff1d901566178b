import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();

/** A page on which `moved` comes before two paragraphs, or behind them. */
const first = (moved: string): string =>
  html(`<section id="s">${moved}</section><p id="a">a</p><p id="b">b</p>`);
const last = (moved: string): string =>
  html(`<p id="a">a</p><p id="b">b</p><section id="s">${moved}</section>`);

testEachWay('a moved box keeps its scroll position and the selection in it', async (way) => {
  const box =
    '<div id="box" style="height:50px;overflow:auto"><p style="height:500px">words to read</p></div>';
  const { page, show } = await open(first(box), way);
  await page.evaluate(() => {
    document.querySelector('#box')?.scrollTo(0, 120);
    const text = document.querySelector('#box p')?.firstChild as Text;
    getSelection()?.setBaseAndExtent(text, 0, text, 5);
  });
  await show(last(box));
  assert.equal(await page.evaluate(() => document.querySelector('#box')?.scrollTop), 120);
  assert.equal(await page.evaluate(() => String(getSelection())), 'words');
});

testEachWay('a moved text under edit keeps its caret', async (way) => {
  const text = '<div id="edit" contenteditable>some text</div>';
  const { page, show } = await open(first(text), way);
  await page.focus('#edit');
  await page.evaluate(() => getSelection()?.collapse(document.querySelector('#edit')?.firstChild as Text, 4));
  await show(last(text));
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'edit');
  await page.keyboard.type('!');
  assert.equal(await page.textContent('#edit'), 'some! text');
});

testEachWay('a moved modal dialog stays modal, with its focus, and a moved popover open', async (way) => {
  const layers =
    '<dialog id="d"><button>x</button><input id="f"></dialog><p id="p" popover="manual">note</p>';
  const { page, show } = await open(first(layers), way);
  await page.evaluate(() => {
    document.querySelector('dialog')?.showModal();
    document.querySelector<HTMLElement>('#p')?.showPopover();
    document.querySelector<HTMLElement>('#f')?.focus();
  });
  await show(last(layers));
  assert.deepEqual(
    await page.evaluate(() => [
      document.querySelector('#d')?.matches(':modal'),
      document.querySelector('#p')?.matches(':popover-open'),
      document.activeElement?.id,
    ]),
    [true, true, 'f'],
  );
});

testEachWay('a focused field that moves out of sight does not scroll the page', async (way) => {
  const field = '<p style="height:3000px">high</p><input id="f">';
  const { page, show } = await open(first(field), way);
  await page.evaluate(() => document.querySelector<HTMLElement>('#f')?.focus({ preventScroll: true }));
  await show(last(field));
  assert.deepEqual(await page.evaluate(() => [scrollY, document.activeElement?.id]), [0, 'f']);
});

/** Waits until a row is where it was: browsers adjust the scroll position when they lay out. */
const isAt = (page: Page, selector: string, top: number): Promise<unknown> =>
  page.waitForFunction(
    ([selector, top]) =>
      Math.abs((document.querySelector(selector) as Element).getBoundingClientRect().top - top) < 2,
    [selector, top] as const,
  );

test('what is read keeps its place as rows come and go above it, on the page and in a box', async () => {
  const rows = (name: string, from: number): string =>
    Array.from(
      { length: 60 },
      (_, n) => `<li id="${name}${n + from}" style="height:40px">${n + from}</li>`,
    ).join('');
  const lists = (from: number): string =>
    html(
      `<ul id="box" style="position:fixed;right:0;top:0;width:100px;height:200px;overflow:auto">${rows('b', from)}</ul>` +
        `<ul style="width:300px">${rows('p', from)}</ul>`,
    );
  const { page, show } = await open(lists(20), 'a real route');
  await page.evaluate(() => {
    scrollTo(0, 800);
    document.querySelector('#box')?.scrollTo(0, 800);
  });
  const topOf = (selector: string): Promise<number> =>
    page.$eval(selector, (row) => row.getBoundingClientRect().top);
  const [onPage, inBox] = [await topOf('#p45'), await topOf('#b45')];
  await show(lists(10));
  await isAt(page, '#p45', onPage);
  await isAt(page, '#b45', inBox);
  await show(lists(18));
  await isAt(page, '#p45', onPage);
  await isAt(page, '#b45', inBox);
});

test('a box keeps what is read as the page becomes too short for its place', async () => {
  const rows = (name: string, from: number): string =>
    Array.from(
      { length: 60 - from },
      (_, n) => `<li id="${name}${n + from}" style="height:40px">${n + from}</li>`,
    ).join('');
  const lists = (from: number): string =>
    html(
      `<ul id="box" style="height:200px;overflow:auto">${rows('b', from)}</ul><ul>${rows('p', from)}</ul>`,
    );
  const { page, show } = await open(lists(0), 'a real route');
  await page.evaluate(() => {
    scrollTo(0, 1600);
    document.querySelector('#box')?.scrollTo(0, 1600);
  });
  const topOf = (selector: string): Promise<number> =>
    page.$eval(selector, (element) => element.getBoundingClientRect().top);
  const placeInBox = async (): Promise<number> => (await topOf('#b42')) - (await topOf('#box'));
  const before = await placeInBox();
  await show(lists(30));
  assert.equal(await placeInBox(), before);
});

/** Lists of cards. A letter is a card. */
const board = (lists: string, hasIds: boolean): string =>
  html(
    lists
      .split(',')
      .map((cards, i) => {
        const items = [...cards].map((card) => `<li id="${card}">${card}</li>`);
        return `<ul${hasIds ? ` id="list-${i}"` : ''}>${items.join('')}</ul>`;
      })
      .join(''),
  );

/** Moves a card to a place of a list, as the script of an optimistic page does. */
function move(page: Page, card: string, list: number, place: number): Promise<void> {
  return page.evaluate(
    ([card, list, place]) => {
      const moved = document.getElementById(card) as Element;
      moved.remove();
      const target = document.querySelectorAll('ul')[list] as Element;
      target.insertBefore(moved, target.children[place] ?? null);
    },
    [card, list, place] as const,
  );
}

const cardsOf = (page: Page): Promise<string> =>
  page.$$eval('ul', (lists) => lists.map(({ textContent }) => textContent).join());

for (const [name, moves, answers, seen] of [
  ['to other lists', [1, 2], ['bcd,ae,', 'bcd,e,a'], 'bcd,e,a'],
  ['in its list', [0, 0], ['bacd,e,', 'bcad,e,'], 'bcad,e,'],
  ['in its list, beside a new one', [0, 0], ['baXcd,e,', 'bXcad,e,'], 'bcaXd,e,'],
  ['in vain', [1, 2], ['bcd,ae,', 'bcd,ae,'], 'bcd,e,a'],
] as const) {
  testEachWay(`an answer leaves a card that a script moved again ${name}`, async (way) => {
    const { page, send, show, isFresh } = await open(board('abcd,e,', true), way);
    await move(page, 'a', moves[0], moves[0] ? 0 : 1);
    const first = await send();
    await move(page, 'a', moves[1], moves[1] ? 0 : 2);
    const second = await send();
    await show(board(answers[0], true), first);
    assert.equal(await cardsOf(page), seen);
    await show(board(answers[1], true), second);
    await isFresh();
  });
}

testEachWay('an answer moves what no script moved while a newer event waits', async (way) => {
  const { page, send, show } = await open(board('abcd', true), way);
  const first = await send();
  await send();
  await show(board('dcba', true), first);
  assert.equal(await cardsOf(page), 'dcba');
});

testEachWay('a card that a script moved outlives the list around it', async (way) => {
  const { page, send, show, isFresh } = await open(board('abcd,e,', false), way);
  await move(page, 'a', 1, 0);
  await show(board('bcd,ae,', false), await send());
  await isFresh();
});

testEachWay(
  'a field stays in its column as the first card moves to the top of another column',
  async (way) => {
    const column = (cards: string) =>
      `<section><ul>${[...cards].map((id) => `<li id="${id}">${id}</li>`).join('')}</ul><input></section>`;
    const board = (columns: string[]) => html(columns.map(column).join(''));
    const { page, show } = await open(board(['abc', 'def']), way);
    await page.locator('input').nth(0).fill('first');
    await page.locator('input').nth(1).fill('second');
    await show(board(['bc', 'adef']));
    assert.deepEqual(
      await page
        .locator('input')
        .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
      ['first', 'second'],
    );
  },
);
