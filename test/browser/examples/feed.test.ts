import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

const rows = (page: Page) => page.locator('ol > li').count();

test('rows come as the end is in view, the page keeps its place, and Back returns to it', async () => {
  const page = await browser.openPage(url('/feed'));
  for (const expected of [100, 150, 200]) {
    const before = await page.evaluate(() => {
      scrollTo(0, document.body.scrollHeight);
      return scrollY;
    });
    await page.waitForFunction((n) => document.querySelectorAll('ol > li').length >= n, expected);
    assert.equal(await page.evaluate(() => scrollY), before, 'the page does not jump');
  }
  await page.locator('li:nth-child(120) a').scrollIntoViewIfNeeded();
  const [count, place] = [await rows(page), await page.evaluate(() => scrollY)];
  await page.click('li:nth-child(120) a');
  await page.waitForSelector('.row a');
  await page.waitForFunction(() => location.pathname === '/feed/120');
  await page.goBack();
  await page.waitForFunction(() => location.pathname === '/feed');
  await page.waitForFunction((y) => Math.abs(scrollY - y) < 2, place);
  assert.ok((await rows(page)) >= count);
});

test('without script the next rows come by a link', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/feed'));
  await page.click('text=More plants');
  assert.equal(await rows(page), 100);
  await page.click('li:nth-child(3) a');
  await shows(page, '.lead', (await page.textContent('.lead i')) ?? '');
});
