import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commonPrefix, commonSuffix } from '../../src/html/change/common-affix.js';
import { Checkpoints } from '../../src/html/diff/checkpoints.js';
import { diff } from '../../src/html/diff/diff.js';
import { diffPieces } from '../../src/html/pieces/diff-pieces.js';
import { HtmlPieces } from '../../src/html/pieces/html-pieces.js';
import { Chunk, type Part, Piece } from '../../src/html/pieces/piece.js';
import { PieceRun } from '../../src/html/pieces/piece-run.js';
import { ModelShadow } from './model.js';
import { type Element, PageMaker, write } from './pages.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 1000);
const first = firstSeed();

/** Joins neighbouring pieces here and there. */
function inChunks(pieces: Piece[], random: Random): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < pieces.length; ) {
    const some = pieces.slice(from, from + 1 + random.below(5));
    if (random.below(2)) parts.push(new Chunk(some, true));
    else parts.push(...some);
    from += some.length;
  }
  return parts;
}

/** Two pages that share the pieces of their common start and end. */
function inPieces(before: string, after: string, random: Random): [HtmlPieces, HtmlPieces] {
  const cut = (text: string): Piece[] => {
    const at = random.below(text.length);
    return text.length < 20 ? [new Piece(text)] : [...cut(text.slice(0, at)), ...cut(text.slice(at))];
  };
  const prefix = commonPrefix(before, after);
  const suffix = commonSuffix(before, after, Math.min(before.length, after.length) - prefix);
  const [start, end] = [cut(before.slice(0, prefix)), cut(before.slice(before.length - suffix))];
  const between = (page: string) => cut(page.slice(prefix, page.length - suffix));
  const [head, tail] = [inChunks(start, random), inChunks(end, random)];
  const sharesChunks = random.below(2) === 0;
  const around = (page: string) =>
    new HtmlPieces(
      sharesChunks
        ? [...head, ...inChunks(between(page), random), ...tail]
        : inChunks([...start, ...between(page), ...end], random),
    );
  return [around(before), around(after)];
}

const row = (number: number) => new Piece(`<li Key="${number}"><b>row ${number}</b></li>`);
const rows = Array.from({ length: 800 }, (_, number) => row(number));

/** A list with a new row at its end or start or in between, with a row less, or as it was. */
function changedList(list: Piece[], random: Random): Piece[] {
  const added = row(random.below(1_000_000) + 1000);
  const place = random.below(list.length);
  switch (random.below(6)) {
    case 0:
      return [...list, added];
    case 1:
      return [added, ...list];
    case 2:
      return list.toSpliced(place, 1);
    case 3:
      return list.with(place, added);
    default:
      return list;
  }
}

/** A long list between the contents of two other pages. */
function around(list: Piece[], above: Element, below: Element): HtmlPieces {
  const contentOf = (page: Element) => /<body[^>]*>([\s\S]*)<\/body>/.exec(write(page, 'preact'))?.[1] ?? '';
  const run = new PieceRun();
  for (const piece of list) run.add(piece);
  const start = new Piece(`<html><head></head><body>${contentOf(above)}<ul>`);
  return new HtmlPieces([start, ...run.parts, new Piece(`</ul>${contentOf(below)}</body></html>`)]);
}

/** All parser states of a page, from its end to its start. */
function statesOf(checkpoints: Checkpoints | undefined, length: number): number[][] {
  const states: number[][] = [];
  for (let limit = length; ; limit = (states.at(-1)?.[0] ?? 0) - 1) {
    const state = checkpoints?.upTo(limit);
    if (!state) return states;
    states.push(Array.from(state));
  }
}

suite('diff of random pages in pieces', () => {
  test(`has the instructions of the whole pages, ${runs} pairs from seed ${first}`, () => {
    let read = 0;
    for (let seed = first; seed < first + runs / 4; seed++) {
      const random = new Random(seed);
      const maker = new PageMaker(random, seed % 4 === 0);
      let page = maker.page(seed % 20 === 7 ? 60 : 7);
      let before = write(page, 'preact');
      let checkpoints: ReturnType<typeof diff>['checkpoints'];
      for (let change = 0; change < 4; change++) {
        page = maker.changed(page);
        const after = write(page, 'preact');
        const whole = diff(before, after, checkpoints);
        const [a, b] = inPieces(before, after, random);
        assert.deepEqual([a.html, b.html], [before, after]);
        for (const context of [8, 64, 512]) {
          const result = checkpoints && diffPieces(a, b, checkpoints, context, 0);
          if (!result) continue;
          read++;
          assert.deepEqual(result.instructions, whole.instructions, `seed ${seed}, ${context} characters`);
          const own = statesOf(result.checkpoints, after.length);
          const positions = new Set(own.map(([position]) => position));
          // Pieces that are read without skipping children leave fewer parser states.
          const kept = statesOf(whole.checkpoints, after.length).filter(([position]) =>
            positions.has(position),
          );
          assert.deepEqual(own, kept, `seed ${seed}`);
        }
        before = whole.html;
        checkpoints = whole.checkpoints;
      }
    }
    assert.ok(read > runs / 2, `${read} comparisons read a part of the pages`);
  });

  test(`leads to the page where several parts change, ${runs / 10} pairs from seed ${first}`, () => {
    let found = 0;
    for (let seed = first; seed < first + runs / 40; seed++) {
      const random = new Random(seed);
      const maker = new PageMaker(random, false);
      let [above, below] = [maker.page(4), maker.page(4)];
      let list = rows.slice(0, 300 + random.below(500));
      let before = around(list, above, below);
      let checkpoints: Checkpoints | undefined;
      for (let change = 0; change < 4; change++) {
        if (random.below(3)) above = maker.changed(above);
        if (random.below(3)) below = maker.changed(below);
        list = changedList(list, random);
        const after = around(list, above, below);
        checkpoints ??= Checkpoints.of(before.html);
        const result = diffPieces(before, after, checkpoints);
        checkpoints = result?.checkpoints;
        if (result?.instructions) {
          found++;
          const shadow = new ModelShadow(before.html);
          shadow.apply(result.instructions);
          assert.deepEqual(shadow.lines(), new ModelShadow(after.html).lines(), `seed ${seed}`);
        }
        before = after;
      }
    }
    assert.ok(found > runs / 20, `${found} comparisons`);
  });
});
