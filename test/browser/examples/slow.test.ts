import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useLinkedExamples } from '../../support/examples.js';
import { get } from '../../support/get.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

testEachLink('slow parts come to a page that is in use, and follow the chosen week', async () => {
  const { body } = await get(url('/reports'));
  assert.equal(body.match(/aria-busy="true"/g)?.length, 3, 'the load waits for no part');
  const page = await browser.openPage(url('/reports'));
  await page.fill('textarea', 'half a note');
  await shows(page, '.reports output', '1,482');
  await page.click('text=Last week');
  await page.click('text=The week before');
  await shows(page, '.reports output', '1,336');
  await page.waitForSelector('text=Orders of the next 12 weeks');
  await page.waitForFunction(() => !document.querySelector('[aria-busy]'));
  assert.equal(await page.textContent('.reports tr td:last-child'), '104');
  assert.equal(await page.inputValue('textarea'), 'half a note');
  assert.equal(page.url(), url('/reports?week=2'));
});

testEachLink('an answer comes word by word, beside other commands, and can be stopped', async () => {
  const page = await browser.openPage(url('/assistant'));
  const ask = async (question: string) => {
    await page.fill('[name=question]', question);
    await page.keyboard.press('Enter');
  };
  await ask('Is there an oak?');
  await page.waitForSelector('.theirs >> text=you would like to know about?');
  await page.waitForSelector('form:not([aria-busy])');
  // 320 plants take longer than all that follows.
  await ask('Name all plants');
  await page.waitForSelector('.theirs >> text=Apricot');
  assert.equal(await page.inputValue('[name=question]'), '');
  await page.fill('[name=question]', 'the next one');
  await page.click('.rate >> nth=0');
  await page.waitForSelector('.rate[aria-pressed=true]');
  assert.equal(await page.getAttribute('form', 'aria-busy'), 'true');
  await page.click('text=stop');
  await page.waitForSelector('form:not([aria-busy])');
  assert.match((await page.locator('.theirs p').nth(1).textContent()) ?? '', /^I know Alder, .*…$/);
  assert.equal(await page.inputValue('[name=question]'), 'the next one');
});

test('without script both pages show what they have to say', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/reports'));
  await page.waitForSelector('text=Orders of the next 12 weeks');
  assert.equal(await page.textContent('.reports output'), '1,482');
  await page.goto(url('/assistant'));
  await page.fill('[name=question]', 'Is there an oak?');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.theirs >> text=you would like to know about?');
});
