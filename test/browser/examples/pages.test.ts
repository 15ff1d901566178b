import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLES } from '../../../examples/catalog.js';
import { shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

testEachLink(
  'three clicks on add and one on delete make a list of two, over one connection and without a load',
  async (link) => {
    const page = await browser.openPage(url('/'));
    const [before = 0] = browser.websockets();
    const loads: string[] = [];
    const streams: string[] = [];
    page.on('request', (request) => request.url().endsWith('/issr/stream') && streams.push(request.url()));
    page.on('request', (request) => request.isNavigationRequest() && loads.push(request.url()));
    await page.goto(url('/counter'));
    await page.waitForSelector('html[data-issr=connected]');
    for (const count of [1, 2, 3]) {
      await page.click('text=add');
      await shows(page, '.count', `${count}`);
    }
    await page.click('text=delete');
    await shows(page, '.count', '2');
    assert.deepEqual(await page.locator('.tiles li').allTextContents(), ['1', '2']);
    const [after = 0] = browser.websockets();
    assert.deepEqual([after - before, streams.length], link === 'plain HTTP' ? [0, 1] : [1, 0]);
    assert.deepEqual(loads, [url('/counter')]);
  },
  'requests',
);

testEachLink('the clock goes on by itself, in the time zone that was chosen', async () => {
  const page = await browser.openPage(url('/clock'));
  await page.selectOption('select', 'Asia/Tokyo');
  const hour = Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: 'Asia/Tokyo' }).format());
  await page.waitForFunction(
    (hours) => hours.includes(Number(document.querySelector('.digits')?.textContent?.slice(0, 2))),
    [hour, (hour + 1) % 24],
  );
  const before = await page.textContent('.digits');
  await page.waitForFunction((text) => document.querySelector('.digits')?.textContent !== text, before);
  assert.equal(await page.inputValue('select'), 'Asia/Tokyo');
});

testEachLink('the greeting follows what is typed, and the caret stays', async () => {
  const page = await browser.openPage(url('/hello/Ada'));
  await page.focus('input');
  await page.keyboard.press('Home');
  await page.keyboard.type('Oh, ');
  await shows(page, '.greeting', 'Oh, Hello, Ada!');
  assert.equal(await page.inputValue('input'), 'Oh, Hello');
  assert.equal(await page.$eval('input', (input) => input.selectionStart), 4);
});

testEachLink('a name is visited without a load, and Back goes back', async () => {
  const page = await browser.openPage(url('/hello/Ada'));
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
  await page.click('text=Grace');
  await shows(page, '.greeting', 'Hello, Grace!');
  assert.equal(page.url(), url('/hello/Grace'));
  await page.goBack();
  await shows(page, '.greeting', 'Hello, Ada!');
  assert.ok(await page.evaluate(() => 'loadedOnce' in window));
});

testEachLink('a chat shows who is here, who types and what was sent, and keeps unsent text', async () => {
  const [ada, grace] = [await browser.openPage(url('/chat')), await browser.openPage(url('/chat'))];
  await shows(ada, '.note', '2 here now: Somebody, Somebody');
  await grace.type('[name=text]', 'not yet');
  await shows(ada, '.typing', 'Somebody typing …');
  assert.equal(await grace.textContent('.typing'), '');
  await ada.fill('[name=name]', 'Ada');
  await shows(grace, '.note', '2 here now: Ada, Somebody');
  for (const text of ['Hello', '<b>again</b>']) {
    await ada.type('[name=text]', text);
    await ada.keyboard.press('Enter');
    await shows(grace, '.log li:last-child p', text);
    await ada.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=text]')?.value === '');
  }
  assert.deepEqual(await grace.locator('.log li b').allTextContents(), ['Ada', 'Ada']);
  assert.equal(await grace.inputValue('[name=text]'), 'not yet');
  assert.equal(await ada.inputValue('[name=name]'), 'Ada');
  await ada.type('[name=text]', 'more');
  await shows(grace, '.typing', 'Ada typing …');
  await ada.press('[name=text]', 'Enter');
  await shows(grace, '.typing', '');
  await ada.close();
  await shows(grace, '.note', '1 here now: Somebody');
});

testEachLink('the index counts the open pages of each example', async () => {
  const index = await browser.openPage(url('/'));
  const note = 'li:has([href="/source/hello.tsx"]) .note';
  const other = await browser.openPage(url('/hello/Linus'));
  await shows(index, note, 'hello.tsx · 1 open now');
  await other.close();
  await shows(index, note, 'hello.tsx · 0 open now');
});

test('the index links every example and its source', async () => {
  const page = await browser.openPage(url('/'));
  const hrefs = await page
    .locator('.index a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.equal(hrefs.length, 2 * EXAMPLES.length);
  for (const href of hrefs) assert.equal((await page.request.get(url(href ?? ''))).status(), 200, href ?? '');
});

test('the index is searched by what examples show and by their source', async () => {
  const page = await browser.openPage(url('/'));
  const finds = async (text: string, count: string) => {
    await page.fill('[name=q]', text);
    await shows(page, '[role=status]', count);
  };
  await finds('typed params', '1 example');
  await page.waitForURL(url('/?q=typed+params'));
  await finds('issr.presence', '3 examples');
  assert.deepEqual(await page.locator('.index h3').allTextContents(), ['Helpdesk', 'Chat', 'Sheet']);
  await finds('no such word', '0 examples');
  await page.waitForSelector('.empty');
  const shared = await browser.openPage(url('/?q=issr.presence'));
  assert.equal(await shared.locator('.index h3').count(), 3);
});

test('a source is coloured by classes beside its running example', async () => {
  const page = await browser.openPage(url('/source/todo.tsx'));
  await page.waitForSelector('pre .keyword:text-is("import")');
  assert.equal(await page.locator('main [style], script:not([src])').count(), 0);
  const example = page.frameLocator('iframe');
  await example.locator('[name=title]').fill('half typed');
  await page.click('.files a:text-is("todo-list.ts")');
  await page.waitForSelector('pre .keyword:text-is("class")');
  await page.waitForURL(url('/source/todo.tsx?file=todo-list.ts'));
  assert.equal(await example.locator('[name=title]').inputValue(), 'half typed');
  await example.locator('.brand').click();
  await page.waitForURL(url('/'));
});
