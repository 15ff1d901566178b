import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { createSite } from '../../examples/site.js';
import { setupChromium } from '../support/setup-chromium.js';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const site = await createSite();
let origin = '';
let browser: Browser;
let context: BrowserContext;

before(async () => {
  origin = await site.listen({ port: 0 });
  browser = await chromium.launch({ executablePath: setupChromium(), args: FLAGS.split(' ') });
  context = await browser.newContext();
});
after(async () => {
  await browser.close();
  await site.close();
});

test('three clicks on add and one on delete make a list of two, over one connection and without a load', async () => {
  const page = await context.newPage();
  const sockets: string[] = [];
  const loads: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  page.on('request', (request) => request.isNavigationRequest() && loads.push(request.url()));
  await visit(page, '/counter');
  for (const count of [1, 2, 3]) {
    await page.click('text=add');
    await shows(page, '.count', `${count}`);
  }
  await page.click('text=delete');
  await shows(page, '.count', '2');
  assert.deepEqual(await page.locator('.tiles li').allTextContents(), ['1', '2']);
  assert.equal(sockets.length, 1);
  assert.deepEqual(loads, [`${origin}/counter`]);
});

test('the clock goes on by itself, in the time zone that was chosen', async () => {
  const page = await context.newPage();
  await visit(page, '/clock');
  await page.selectOption('select', 'Asia/Tokyo');
  const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: 'Asia/Tokyo' }).format());
  await page.waitForFunction(
    (hours) => hours.includes(Number(document.querySelector('.digits')?.textContent?.slice(0, 2))),
    [hour, (hour + 1) % 24],
  );
  const before = await page.textContent('.digits');
  await page.waitForFunction((text) => document.querySelector('.digits')?.textContent !== text, before);
  assert.equal(await page.inputValue('select'), 'Asia/Tokyo');
  await page.close();
});

test('the greeting follows what is typed, and the caret stays', async () => {
  const page = await context.newPage();
  await visit(page, '/hello/Ada');
  await page.focus('input');
  await page.keyboard.press('Home');
  await page.keyboard.type('Oh, ');
  await shows(page, '.greeting', 'Oh, Hello, Ada!');
  assert.equal(await page.inputValue('input'), 'Oh, Hello');
  assert.equal(await page.$eval('input', (input) => input.selectionStart), 4);
  await page.close();
});

test('a name is visited without a load, and Back goes back', async () => {
  const page = await context.newPage();
  await visit(page, '/hello/Ada');
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
  await page.click('text=Grace');
  await shows(page, '.greeting', 'Hello, Grace!');
  assert.equal(page.url(), `${origin}/hello/Grace`);
  await page.goBack();
  await shows(page, '.greeting', 'Hello, Ada!');
  assert.ok(await page.evaluate(() => 'loadedOnce' in window));
  await page.close();
});

test('a chat message shows at the other visitor, whose own unsent one stays; the sender starts anew', async () => {
  const [ada, grace] = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all([visit(ada, '/chat'), visit(grace, '/chat')]);
  await shows(ada, '.note', '2 here now');
  await grace.type('[name=text]', 'not yet');
  await ada.fill('[name=name]', 'Ada');
  for (const text of ['Hello', '<b>again</b>']) {
    await ada.type('[name=text]', text);
    await ada.keyboard.press('Enter');
    await shows(grace, '.log li:last-child p', text);
    await ada.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=text]')?.value === '');
  }
  assert.deepEqual(await grace.locator('.log li b').allTextContents(), ['Ada', 'Ada']);
  assert.equal(await grace.inputValue('[name=text]'), 'not yet');
  assert.equal(await ada.inputValue('[name=name]'), 'Ada');
  await ada.close();
  await shows(grace, '.note', '1 here now');
});

test('the index counts who has an example open', async () => {
  const [index, other] = await Promise.all([context.newPage(), context.newPage()]);
  const note = 'li:has([href="/source/hello.tsx"]) .note';
  await visit(index, '/');
  await visit(other, '/hello/Linus');
  await shows(index, note, 'hello.tsx · 1 open now');
  await other.close();
  await shows(index, note, 'hello.tsx · 0 open now');
});

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(origin + path);
  await page.waitForSelector('html[data-issr=connected]');
}

async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    ([at = '', text]) => document.querySelector(at)?.textContent === text,
    [selector, text],
  );
}
