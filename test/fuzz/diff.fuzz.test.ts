import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { Diff } from '../../src/html/diff/diff.js';
import { assertDiffs } from './check.js';
import { type Element, PageMaker, type Style, write } from './pages.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';
import { shrink } from './shrink.js';

/** `npm run fuzz` is the long run. */
const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 1000);
const first = firstSeed();
const fixtures = new URL('./fixtures/', import.meta.url);

function diffsOf(pages: Element[], style: Style): Diff[] {
  return assertDiffs(pages.map((page) => write(page, style)));
}

function fails(pages: Element[], style: Style): boolean {
  try {
    diffsOf(pages, style);
    return false;
  } catch {
    return true;
  }
}

/** Keeps the smallest pages that fail, so that they are tested from now on. */
function keep(pages: Element[], style: Style, seed: number): string {
  const smallest = shrink(pages, (smaller) => fails(smaller, style));
  const fixture = JSON.stringify(
    smallest.map((page) => write(page, style)),
    null,
    2,
  );
  mkdirSync(fixtures, { recursive: true });
  writeFileSync(new URL(`${seed}.json`, fixtures), `${fixture}\n`);
  return fixture;
}

/** Makes one page in twenty long enough for several checkpoints. */
function pagesOf(seed: number): Element[] {
  const maker = new PageMaker(new Random(seed), seed % 4 === 0);
  const first = maker.page(seed % 20 === 7 ? 60 : 7);
  const second = maker.random.chance(0.05) ? maker.page(7) : maker.changed(first);
  return [first, second, maker.changed(second)];
}

suite('diff of random pages', () => {
  test(`leads from each page to the next, ${runs} pairs from seed ${first}`, (context) => {
    let patched = 0;
    for (let seed = first; seed < first + runs / 2; seed++) {
      const pages = pagesOf(seed);
      const style: Style = seed % 5 === 0 ? 'sloppy' : 'preact';
      try {
        patched += diffsOf(pages, style).filter(({ instructions }) => instructions).length;
      } catch (error) {
        assert.fail(`seed ${seed}: ${keep(pages, style, seed)}\n${error}`);
      }
    }
    context.diagnostic(`${patched} of ${runs} pairs were patched, the others sent whole`);
    assert.ok(patched > runs / 2);
  });

  for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.json'))) {
    test(`leads from page to page in ${file}, which failed once`, () => {
      assertDiffs(JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as string[]);
    });
  }
});
