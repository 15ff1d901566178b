import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

/** Chromium logs each violation as an error, and those fail a test. */
testEachLink(
  'under a policy without inline script and style all of the page works, and nothing is logged',
  async () => {
    const page = await browser.openPage(url('/policy'));
    const answer = await page.reload();
    assert.equal(
      answer?.headers()['content-security-policy'],
      "default-src 'self';script-src 'self';style-src 'self'",
    );
    await page.waitForSelector('html[data-issr=connected]');
    await shows(page, 'output', '#2f7f86');
    await page.fill('[name=red]', '255');
    await shows(page, 'output', '#ff7f86');
    assert.equal(await page.getAttribute('rect', 'fill'), '#ff7f86');
    await page.click('text=grey');
    await shows(page, 'output', '#acacac');
    assert.equal(await page.inputValue('[name=red]'), '172');
    await page.fill('[name=name]', 'fog');
    await page.keyboard.press('Enter');
    await shows(page, 'output', 'fog');
    await page.click('text=brick');
    await shows(page, 'output', 'brick');
    assert.equal(page.url(), url('/policy?red=196&green=107&blue=74&name=brick'));
    await page.goBack();
    await shows(page, 'output', '#2f7f86');
  },
);

test('the policy forbids inline scripts', async () => {
  const page = await browser.openPage(url('/policy'));
  await page.evaluate(() => {
    document.body.setAttribute('onclick', 'document.title = "ran"');
    document.body.click();
  });
  const [violation = ''] = await browser.takeErrors();
  assert.match(violation, /Content[ -]Security[ -]Policy/);
  assert.equal(await page.title(), 'Strict policy');
});
