import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commonPrefix, commonSuffix } from '../../src/html/change/common-affix.js';
import { diff } from '../../src/html/diff/diff.js';
import { diffPieces } from '../../src/html/pieces/diff-pieces.js';
import { HtmlPieces } from '../../src/html/pieces/html-pieces.js';
import { Chunk, type Part, Piece } from '../../src/html/pieces/piece.js';
import { PageMaker, write } from './pages.js';
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
          const result = checkpoints && diffPieces(a, b, checkpoints, context);
          if (!result) continue;
          read++;
          assert.deepEqual(result.instructions, whole.instructions, `seed ${seed}, ${context} characters`);
          assert.deepEqual(result.checkpoints, whole.checkpoints, `seed ${seed}`);
        }
        before = whole.html;
        checkpoints = whole.checkpoints;
      }
    }
    assert.ok(read > runs / 2, `${read} comparisons read a part of the pages`);
  });
});
