import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, useViews } from '../../support/patch-page.js';

const { openIn } = useViews();

/** Takes away what a browser without `moveBefore` does not have. */
function withoutMoveBefore(): void {
  for (const { prototype } of [Element, Document, DocumentFragment]) {
    Reflect.deleteProperty(prototype, 'moveBefore');
  }
}

/** Takes away scroll anchoring, too. */
function asInSafari(): void {
  for (const { prototype } of [Element, Document, DocumentFragment])
    Reflect.deleteProperty(prototype, 'moveBefore');
  CSS.supports = () => false;
}

test('a moved field keeps focus, caret and text without moveBefore', async () => {
  const field = '<div id="f"><input name="q"></div>';
  const { page, show, isFresh } = await openIn(html(`<p id="a">a</p>${field}<p id="b">b</p>`), {
    prepare: withoutMoveBefore,
  });
  await page.click('input');
  await page.keyboard.type('typed');
  await page.keyboard.press('ArrowLeft');
  await show(html(`<section>${field}</section><p id="b">b</p><p id="a">a</p>`));
  await page.keyboard.type('!');
  assert.equal(await page.inputValue('input'), 'type!d');
  await page.fill('input', '');
  await isFresh();
});

test('the focus stays in a shadow root that moves without moveBefore', async () => {
  const [host, text] = ['<div id="host"></div>', '<p id="a">a</p><p id="b">b</p>'];
  const { page, show } = await openIn(html(text + host), { prepare: withoutMoveBefore });
  await page.evaluate(() => {
    const root = document.querySelector('#host')?.attachShadow({ mode: 'open' });
    root?.append(document.createElement('input'));
    root?.querySelector('input')?.focus();
  });
  await page.keyboard.type('typed');
  await show(html(host + text));
  await page.keyboard.type('!');
  assert.equal(
    await page.evaluate(() => document.querySelector('#host')?.shadowRoot?.querySelector('input')?.value),
    'typed!',
  );
});

test('a form may name its fields like the members that keep places and players', async () => {
  const form = (text: string): string =>
    `<form id="f"><input name="children"><input name="matches"><p>${text}</p></form>`;
  const tall = '<div style="height:3000px"></div>';
  const { page, show, isFresh } = await openIn(html(`<b id="b">1</b>${form('1')}<i id="i">1</i>${tall}`), {
    prepare: asInSafari,
  });
  await page.evaluate(() => scrollTo(0, 10));
  await show(html(`${form('2')}<b id="b">2</b><i id="i">2</i>${tall}`));
  await show(html(`<b id="b">3</b><i id="i">3</i>${form('3')}${tall}`));
  await isFresh();
});

test('without moveBefore frames and players stay while their siblings move', async () => {
  const main = (...items: string[]): string => html(`<main>${items.join('')}</main>`);
  const [a, b, text] = ['<p id="a">a</p>', '<p id="b">b<input></p>', '<i>text</i>'];
  const frame = (id: string): string => `<div id="${id}"><iframe srcdoc="${id}"></iframe></div>`;
  const [one, two, video] = [frame('one'), frame('two'), '<video id="v"></video>'];
  const { page, show, isFresh } = await openIn(main(a, one, b, video, two), { prepare: withoutMoveBefore });
  await page.click('input');
  await page.keyboard.type('typed');
  await page.evaluate(() => {
    const left: string[] = [];
    Object.assign(window, { left });
    new MutationObserver((records) => {
      for (const { removedNodes } of records)
        for (const { id } of removedNodes as NodeListOf<Element>) left.push(id);
    }).observe(document.querySelector('main') as Element, { childList: true });
  });
  const left = (): Promise<string[]> =>
    page.evaluate(() => (window as unknown as { left: string[] }).left.splice(0).sort());
  for (const [items, moved] of [
    [[one, text, b, a, video, two], ['a']],
    [
      [b, one, video, a, two],
      ['', 'a', 'b'],
    ],
    [
      [two, one, video, a, b],
      ['b', 'two'],
    ],
    [
      [video, b, two, a, one],
      ['a', 'b', 'v'],
    ],
  ] as const) {
    await show(main(...items));
    assert.deepEqual(await left(), moved);
    assert.equal(await page.inputValue('input'), 'typed');
  }
  await page.keyboard.type('!');
  assert.equal(await page.inputValue('input'), 'typed!');
  await page.fill('input', '');
  await isFresh();
});

test('styles change under a strict policy', async () => {
  const { page, show } = await openIn(html('<p id="a">x</p>'), {
    policy: "default-src 'self'; style-src 'self'; script-src 'self' 'unsafe-eval'",
  });
  await show(
    html(
      '<p id="a" style="color: rgb(1, 2, 3)">x</p><svg style="top: 1px"></svg><form style="left: 2px"></form>',
    ),
  );
  const styles = await page.evaluate(() =>
    [...document.body.children].map((element) => (element as HTMLElement).style.cssText),
  );
  assert.deepEqual(styles, ['color: rgb(1, 2, 3);', 'top: 1px;', 'left: 2px;']);
});
