import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser } from '../support/browser.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const PAGES = Number(process.env.ISSR_MOVES_PAGES ?? 4);
/** Commands and letters of each page. */
const ACTS = Number(process.env.ISSR_MOVES_ACTS ?? 12);
/** Commands between two cuts of a page. */
const CUT_EVERY = 4;

const browser = useBrowser();

declare global {
  interface Window {
    /** Commands that were reported as in doubt. */
    lost: string[];
    answered: Promise<unknown>[];
  }
}

for (const { title, kills } of [
  { title: 'browsers that are cut run each command once and keep typing', kills: false },
  { title: 'browsers of a killed process run none twice and keep typing', kills: true },
]) {
  test(title, async (t) => {
    // The short interval resets the backoff of pages that are cut often.
    const { processes, origin, recorded } = await startRecordCluster(t, { pingInterval: 3000 });
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

    const ran = recorded();
    assert.equal(new Set(ran).size, ran.length, 'no command ran twice');
    for (const [name, { draft, focused, lost }] of results.entries()) {
      const numbers = ran
        .filter((value) => value.startsWith(`${name} `))
        .map((value) => Number(value.split(' ')[1]));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
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

async function begin(page: Page): Promise<void> {
  await page.focus('[name=draft]');
  await page.evaluate(() => {
    window.lost = [];
    window.answered = [];
    document.addEventListener('issr:lost', ({ detail }) => {
      window.lost.push(...detail.actions.map(({ value }) => value));
    });
  });
}

/** Types a letter and gives a command, while at most one earlier command waits for its answer. */
async function act(page: Page, value: string): Promise<void> {
  await page.keyboard.press('x');
  await page.evaluate(async (value) => {
    await window.answered.at(-2);
    window.answered.push(window.rr({ action: 'add', value }));
  }, value);
}

function end(page: Page): Promise<{ draft: string; focused: string; lost: string[] }> {
  return page.evaluate(async () => {
    await Promise.all(window.answered);
    const field = document.activeElement as HTMLInputElement;
    return { draft: field.value, focused: field.name, lost: window.lost };
  });
}
