import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser } from '../support/browser.js';
import { act, begin, end } from '../support/command-page.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const IS_FULL = process.env.ISSR_MOVES === 'full';
const PAGES = IS_FULL ? 20 : 4;
/** Cuts of each page. */
const CUTS = IS_FULL ? 50 : 3;
/** Commands between two cuts of a page. */
const CUT_EVERY = 4;
/** Commands and letters of each page. */
const ACTS = CUTS * CUT_EVERY;

const browser = useBrowser();

for (const { title, kills } of [
  { title: 'browsers that are cut run each command once and keep typing', kills: false },
  { title: 'browsers of a killed process run none twice and keep typing', kills: true },
]) {
  test(title, async (t) => {
    // The short interval resets the backoff of pages that are cut often.
    const { processes, origin, commands } = await startRecordCluster(t, { pingInterval: 3000 });
    const visitors: { page: Page; proxy: TcpProxy }[] = [];
    for (let i = 0; i < PAGES; i++) {
      const proxy = await TcpProxy.open(t, origin);
      visitors.push({ page: await browser.openPage(`${proxy.origin}/draft`), proxy });
    }
    const killed = kills && processes[0];
    const results = await Promise.all(
      visitors.map(async ({ page, proxy }, name) => {
        await begin(page);
        for (let count = 0; count < ACTS; count++) {
          await act(page, `${name} ${count}`);
          if (count % CUT_EVERY === 1) proxy.cut();
          if (killed && name === 0 && count === ACTS >> 1) await killed.kill();
        }
        return end(page);
      }),
    );

    const ran = commands.values();
    for (const [name, { draft, focused, lost, errors }] of results.entries()) {
      const numbers = ran
        .filter((value) => value.startsWith(`${name} `))
        .map((value) => Number(value.split(' ')[1]));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert.deepEqual(errors, [], 'no command ran twice');
      const known = new Set([...numbers, ...lost.map((value) => Number(value.split(' ')[1]))]);
      assert.equal(known.size, ACTS, 'each command ran or is reported');
      if (!kills) assert.deepEqual(lost, []);
      assert.equal(draft, 'x'.repeat(ACTS));
      assert.equal(focused, 'draft');
    }
    const lost = results.reduce((sum, result) => sum + result.lost.length, 0);
    t.diagnostic(`${ran.length} commands ran, ${lost} of ${PAGES * ACTS} in doubt`);
    await browser.takeErrors();
  });
}
