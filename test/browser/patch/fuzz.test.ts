import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../../../src/html/diff/diff.js';
import { firstSeed } from '../../fuzz/seed.js';
import { browserName } from '../../support/browsers/driver.js';
import type { Pair } from '../../support/patch-oracle.js';
import { html, useViews } from '../../support/patch-page.js';
import { createRandom, mutate, randomElement, toHtml } from '../../support/patch-random.js';

/** The other browsers run fewer pairs: what differs between them is their parsers and their fields. */
const RUNS = Number(process.env.ISSR_FUZZ_BROWSER_RUNS ?? (browserName === 'chromium' ? 200 : 50));
const SEED = firstSeed();
/** Pairs that travel to the browser together. */
const BATCH = 25;
const { open } = useViews();

for (const way of ['instructions', 'whole page'])
  test(`any page becomes any other by ${way} (seed ${SEED}, ${RUNS} pairs)`, async () => {
    const { page } = await open(html(''));
    const random = createRandom(SEED);
    const randomPair = (): Pair => {
      const body = randomElement(random, 'body', 0);
      const [before, now] = [body, mutate(random, body)].map((one) =>
        html('').replace('<body></body>', toHtml(one)),
      );
      return [
        before ?? '',
        now ?? '',
        way === 'instructions' ? diff(before ?? '', now ?? '').instructions : null,
      ];
    };
    for (let run = 0; run < RUNS; run += BATCH) {
      const pairs = Array.from({ length: BATCH }, randomPair);
      const results = await page.evaluate(async (list) => {
        const compared: [string, string][] = [];
        for (const pair of list) compared.push(await window.tools.comparePair(pair));
        return compared;
      }, pairs);
      for (const [index, [patched, fresh]] of results.entries()) {
        assert.equal(
          patched,
          fresh,
          `seed ${SEED}, pair ${run + index}\n${JSON.stringify(pairs[index], null, 1)}`,
        );
      }
    }
  });
