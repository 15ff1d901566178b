import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { connected, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

const columns = (page: Page) =>
  page.$$eval('.board ul', (lists) =>
    lists.map((list) => Array.from(list.children, ({ id }) => id.slice(5))),
  );

test('cards move by drag and by keyboard, others see it, and a refused card goes back', {
  skip: unless('drag'),
}, async () => {
  const page = await browser.openPage(url('/board'));
  const other = await browser.openPage(url('/board'));
  const before = [
    ['0', '3', '6'],
    ['1', '4'],
    ['2', '5'],
  ];
  assert.deepEqual(await columns(page), before);
  await page.dragAndDrop('#card-6', '#card-2', { targetPosition: { x: 40, y: 4 } });
  const moved = [
    ['0', '3'],
    ['1', '4'],
    ['6', '2', '5'],
  ];
  await other.waitForFunction(() => document.querySelectorAll('[data-column="2"] li').length === 3);
  await connected(page);
  assert.deepEqual([await columns(page), await columns(other)], [moved, moved]);
  await page.focus('#card-3 button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-column="1"] #card-3');
  // The middle column is full.
  await page.dragAndDrop('#card-0', '#card-4', { targetPosition: { x: 40, y: 4 } });
  await page.waitForSelector('[data-column="0"] #card-0');
  await connected(page);
  assert.deepEqual(await columns(page), [['0'], ['3', '1', '4'], ['6', '2', '5']]);
});

test('cards move without script', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/board'));
  const [, [card] = []] = await columns(page);
  await page.click(`#card-${card} button:last-child`);
  await page.waitForSelector(`[data-column="2"] #card-${card}`);
});
