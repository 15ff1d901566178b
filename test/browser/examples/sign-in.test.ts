import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';
import { get } from '../../support/get.js';
import { PageDriver } from '../../support/page-driver.js';

const browser = useBrowser();
const { url, directUrl, testEachLink } = useLinkedExamples(browser);
const SECRET = 'Only visitors who signed in see this.';

async function signIn(page: Page, password = 'difference'): Promise<void> {
  await page.fill('[name=user]', 'ada');
  await page.fill('[name=password]', password);
  await page.keyboard.press('Enter');
}

/** A form without script. */
async function post(path: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
  const headers = { origin: directUrl(''), cookie };
  const body = new URLSearchParams(fields);
  const answer = await fetch(directUrl(path), { method: 'POST', body, headers, redirect: 'manual' });
  assert.equal(answer.status, 302);
  return answer;
}

/** The account page of a visitor of its own, by the protocol alone. */
async function openAccount(): Promise<PageDriver> {
  const answer = await post('/sign-in?enter', { user: 'ada', password: 'difference' });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return PageDriver.open(directUrl(''), '/account', { headers: { cookie } });
}

const cookiesOf = (page: Page) => page.context().cookies();

testEachLink(
  'the cookie of a sign in comes by an event, is HttpOnly, and goes with the next event and the next load',
  async () => {
    const page = await browser.openPage(url('/sign-in'));
    const loads: string[] = [];
    page.on('request', (request) => request.isNavigationRequest() && loads.push(request.url()));
    assert.deepEqual(await cookiesOf(page), []);
    const fetched = page.waitForResponse(/issr\/cookies/);
    await signIn(page);
    // The visit to the account is the next event.
    await shows(page, '.secret', SECRET);
    await page.waitForFunction(() => location.pathname === '/account');
    assert.deepEqual(loads, []);
    await fetched;
    const [cookie] = await cookiesOf(page);
    assert.deepEqual([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ['sessionId', true, 'Lax']);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await page.reload();
    await shows(page, '.secret', SECRET);
  },
);

testEachLink('a wrong password is said at the form, and no password is ever in the address', async () => {
  const page = await browser.openPage(url('/sign-in'));
  const addresses: string[] = [];
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  await signIn(page, 'wrong');
  await shows(page, '.problem', 'User and password do not match.');
  assert.equal(await page.inputValue('[name=password]'), 'wrong');
  assert.deepEqual(await cookiesOf(page), []);
  await signIn(page);
  await shows(page, '.secret', SECRET);
  await page.click('text=/^sign out$/');
  await shows(page, 'h1', 'Sign in');
  await page.goBack();
  await shows(page, 'h1', 'Sign in');
  assert.ok(addresses.length > 0);
  assert.deepEqual(
    addresses.filter((address) => address.includes('?')),
    [],
  );
});

testEachLink(
  'a sign out in one tab shows in the other without a load, and not to another visitor',
  async () => {
    const page = await browser.openPage(url('/sign-in'));
    await signIn(page);
    await shows(page, '.secret', SECRET);
    const other = await browser.openPage(url('/account'));
    await other.evaluate(() => Object.assign(window, { loadedOnce: true }));
    const stranger = await openAccount();
    await page.click('text=/^sign out$/');
    await shows(other, 'h1', 'Sign in');
    await shows(page, 'h1', 'Sign in');
    await other.waitForFunction(() => location.pathname === '/sign-in');
    assert.ok(await other.evaluate(() => 'loadedOnce' in window));
    assert.equal(await other.getByText(SECRET).count(), 0);
    await stranger.rr();
    assert.match(stranger.text, /Hello, ada/);
    await stranger.drop();
  },
);

test('a socket whose session ended gets nothing of the guarded page', async () => {
  const page = await openAccount();
  assert.match(page.text, /Hello, ada/);
  const seen = page.messages.length;
  await post('/account?leave', {}, page.cookie);
  const toSignIn = async (answer: Promise<unknown[]>) => {
    const [verb, , to] = await answer;
    assert.deepEqual([verb, to], ['redirect', '/sign-in']);
  };
  await toSignIn(page.rr());
  await toSignIn(page.click('leave'));
  await toSignIn(page.rr({ url: '/account' }));
  page.send(['resync']);
  await toSignIn(page.next('redirect'));
  await page.drop();
  await page.connect();
  await page.join();
  await toSignIn(page.rr());
  const told = JSON.stringify(page.messages.slice(seen));
  assert.ok(!told.includes(SECRET) && !told.includes('ada'), told);
});

test('without a session the guarded page is a redirect', async () => {
  const { status, headers, body } = await get(url('/account'));
  assert.deepEqual([status, headers.location], [302, '/sign-in']);
  assert.ok(!body.includes(SECRET));
});
