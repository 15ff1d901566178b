import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../../support/browser.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

async function numbers(page: Page): Promise<number[]> {
  return (await page.locator('.ticks li').allTextContents()).map(Number);
}

async function counted(page: Page, count: number): Promise<void> {
  await page.waitForFunction((count) => document.querySelectorAll('.ticks li').length >= count, count);
}

test('an EventSource reconnects and gets each event once', async () => {
  const page = await browser.openPage(url('/stream'));
  const other = await browser.openPage(url('/stream'));
  await shows(other, '.ticks output', 'connected');
  await counted(page, 2);
  await page.evaluate(() => {
    const output = document.querySelector('.ticks output') as Element;
    new MutationObserver(() => {
      if (output.textContent === 'coming back …') document.body.dataset.cut = 'yes';
    }).observe(output, { childList: true });
  });
  await page.click('button');
  await page.waitForSelector('[data-cut=yes]');
  const [last = 0] = (await numbers(page)).slice(-1);
  // It is away while the others hear more.
  await other.waitForFunction(
    (number) => Number(document.querySelector('.ticks li:last-child')?.textContent) > number,
    last,
  );
  await shows(page, '.ticks output', 'connected');
  await counted(page, 6);
  const all = await numbers(page);
  assert.deepEqual(
    all,
    Array.from(all, (_, i) => (all[0] ?? 0) + i),
  );
  assert.equal(await other.textContent('.ticks output'), 'connected');
});
