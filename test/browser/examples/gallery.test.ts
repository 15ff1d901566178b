import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

/** Opens the gallery. Counts the View Transitions that begin. */
async function open(isReduced = false): Promise<Page> {
  const page = await browser.openPage(url('/'));
  if (isReduced) await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.addInitScript(() => {
    const counted = Object.assign(window, { transitions: 0 });
    const { startViewTransition } = Document.prototype;
    Document.prototype.startViewTransition = function (...args) {
      counted.transitions++;
      return startViewTransition.apply(this, args);
    };
  });
  await page.goto(url('/gallery'));
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-navigation')),
  );
  await connected(page);
  return page;
}

const transitions = (page: Page) =>
  page.evaluate(() => (window as unknown as { transitions: number }).transitions);

testEachLink('a photo of the gallery grows into its page, and Back leads to its place', async () => {
  const page = await open();
  await page.click('text=Blue hour');
  await shows(page, 'h1', 'Blue hour');
  assert.equal(page.url(), url('/gallery/10'));
  assert.equal(await transitions(page), 1);
  await page.click('text=All photos');
  await page.waitForSelector('#photo-10:target');
  assert.equal(await transitions(page), 2);
  await page.click('text=night');
  await page.waitForFunction(() => document.querySelectorAll('.gallery li').length === 4);
  assert.equal(new URL(page.url()).search, '?time=night');
  await page.click('text=Full moon');
  await shows(page, 'h1', 'Full moon');
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll('.gallery li').length === 4);
});

testEachLink(
  'the gallery moves nothing where motion is reduced',
  async () => {
    const page = await open(true);
    await page.click('text=Blue hour');
    await shows(page, 'h1', 'Blue hour');
    assert.equal(await transitions(page), 0);
  },
  'media',
);
