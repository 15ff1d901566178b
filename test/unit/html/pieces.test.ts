import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { diff } from '../../../src/html/diff/diff.js';
import { diffPieces } from '../../../src/html/pieces/diff-pieces.js';
import { HtmlPieces } from '../../../src/html/pieces/html-pieces.js';
import { Piece } from '../../../src/html/pieces/piece.js';
import { PieceRun } from '../../../src/html/pieces/piece-run.js';
import { PieceWindow } from '../../../src/html/pieces/piece-window.js';

/** A long list inside other elements, with a text behind it. */
function pageWith(outer: string, text: string): HtmlPieces {
  const rows = Array.from({ length: 3000 }, (_, row) => `<p>row ${row} of the list</p>`);
  return new HtmlPieces([`<html><head></head><body>${outer}`, ...rows, text].map((html) => new Piece(html)));
}

/** The comparison by pieces of two pages that differ behind their lists. */
function compare(outer: string) {
  const [before, after] = [pageWith(outer, 'a'), pageWith(outer, 'b')];
  const checkpoints = Checkpoints.of(before.html);
  const whole = diff(before.html, after.html, checkpoints);
  return { whole, byPieces: diffPieces(before, after, checkpoints) };
}

test('pieces are compared inside of few elements only', () => {
  const { whole, byPieces } = compare('<div>'.repeat(40));
  assert.deepEqual(byPieces?.instructions, whole.instructions);
  assert.equal(compare('<div>'.repeat(60)).byPieces, undefined);
});

test('pieces are compared inside of short start tags only', () => {
  const tag = (length: number) => `<div title="${'x'.repeat(length)}">`;
  const { whole, byPieces } = compare(tag(5000).repeat(3));
  assert.deepEqual(byPieces?.instructions, whole.instructions);
  assert.equal(compare(tag(6000).repeat(3)).byPieces, undefined);
});

test('slices in any order are those of the whole text', () => {
  const lengths = [3, 0, 5, 0, 0, 1, 7, 2, 0];
  const pieces = new HtmlPieces(lengths.map((length, i) => new Piece(String(i).repeat(length))));
  const { html, length } = pieces;
  for (let step = 0; step < 600; step++) {
    const [from, to] = [(step * 7) % (length + 3), (step * 13) % (length + 5)];
    assert.equal(pieces.slice(from, to), html.slice(from, Math.max(from, to)), `${from} to ${to}`);
  }
  assert.equal(new HtmlPieces([]).slice(0, 4), '');
});

/** The comparison of two pages that differ in the pieces from the second on. */
function compareParts(before: string[], after: string[]) {
  const start = new Piece(`<html><head></head><body>${before[0]}`);
  const pages = [before, after].map(
    ([, ...rest]) => new HtmlPieces([start, ...rest.map((html) => new Piece(html))]),
  ) as [HtmlPieces, HtmlPieces];
  const checkpoints = Checkpoints.of(pages[0].html);
  const whole = diff(pages[0].html, pages[1].html, checkpoints);
  return { whole, byPieces: diffPieces(...pages, checkpoints) };
}

test('a long element that comes again elsewhere is paired as in whole pages', () => {
  const long = `<section>${'<p>a paragraph</p>'.repeat(2000)}`;
  const end = `${'</section><p>last</p>'}</body></html>`;
  const { whole, byPieces } = compareParts(
    [long, '<b>1</b><i>2</i>', end],
    [long, '<i>2</i>', `</section>${long}<b>1</b><i>2</i>`, end],
  );
  assert.equal(byPieces, undefined);
  assert.equal(whole.instructions?.[0]?.[0], 'i');
  const other = compareParts([long, '<b>1</b><i>2</i>', end], [long, '<i>2</i>', end]);
  assert.deepEqual(other.byPieces?.instructions, other.whole.instructions);
});

test('rows of a table without a body have the checkpoints of the whole page', () => {
  for (let length = 0; length < 30; length++) {
    const row = (text: string) => `<tr><td>${text}</td></tr>`;
    const rows = `<table>${row('x'.repeat(length)).repeat(1000)}`;
    const { whole, byPieces } = compareParts([rows, `${row('1')}</table>`], [rows, `${row('2')}</table>`]);
    assert.deepEqual(byPieces?.instructions, whole.instructions);
    assert.deepEqual(byPieces?.checkpoints, whole.checkpoints);
  }
});

/** Whether the comparison by pieces has the result of the whole pages, or leaves it to them. */
function assertAlike(before: HtmlPieces, after: HtmlPieces, context?: number): void {
  const checkpoints = Checkpoints.of(before.html);
  const whole = diff(before.html, after.html, checkpoints);
  const byPieces = diffPieces(before, after, checkpoints, context);
  if (!byPieces) return;
  assert.deepEqual(byPieces.instructions, whole.instructions);
  assert.deepEqual(byPieces.checkpoints, whole.checkpoints);
}

const inPieces = (html: string, length: number) =>
  new HtmlPieces(
    Array.from(
      { length: Math.ceil(html.length / length) },
      (_, i) => new Piece(html.slice(i * length, (i + 1) * length)),
    ),
  );

test('pieces pair an element that is read in part as whole pages do', () => {
  const section = (end: string) =>
    `<section>${'<p>text of the section</p>'.repeat(400)}<i>${end}</i></section>`;
  const page = (...ends: string[]) =>
    inPieces(`<html><head></head><body>${ends.map(section).join('')}</body></html>`, 500);
  assertAlike(page('a', 'b'), page('b', 'a'));
  assertAlike(page('a', 'b'), page('b'));
  assertAlike(page('a'), page('b', 'a'));
});

test('pieces of repeated text begin to differ where whole pages do', () => {
  const page = (count: number) =>
    `<html><head></head><body>${'x'.repeat(99)}<ul>${'<li>no</li>\n'.repeat(count)}</ul></body></html>`;
  for (let length = 5; length < 40; length++)
    assertAlike(inPieces(page(30), length), inPieces(page(32), length + 1), 8);
});

const chunkedRows = Array.from({ length: 1000 }, (_, n) => new Piece(`<li Key="${n}"><b>row ${n}</b></li>`));

/** A page of a list with a text above and one below. */
function listPage(above: string, rows: Piece[], below: string): HtmlPieces {
  const run = new PieceRun();
  for (const row of rows) run.add(row);
  const start = new Piece(`<html><head></head><body><p>${above}</p><input><ul>`);
  return new HtmlPieces([start, ...run.parts, new Piece(`</ul><footer>${below}</footer></body></html>`)]);
}

test('changes above, in and below a list are found without reading it', (t) => {
  const rows = chunkedRows.slice(0, 900);
  const row = chunkedRows[950] as Piece;
  const before = listPage('1', rows, 'a');
  const checkpoints = Checkpoints.of(before.html);
  const reads = t.mock.method(HtmlPieces.prototype, 'slice');
  const longest = () => Math.max(...reads.mock.calls.map(({ result = '' }) => result.length));
  assert.ok(diffPieces(before, listPage('2', [...rows, row], 'a'), checkpoints));
  assert.ok(longest() < before.length / 2);
  for (const changed of [
    rows,
    [row, ...rows],
    rows.toSpliced(400, 1),
    rows.toSpliced(400, 0, row),
    rows.with(400, row),
  ]) {
    for (const below of ['a', 'b']) {
      const after = listPage('2', changed, below);
      const whole = diff(before.html, after.html, checkpoints);
      reads.mock.resetCalls();
      assert.deepEqual(diffPieces(before, after, checkpoints)?.instructions, whole.instructions);
      assert.ok(longest() < before.length / 2, `${longest()} of ${before.length} characters`);
    }
  }
});

test('a change beside a list that grows is found without reading it', (t) => {
  const page = (count: number, beside: string) => {
    const { list } = listPage(`${count}`, chunkedRows.slice(0, count), '');
    return new HtmlPieces([...list.slice(0, -1), new Piece(`</ul>${beside}</body></html>`)]);
  };
  const reads = t.mock.method(HtmlPieces.prototype, 'slice');
  const longestRead = (beside: (count: number) => string) => {
    const [before, after] = [page(900, beside(900)), page(950, beside(950))];
    const checkpoints = Checkpoints.of(before.html);
    const whole = diff(before.html, after.html, checkpoints);
    reads.mock.resetCalls();
    assert.deepEqual(diffPieces(before, after, checkpoints)?.instructions, whole.instructions);
    return Math.max(...reads.mock.calls.map(({ result = '' }) => result.length)) / before.length;
  };
  assert.ok(longestRead((count) => `<a Key="more" href="?n=${count}">more</a>`) < 0.5);
  assert.ok(longestRead((count) => `<div><a href="?n=${count}">more</a></div>`) < 0.5);
  assert.ok(longestRead((count) => `<button value="${count}">more</button>`) < 0.5);
  assert.ok(longestRead((count) => `<i>a</i><b title="${count}">b</b>`) < 0.5);
  assert.ok(
    longestRead((count) => `<ul></ul><b title="${count}">b</b>`) > 0.5,
    'another list may be a partner',
  );
  assert.ok(longestRead((count) => `<ul title="${count}"></ul>`) > 0.5);
});

test('a list is read once if its end and the texts around change', (t) => {
  const [second, third] = [2, 3].map((n) =>
    listPage(`${n}`, chunkedRows.slice(0, 900 + n), `<b>${n}</b>`.repeat(n)),
  ) as [HtmlPieces, HtmlPieces];
  // After a change of the whole list, no parser state in it is known.
  const others = chunkedRows.map(({ html }) => new Piece(html.replace('row', 'other')));
  const first = listPage('1', others.slice(0, 901), '').html;
  const checkpoints = diff(first, second.html, Checkpoints.of(first)).checkpoints as Checkpoints;
  const regions = t.mock.method(PieceWindow.prototype, 'admit');
  const whole = diff(second.html, third.html, checkpoints);
  assert.deepEqual(diffPieces(second, third, checkpoints)?.instructions, whole.instructions);
  const lengths = regions.mock.calls.map(({ arguments: [{ before }] }) => before.html.length);
  assert.equal(lengths.filter((length) => length > second.length / 2).length, 1);
});

test('a row that goes far moves, whatever else changes', () => {
  const rows = chunkedRows.slice(0, 900);
  const before = listPage('1', rows, 'a');
  const checkpoints = Checkpoints.of(before.html);
  const moved = rows.toSpliced(10, 1).toSpliced(800, 0, rows[10] as Piece);
  const after = listPage('2', moved, 'b');
  const whole = diff(before.html, after.html, checkpoints);
  assert.ok(whole.instructions?.some(([verb]) => verb === 'm'));
  assert.deepEqual(
    diffPieces(before, after, checkpoints)?.instructions ?? whole.instructions,
    whole.instructions,
  );
});
