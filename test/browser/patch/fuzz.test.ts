import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, useViews } from '../../support/patch-page.js';
import { createRandom, mutate, randomElement, toHtml } from '../../support/patch-random.js';

const RUNS = Number(process.env.ISSR_FUZZ_RUNS ?? 300);
const SEED = Number(process.env.ISSR_FUZZ_SEED ?? Date.now() % 1_000_000);
const { open } = useViews();

test(`a whole page makes any page equal to a fresh load of it (seed ${SEED}, ${RUNS} pages)`, async () => {
  const { page } = await open(html(''));
  const random = createRandom(SEED);
  for (let run = 0; run < RUNS; run++) {
    const body = randomElement(random, 'body', 0);
    const pages = [body, mutate(random, body)].map(
      (one) => `<!doctype html><html><head><title>t</title></head>${toHtml(one)}</html>`,
    );
    const [patched, fresh] = await page.evaluate(
      ([before, now]) => window.tools.comparePage(before as string, now as string),
      pages,
    );
    assert.equal(patched, fresh, `run ${run} of seed ${SEED}\n${pages.join('\n')}`);
  }
});
