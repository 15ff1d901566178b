import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlPieces } from '../../../src/html/pieces/html-pieces.js';
import { Chunk, type Part, Piece, textOf } from '../../../src/html/pieces/piece.js';
import { PieceRun } from '../../../src/html/pieces/piece-run.js';

function partsOf(pieces: readonly Piece[]): readonly Part[] {
  const run = new PieceRun();
  for (const piece of pieces) run.add(piece);
  return run.parts;
}

const rowsOf = (count: number) => Array.from({ length: count }, (_, row) => new Piece(`<li>${row}</li>`));

/** The parts of a list that another one lacks. */
const newParts = (parts: readonly Part[], others: readonly Part[]) =>
  parts.filter((part) => !others.includes(part));

test('a list that changes at one place keeps the chunks elsewhere', () => {
  const rows = rowsOf(5000);
  let before = partsOf(rows);
  assert.ok(before.length < 5000 / 32, `${before.length} parts`);
  const changes: (() => void)[] = [
    () => {},
    () => rows.push(new Piece('<li>last</li>')),
    () => rows.unshift(new Piece('<li>first</li>')),
    () => rows.splice(2500, 1),
    () => rows.splice(2500, 0, new Piece('<li>inserted</li>')),
    () => rows.splice(2500, 1, new Piece('<li>edited</li>')),
    () => rows.shift(),
    () => rows.pop(),
  ];
  for (const change of changes) {
    change();
    const after = partsOf(rows);
    assert.equal(textOf(after), textOf(rows));
    // Less than a chunk's worth of pieces stays single at the end.
    assert.ok(newParts(after, before).length <= 16, `${change}`);
    before = after;
  }
});

test('lists that grow at their start or end are cut as whole ones', () => {
  const rows = rowsOf(600);
  for (const grow of [(count: number) => rows.slice(0, count), (count: number) => rows.slice(-count)]) {
    for (let count = 1; count <= rows.length; count += 7) {
      const copies = grow(count).map(({ html }) => new Piece(html));
      const [known, fresh] = [grow(count), copies].map((pieces) => new HtmlPieces(partsOf(pieces)));
      assert.ok(known && fresh);
      assert.equal(known.hash, fresh.hash);
      assert.ok(known.equals(fresh));
    }
  }
});

test('chunks of rows that are all alike have at most 256 pieces', () => {
  for (let row = 0; row < 300; row++) {
    const piece = new Piece(`<li>${row}</li>`);
    const parts = partsOf(Array.from({ length: 1000 }, () => piece));
    const sizes = parts.map((part) => (part instanceof Chunk ? part.pieces.length : 1));
    const largest = (piece.hash & 63) === 0 ? 16 : 256;
    assert.deepEqual([sizes[0], Math.max(...sizes)], [largest, largest]);
    assert.equal(textOf(parts), piece.html.repeat(1000));
  }
});

test('a chunk is read by its pieces', () => {
  const [chunk] = partsOf(rowsOf(300)) as [Chunk];
  assert.ok(chunk instanceof Chunk);
  for (const [from, to] of [
    [0, 1],
    [3, 40],
    [11, 11],
    [20, 100_000],
  ] as const)
    assert.equal(chunk.slice(from, to), chunk.html.slice(from, to));
  const others = partsOf(rowsOf(300));
  assert.ok(chunk.equals(others[0] as Part) && chunk !== others[0]);
  assert.ok(!chunk.equals(new Piece(chunk.html)) && !new Piece(chunk.html).equals(chunk));
});
