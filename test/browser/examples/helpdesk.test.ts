import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

/** 1 × 1 pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const browser = useBrowser();
const url = useExamples();

/** Opens a page as ada, who leads, or as grace, an agent. */
async function enter(path: string, login = 'ada'): Promise<Page> {
  const page = await browser.openPage(url(`/helpdesk/sign-in?next=${encodeURIComponent(path)}`));
  await page.fill('[name=login]', login);
  await page.fill('[name=password]', 'helpdesk');
  await page.keyboard.press('Enter');
  await page.waitForURL(url(path));
  await page.waitForSelector('.avatar');
  await connected(page);
  return page;
}

const search = (page: Page) => new URL(page.url()).search;
const titles = (page: Page) => page.locator('tbody a').allTextContents();
/** A ticket's card in a column of the board. */
const card = (column: string, title: string) => `[data-status=${column}] li:has-text("${title}")`;

test('a list is searched, sorted, filtered and paged, as the address says', async () => {
  const page = await browser.openPage(url('/helpdesk'));
  const first = (title: string) => shows(page, 'tbody tr:first-child a', title);
  await page.click('nav.pages a:text("2")');
  await page.waitForSelector('nav.pages [aria-current]:text("2")');
  assert.equal(search(page), '?page=2');
  await page.locator('[name=q]').pressSequentially('the lab');
  await shows(page, '.pages [role=status]', 'Tickets: 5');
  await page.click('thead a:text("Subject")');
  await first('Cannot print from the lab');
  assert.match(search(page), /q=the\+lab.*sort=Subject|sort=Subject.*q=the\+lab/);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Subject', 'the focus stays');
  await page.selectOption('[name=status]', 'Active');
  await shows(page, '.pages [role=status]', 'Tickets: 2');
  const copy = await browser.openPage(page.url());
  assert.deepEqual(await titles(copy), await titles(page));
  await copy.close();
  await page.goBack();
  await shows(page, '.pages [role=status]', 'Tickets: 5');
});

test('a list is searched, sorted and paged without script', { skip: unless('noScript') }, async () => {
  const page = await browser.openPlainPage(url('/helpdesk'));
  await page.fill('[name=q]', 'the lab');
  await page.click('search button');
  await page.click('thead a:text("Subject")');
  assert.deepEqual((await titles(page)).slice(0, 2), ['Cannot print from the lab', 'New screen for the lab']);
  await page.goto(url('/helpdesk'));
  await page.click('nav.pages a:text("3")');
  assert.equal((await titles(page)).length, 10);
});

test('a comment shows for all viewers, who see each other and keep drafts', async () => {
  const path = '/helpdesk/tickets/3';
  const [guest, ada] = [await browser.openPage(url(path)), await enter(path)];
  await ada.waitForSelector('[role=status] .avatar:nth-of-type(2)');
  await guest.fill('[name=remark]', 'half a thought');
  await ada.fill('[name=remark]', '<b>On my way</b>');
  await ada.keyboard.press('Control+Enter');
  await shows(guest, 'article:last-child p', '<b>On my way</b>');
  assert.equal(await guest.inputValue('[name=remark]'), 'half a thought');
  await ada.waitForFunction(() => document.querySelector('textarea')?.value === '');
  await guest.close();
  await ada.waitForSelector('[role=status]:not(:has(.avatar:nth-of-type(2)))');
});

test('a subject is edited in place, and checked while it is typed', async () => {
  const viewer = await browser.openPage(url('/helpdesk?q=Late+coffee'));
  const page = await enter('/helpdesk/tickets/4', 'grace');
  await page.fill('[name=title]', 'Cannot print from the lab');
  await shows(page, '#title-error', 'This subject is taken');
  await page.fill('[name=title]', 'Late coffee');
  await shows(page, '#title-error', '');
  await page.keyboard.press('Enter');
  await shows(viewer, 'tbody a', 'Late coffee');
  await shows(page, 'h1', 'Late coffee');
});

test('a dialog assigns a ticket, and a message says so', async () => {
  const page = await enter('/helpdesk/tickets/5');
  await page.click('button:text-is("Assign")');
  await page.waitForSelector('dialog:modal');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog:not([open])#assign', { state: 'attached' });
  await page.click('button:text-is("Assign")');
  await page.click('dialog >> text=Grace Hopper');
  await page.waitForSelector('.toasts >> text=Assigned to Grace Hopper');
  await page.waitForSelector('dialog:not([open])#assign', { state: 'attached' });
  assert.equal(await page.textContent('dd:last-child'), 'Grace Hopper');
  await page.click('[aria-label=Close]');
  await page.waitForSelector('.toasts p', { state: 'hidden' });
});

test('a picture is attached when it is chosen, and previewed by all', async () => {
  const guest = await browser.openPage(url('/helpdesk/tickets/6'));
  const page = await enter('/helpdesk/tickets/6');
  await page.setInputFiles('[name=file]', { name: 'screen.png', mimeType: 'image/png', buffer: PNG });
  await guest.click('.files button');
  await guest.waitForSelector('.files [popover]:popover-open');
  const shown = await guest.$eval('.files [popover]', (image) => (image as HTMLImageElement).naturalWidth);
  assert.equal(shown, 1);
  await page.setInputFiles('[name=file]', {
    name: 'run.exe',
    mimeType: 'image/png',
    buffer: Buffer.from('MZ'),
  });
  await page.waitForSelector('[data-issr-upload-error]:not(:empty)');
  assert.equal(await page.locator('.files li').count(), 1);
});

test('a new ticket shows its errors while typing, and says what is taken', async () => {
  const page = await browser.openPage(url('/helpdesk/new'));
  await page.locator('[name=requester]').pressSequentially('nobody');
  await page.keyboard.press('Tab');
  await shows(page, '#requester-error', 'Not an address');
  await page.fill('[name=requester]', 'me@example.org');
  await shows(page, '#requester-error', '');
  await page.locator('[name=title]').pressSequentially('cannot print from room 204');
  await shows(page, '#title-error', 'This subject is taken');
  await page.fill('[name=title]', 'A broken chair');
  await shows(page, '#title-error', '');
  await page.fill('[name=text]', 'It has three legs left.');
  await page.click('main button.primary');
  await shows(page, 'h1', 'A broken chair');
  await page.waitForSelector('.toasts >> text=New ticket');
});

test('a ticket is dragged on the board, and a refused move is taken back', {
  skip: unless('drag'),
}, async () => {
  const other = await browser.openPage(url('/helpdesk/board'));
  const page = await enter('/helpdesk/board');
  await page.waitForFunction(() => document.querySelector('[data-status] li')?.closest('drag-board:defined'));
  await page.dragAndDrop(card('Active', 'No network in the library'), '[data-status=Waiting]');
  await other.waitForSelector(card('Waiting', 'No network in the library'));
  // Ticket without an assignee.
  await page.dragAndDrop(card('New', 'Password expired on the lab'), '[data-status=Waiting]');
  await page.waitForSelector('.toasts .problem');
  await page.waitForSelector(card('New', 'Password expired on the lab'));
  await page.focus(`${card('Waiting', 'No network in the library')} button:last-child`);
  await page.keyboard.press('Enter');
  await other.waitForSelector(card('Solved', 'No network in the library'));
});

test('a chart follows what others change', async () => {
  const chart = await browser.openPage(url('/helpdesk/reports'));
  const label = () => chart.getAttribute('svg', 'aria-label');
  const [, count] = /Solved: (\d+)/.exec((await label()) ?? '') ?? [];
  const page = await enter('/helpdesk/tickets/2');
  await page.selectOption('[name=status]', 'Solved');
  await chart.waitForSelector(`svg[aria-label$="Solved: ${Number(count) + 1}"]`);
});

test('selected tickets are deleted after a question', async () => {
  const other = await browser.openPage(url('/helpdesk?q=workshop'));
  const page = await enter('/helpdesk');
  await page.fill('[name=q]', 'workshop');
  await shows(page, '.pages [role=status]', 'Tickets: 5');
  await page.click('text=Select all');
  await shows(page, 'form.panel [role=status]', 'Selected: 5');
  await page.locator('[name=selected]').first().uncheck();
  await shows(page, 'form.panel [role=status]', 'Selected: 4');
  await page.click('text=Delete');
  await shows(page, 'dialog:modal p', 'Delete tickets: 4?');
  await page.click('dialog >> text=Cancel');
  await page.click('text=Delete');
  await page.click('dialog >> text=OK');
  await page.waitForSelector('.toasts >> text=Deleted tickets: 4');
  await shows(page, '.pages [role=status]', 'Tickets: 1');
  await shows(other, '.pages [role=status]', 'Tickets: 1');
});

test('a slow panel does not hold back its page', async () => {
  const page = await browser.openPage(url('/helpdesk/tickets/8'));
  await page.waitForSelector('aside [aria-live] li');
  const html = await page.request.get(url('/helpdesk/tickets/8')).then((answer) => answer.text());
  assert.match(html, /aria-busy="true"[^>]*>Searching/);
});

test('a job shows its progress, and can be stopped', async () => {
  const page = await enter('/helpdesk/reports');
  await page.click('main button.primary');
  await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 1);
  await page.click('text=Stop');
  await page.waitForSelector('main button.primary');
  const { value, max } = await page.$eval('progress', ({ value, max }) => ({ value, max }));
  assert.ok(value > 1 && value < max, `${value} of ${max}`);
});

test('a list is downloaded as CSV, and the page stays', { skip: unless('downloads') }, async () => {
  const page = await browser.openPage(url('/helpdesk?q=warehouse&sort=Subject'));
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
  const csv = await readFile(await download.path(), 'utf8');
  assert.equal(download.suggestedFilename(), 'tickets.csv');
  assert.match(
    csv,
    /^"Subject","Requester","Priority","Status","Assignee","Created"\r\n"Cannot print from the warehouse","barbara/,
  );
  assert.equal(csv.trim().split('\r\n').length, 6);
  assert.equal(await page.locator('tbody tr').count(), 5);
});

test('a key opens the form of a new ticket', async () => {
  const page = await browser.openPage(url('/helpdesk'));
  await page.keyboard.press('Alt+n');
  await page.waitForURL(url('/helpdesk/new'));
  await page.waitForSelector('[name=title]:focus');
});

test('a visitor changes the language and keeps a draft', async () => {
  const page = await browser.openPage(url('/helpdesk/tickets/9'));
  await page.fill('[name=remark]', 'still here');
  await page.click('[lang=de]');
  await shows(page, 'html[lang=de] h2', 'Verlauf');
  assert.equal(await page.inputValue('[name=remark]'), 'still here');
  if (unless('noScript')) return;
  const plain = await browser.openPlainPage(url('/helpdesk'));
  await plain.click('[lang=de]');
  assert.equal(await plain.textContent('h1'), 'Anfragen');
});

test('a role decides which commands a page shows and the server runs', async () => {
  const guest = await browser.openPage(url('/helpdesk/sign-in'));
  await guest.fill('[name=login]', 'ada');
  await guest.fill('[name=password]', 'wrong');
  await guest.keyboard.press('Enter');
  await shows(guest, '.problem', 'User and password do not match');
  const page = await enter('/helpdesk', 'grace');
  assert.equal(await page.locator('text=Delete').count(), 0);
  const forged = await page.evaluate(() => window.rr({ name: 'selected', value: '1' }, { action: 'remove' }));
  assert.equal(forged.status, 403);
  await page.click('text=Sign out');
  await page.waitForSelector('header >> text=Sign in');
  await page.goto(url('/helpdesk/tickets/1'));
  await connected(page);
  const renamed = await page.evaluate(() =>
    window.rr({ name: 'title', value: 'Mine!' }, { action: 'rename' }),
  );
  assert.equal(renamed.status, 403);
  assert.equal(await page.textContent('h1'), 'Cannot print from the front desk');
  await browser.takeErrors();
});
