import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

test('a form of twelve fields takes less than sixty lines', () => {
  const source = readFileSync(new URL('../../../examples/sign-up.tsx', import.meta.url), 'utf8');
  assert.ok(source.trimEnd().split('\n').length < 60);
});

test('an account is made by keyboard alone, with messages while typing', async () => {
  const page = await browser.openPage(url('/sign-up'));
  const type = async (text: string) => {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  };
  await page.focus('[name=name]');
  await type('ada');
  await shows(page, '#name-error', 'This name is taken');
  for (const text of ['grace@example.org', 'long enough', 'long enouh']) await type(text);
  await shows(page, '#again-error', 'The passwords differ');
  await page.focus('[name=agree]');
  await page.keyboard.press('Enter');
  // The browser's own validation holds the submit: the birthday is missing.
  await page.waitForSelector('[name=birthday]:focus');
  await page.fill('[name=birthday]', '1990-12-09');
  await page.fill('[name=name]', 'grace');
  await page.fill('[name=again]', 'long enough');
  await page.focus('[name=plan]');
  await page.keyboard.press('t');
  await page.focus('[name=agree]');
  await page.keyboard.press('Space');
  await connected(page);
  await page.keyboard.press('Enter');
  await shows(page, '.flash', 'Welcome, grace');
  assert.equal(await page.inputValue('[name=email]'), '', 'an empty form');
});

test('an account is made without script', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/sign-up'));
  const fill = async (name: string) => {
    const texts = { name, email: 'g@example.org', password: 'long enough', again: 'long enough' };
    for (const [field, text] of Object.entries({ ...texts, birthday: '1990-12-09' }))
      await page.fill(`[name=${field}]`, text);
    await page.selectOption('[name=plan]', 'Free');
    await page.check('[name=agree]');
    await page.click('text=Create account');
  };
  await fill('admin');
  assert.equal(await page.textContent('#name-error'), 'This name is taken');
  await fill('hopper');
  assert.equal(await page.textContent('.flash'), 'Welcome, hopper');
});
