import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { diff } from '../../../src/html/diff/diff.js';
import { diffPieces } from '../../../src/html/pieces/diff-pieces.js';
import { HtmlPieces, Piece } from '../../../src/html/pieces/html-pieces.js';

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
