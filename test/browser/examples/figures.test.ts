import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

const pointsOf = (page: Page) => page.getAttribute('figure:first-child polyline', 'points');

testEachLink('the dashboard draws a new point each second, and counts the open pages', async () => {
  const [page, other] = [
    await browser.openPage(url('/dashboard')),
    await browser.openPage(url('/dashboard')),
  ];
  assert.equal(await page.locator('svg').count(), 4);
  await shows(page, 'figure:last-child output', '2 ');
  const before = await pointsOf(page);
  await page.waitForFunction(
    (points) => document.querySelector('figure:first-child polyline')?.getAttribute('points') !== points,
    before,
  );
  assert.match((await pointsOf(page)) ?? '', /^(\d+\.\d,\d+\.\d ?)+$/);
  await other.close();
  await shows(page, 'figure:last-child output', '1 ');
});

testEachLink('the scores go on by themselves, for the team that was chosen', async () => {
  const [page, other] = [await browser.openPage(url('/scores')), await browser.openPage(url('/scores'))];
  await page.selectOption('select', 'Porto');
  await shows(page, '.standings .mine th', 'Porto');
  const minute = Number(await page.textContent('h2 time'));
  for (const each of [page, other]) {
    await each.waitForFunction(
      (minute) => Number(document.querySelector('h2 time')?.textContent) > minute,
      minute,
    );
  }
  assert.equal(await page.inputValue('select'), 'Porto');
  assert.equal(await other.locator('.mine').count(), 0);
  assert.equal(await page.locator('.matches li').count(), 4);
});
