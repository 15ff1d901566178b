import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

test('the counter counts by its links', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/counter'));
  for (const step of ['add', 'add', 'add', 'delete']) await page.click(`text=${step}`);
  assert.equal(await page.textContent('.count'), '2');
  assert.equal(page.url(), url('/counter?x=2'));
  await page.goBack();
  assert.equal(await page.textContent('.count'), '3');
});

test('the to-do list works by its forms and updates pages with script', {
  skip: unless('noScript'),
}, async () => {
  const live = await browser.openPage(url('/todo'));
  const page = await browser.openPlainPage(url('/todo'));
  const add = async (title: string) => {
    await page.fill('[name=title]', title);
    await page.click('text=/^add$/');
  };
  for (const title of ['Buy bread', 'Water the plants']) {
    await add(title);
    await live.waitForSelector(`.todos >> text=${title}`);
  }
  assert.equal(page.url(), url('/todo'));
  assert.equal(await page.inputValue('[name=title]'), '');
  await page.reload();
  await page.click('[aria-label="Buy bread: done"]');
  await page.click('[aria-label="Remove Water the plants"]');
  assert.deepEqual(await page.locator('.todos span').allTextContents(), ['Buy bread']);
  assert.equal(await page.getAttribute('.toggle', 'aria-pressed'), 'true');
  await live.waitForSelector('.toggle[aria-pressed=true]');

  await add('Buy bread');
  assert.equal(await page.textContent('#problem'), 'That is on the list already.');
  assert.equal(await page.inputValue('[name=title]'), 'Buy bread');
  await add('Buy butter');
  assert.deepEqual(await page.locator('.todos span').allTextContents(), ['Buy butter', 'Buy bread']);
  assert.equal(await page.textContent('#problem'), '');
});

test('a sign-out by form sends open pages of the session away', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/sign-in'));
  const signIn = async (password: string) => {
    await page.fill('[name=user]', 'ada');
    await page.fill('[name=password]', password);
    await page.click('text=/^sign in$/');
  };
  await signIn('wrong');
  await page.waitForSelector('.problem');
  assert.equal(await page.textContent('.problem'), 'User and password do not match.');
  await signIn('difference');
  await page.waitForURL(url('/account'));
  assert.equal(await page.textContent('h1'), 'Hello, ada');
  const [cookie] = await page.context().cookies();
  assert.ok(cookie?.httpOnly);

  const live = await browser.openPage(url('/'));
  await live.context().addCookies([cookie]);
  await live.goto(url('/account'));
  await live.waitForSelector('html[data-issr=connected]');
  await page.click('text=/^sign out$/');
  await page.waitForURL(url('/sign-in'));
  await live.waitForSelector('h1:text("Sign in")');
  await page.goto(url('/account'));
  assert.equal(page.url(), url('/sign-in'));
});

test('an area of the map is a link', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/image-map'));
  await page.focus('area[alt=mountain]');
  await page.keyboard.press('Enter');
  await page.waitForURL(url('/image-map?place=mountain'));
  await page.waitForSelector('text=The mountain');
});
