import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRegion } from '../../../src/html/diff/changed-region.js';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { assertDiff, assertDiffs } from '../../fuzz/check.js';

const page = (content: string) =>
  `<!DOCTYPE html><body><main>${content}</main><p>${'x'.repeat(200)}</p></body>`;
const items = (count: number) => Array.from({ length: count }, (_, n) => `<li>${n + 1}</li>`).join('');
const box = (...content: string[]) => `<div>${content.join('')}</div>`;

suite('region of a difference', () => {
  test('leaves out earlier children of the open element', () => {
    const list = (count: number, tag: string) => page(`<ul>${items(count)}</ul><${tag}>1</${tag}>`);
    const [before, now] = [list(50, 'b'), list(51, 'i')];
    const region = findRegion(before, now, Checkpoints.of(before));
    // <html>, <body>, <main> and <ul>, which are open there, and <b>; now an item too, all with their texts.
    assert.equal(region?.before.size, 6);
    assert.equal(region?.after.size, 8);
    assert.deepEqual(assertDiff(before, now).instructions, [
      ['i', [1, 0, 0], 50, '<li>51'],
      ['r', [1, 0], 1],
      ['i', [1, 0], 1, '<i>1</i>'],
    ]);
  });

  test('is found from the latest change while the part before it stays', () => {
    const list = (head: string, count: number) =>
      page(`<b>${head}</b><ul>${items(count)}</ul><i>${count}</i>`);
    const pages = [list('a', 30), list('a', 31), list('a', 32), list('b', 32), list('b', 33), list('c', 3)];
    const diffs = assertDiffs(pages);
    const readFrom = (index: number, limit: number) => diffs[index]?.checkpoints?.resume('', limit)?.at ?? 0;
    const [, , third = '', fourth = ''] = pages;
    assert.equal(readFrom(1, third.length), third.indexOf('<li>32'));
    assert.equal(readFrom(2, fourth.length), fourth.indexOf('b</b>'));
    assert.ok(readFrom(1, third.indexOf('<ul>')) < third.indexOf('<ul>'), 'not from behind a change');
  });

  test("is read from the child's start if the open element is replaced", () => {
    const [a, b] = ['<input name="a">', '<input name="b">'];
    assertDiff(page(box('<p>1</p>', a)), page(box('<p>1</p>', b) + box('<p>0</p>', a)));
    assertDiff(page(box('<p>1</p>', a) + box('<p>0</p>', b)), page(box('<p>1</p>', b)));
  });

  test('pairs an open element with its equal', () => {
    assertDiff(
      page(box('<p>1</p>', '<p>2</p>')),
      page(box('<p>1</p>', '<p>3</p>') + box('<p>1</p>', '<p>2</p>')),
    );
    const sum = (end: string) => `<math><mrow><mi>a</mi>${end}</mrow></math>`;
    assertDiff(page(`${sum('')}<i>1</i>`), page(`${sum('<mo>+</mo>')}${sum('')}<i>2</i>`));
  });

  test('finds the names in unread content', () => {
    const [a, b] = ['<input name="a">', '<input name="b">'];
    assertDiff(
      page(box(a, '<i>1</i>') + box('x', a) + box()),
      page(box(a, '<i>2</i>') + box() + box('y', a)),
    );
    assertDiff(page(box('<i>0</i>', '1') + box(b)), page(box('<i>0</i>', b) + box('2', b)));
    assertDiff(page(box('<i>0</i>', b, '1') + box(b)), page(box('<i>0</i>', '2') + box(b, '3')));
  });

  test('resumes in SVG, implied elements and noupdate', () => {
    const svg = (end: string) => `<svg viewbox="0 0 1 1"><foreignobject><b>1</b>${end}</foreignobject></svg>`;
    assertDiff(page(`${svg('')}<i>1</i>`), page(`${svg('<b>2</b>')}<i>2</i>`));
    const table = (end: string) => `<table><tr><td>1</td></tr>${end}</table>`;
    assertDiff(page(`${table('')}<i>1</i>`), page(`${table('<tr><td>2</td></tr>')}<i>2</i>`));
    const kept = (end: string) => `<div noupdate><b>1</b>${end}</div>`;
    const { html } = assertDiff(page(`${kept('')}<i>1</i>`), page(`${kept('<b>2</b>')}<i>2</i>`));
    assert.equal(html, page(`${kept('')}<i>2</i>`));
  });
});
