import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { recordSent, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

/** The page's field, order and number of plants, and its address. */
async function isAt(page: Page, q: string, order: string, found: number, query: string): Promise<void> {
  await page.waitForFunction(
    ([q, order, found]) =>
      document.querySelector('input')?.value === q &&
      document.querySelector('[aria-pressed=true]')?.getAttribute('value') === order &&
      document.querySelector('[role=status]')?.textContent === `${found} found` &&
      document.querySelectorAll('.found li').length === found,
    [q, order, found] as const,
  );
  assert.equal(page.url(), url(`/search${query}`));
}

testEachLink('the results follow the typing by one event, and the address by no new entry', async () => {
  const page = await browser.openPage(url('/'));
  const sent = await recordSent(page);
  await page.goto(url('/search'));
  await page.waitForSelector('html[data-issr=connected]');
  const entries = await page.evaluate(() => history.length);
  await page.focus('input');
  // Within one task, as a busy machine may take longer for a key than the field waits.
  await page.evaluate(() => {
    for (const letter of 'rose') document.execCommand('insertText', false, letter);
  });
  await isAt(page, 'rose', 'name', 8, '?q=rose&sort=name');
  assert.equal((await sent()).filter(([verb]) => verb === 'event').length, 1);
  assert.equal(await page.evaluate(() => history.length), entries);
});

testEachLink('Back, Forward, a reload and a copied address show what there was', async () => {
  const page = await browser.openPage(url('/search?q=rose'));
  await isAt(page, 'rose', 'name', 8, '?q=rose');
  await page.click('text=by Latin name');
  await isAt(page, 'rose', 'botanical', 8, '?q=rose&sort=botanical');
  await page.fill('input', 'oak');
  await isAt(page, 'oak', 'botanical', 3, '?q=oak&sort=botanical');
  await page.click('text=by name');
  await isAt(page, 'oak', 'name', 3, '?q=oak&sort=name');

  await page.goBack();
  await isAt(page, 'oak', 'botanical', 3, '?q=oak&sort=botanical');
  await page.goBack();
  await isAt(page, 'rose', 'name', 8, '?q=rose');
  await page.goForward();
  await isAt(page, 'oak', 'botanical', 3, '?q=oak&sort=botanical');
  await page.reload();
  await isAt(page, 'oak', 'botanical', 3, '?q=oak&sort=botanical');
  const copy = await browser.openPage(page.url());
  await isAt(copy, 'oak', 'botanical', 3, '?q=oak&sort=botanical');
});

testEachLink('a cleared field leaves the address', async () => {
  const page = await browser.openPage(url('/search?q=rose'));
  await page.fill('input', '');
  await isAt(page, '', 'name', 320, '?sort=name');
});
