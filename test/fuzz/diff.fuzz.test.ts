import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { assertDiff } from './check.js';
import { type Element, PageMaker, type Style, write } from './pages.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';

/** `ISSR_FUZZ_RUNS=100000` is the long run; `ISSR_FUZZ_SEED` runs one that failed again. */
const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 3000);
const firstSeed = Number(process.env.ISSR_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const fixtures = new URL('./fixtures/', import.meta.url);

function failure(pair: [Element, Element], style: Style): unknown {
  try {
    assertDiff(write(pair[0], style), write(pair[1], style));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Keeps the smallest pair that fails, so that it is tested from now on. */
function keep(pair: [Element, Element], style: Style, seed: number): string {
  const [before, now] = shrink(pair, (smaller) => failure(smaller, style) !== undefined);
  const fixture = JSON.stringify([write(before, style), write(now, style)], null, 2);
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(new URL(`${seed}.json`, fixtures), `${fixture}\n`);
  return fixture;
}

suite('diff of random pages', () => {
  test(`leads from each page to the next, ${runs} pairs from seed ${firstSeed}`, (context) => {
    let patched = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const maker = new PageMaker(new Random(seed), seed % 4 === 0);
      const style: Style = seed % 5 === 0 ? 'sloppy' : 'preact';
      const before = maker.page();
      const now = maker.random.chance(0.05) ? maker.page() : maker.changed(before);
      const error = failure([before, now], style);
      if (error) assert.fail(`seed ${seed}: ${keep([before, now], style, seed)}\n${error}`);
      if (assertDiff(write(before, style), write(now, style)).instructions) patched++;
    }
    context.diagnostic(`${patched} of ${runs} pairs were patched, the others sent whole`);
    assert.ok(patched > runs / 2);
  });

  for (const file of readdirSync(fixtures, { withFileTypes: true })) {
    test(`leads from page to page in ${file.name}, which failed once`, () => {
      const [before, now] = JSON.parse(readFileSync(new URL(file.name, fixtures), 'utf8')) as [
        string,
        string,
      ];
      assertDiff(before, now);
    });
  }
});
