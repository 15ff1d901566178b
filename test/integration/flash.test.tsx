import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FlashCookies } from '../../src/signed/flash-cookies.js';
import { createGate } from '../support/gate.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** A site whose pages show their flashes, and whose commands give one and then stay, or redirect. */
async function openSite(t: TestContext, options = {}) {
  const fastify = await createServer(t, options);
  const actions = {
    stay: ({ issr }: { issr: { flash(message: string, kind?: string): void } }) =>
      issr.flash('stayed', 'success'),
    move: (
      request: { issr: { flash(message: string): void } },
      reply: { redirect(url: string): unknown },
    ) => {
      request.issr.flash('möved; <b>');
      return reply.redirect('/other');
    },
    none: () => {},
  };
  const show = ({ issr }: { issr: { flashes: readonly object[] } }) => <p>{JSON.stringify(issr.flashes)}</p>;
  fastify.issrRoute('/', { actions }, show);
  fastify.issrRoute('/other', { actions }, show);
  fastify.issrRoute('/via', (_, reply) => reply.redirect('/other'));
  fastify.post('/plain', (request, reply) => {
    request.issr.flash('plain');
    return reply.redirect('/via');
  });
  return listen(fastify);
}

const STAYED = '[{"message":"stayed","kind":"success"}]';
const MOVED = '[{"message":"möved; <b>","kind":"info"}]';
const shown = ({ text }: PageDriver) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');

test('a flash stays through pushes until the next action', async (t) => {
  const page = await PageDriver.open(await openSite(t), '/');
  await page.click('stay');
  assert.equal(shown(page), STAYED);
  await page.rr({ changed: [['typed', 'a']] });
  assert.equal(shown(page), STAYED);
  await page.click('none');
  assert.equal(shown(page), '[]');
});

/** A site whose command gives a flash, and another one after its first value. */
async function openSlowSite(t: TestContext) {
  const fastify = await createServer(t);
  const [next, end] = [createGate(t), createGate(t)];
  const actions = {
    async *slow({ issr }: { issr: { flash(message: string, kind?: string): void } }) {
      issr.flash('begun');
      yield 'at work';
      await next.opened;
      issr.flash('stayed', 'success');
      end.open();
    },
    none: () => {},
  };
  for (const path of ['/', '/other'])
    fastify.issrRoute(path, { actions }, ({ issr }) => <p>{JSON.stringify(issr.flashes)}</p>);
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.click('slow');
  return { page, goOn: next.open, ended: end.opened };
}

test('a flash that an action adds after its first value shows beside the earlier ones', async (t) => {
  const { page, goOn } = await openSlowSite(t);
  assert.equal(shown(page), '[{"message":"begun","kind":"info"}]');
  goOn();
  await waitFor(() => shown(page).includes('stayed'));
  const both = `[{"message":"begun","kind":"info"},${STAYED.slice(1)}`;
  assert.equal(shown(page), both);
  await page.rr();
  assert.equal(shown(page), both);
  await page.click('none');
  assert.equal(shown(page), '[]');
});

test('a flash of an action whose page was left shows on no other page', async (t) => {
  const { page, goOn, ended } = await openSlowSite(t);
  await page.rr({ url: '/other' });
  goOn();
  await ended;
  await page.rr();
  assert.equal(shown(page), '[]');
});

test('a flash follows a redirect in place, and shows once', async (t) => {
  const page = await PageDriver.open(await openSite(t), '/');
  await page.click('move');
  await page.rr({ url: '/other' });
  assert.equal(shown(page), MOVED);
  await page.rr();
  assert.equal(shown(page), MOVED);
  await page.rr({ url: '/' });
  assert.equal(shown(page), '[]');
});

test('a flash follows redirects of a plain route to a load', async (t) => {
  const origin = await openSite(t);
  const cookieOf = (answer: Awaited<ReturnType<typeof get>>) => String(answer.headers['set-cookie'] ?? '');
  const first = await get(`${origin}/plain`, { method: 'POST' });
  assert.match(cookieOf(first), /^issr-flash=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60$/);
  const cookie = cookieOf(first).split(';')[0] ?? '';
  assert.equal((await get(`${origin}/via`, { headers: { cookie } })).headers['set-cookie'], undefined);
  const page = await get(`${origin}/other`, { headers: { cookie } });
  assert.match(page.body, /plain/);
  assert.match(cookieOf(page), /^issr-flash=; .*Max-Age=0$/);
  const forged = `issr-flash=${Buffer.from('[["forged","info"]]').toString('base64url')}${cookie.slice(cookie.indexOf('.'))}`;
  assert.match((await get(`${origin}/other`, { headers: { cookie: forged } })).body, /<p>\[\]<\/p>/);
});

test('a flash of a form without script shows after its redirect', async (t) => {
  const origin = await openSite(t);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin };
  const answer = await get(`${origin}/?stay`, { method: 'POST', headers });
  assert.equal(answer.status, 303);
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  const page = await PageDriver.open(origin, '/', { headers: { cookie } });
  assert.match(page.loaded.replaceAll('&quot;', '"'), /stayed/);
  // A push after the load shows it still.
  await page.rr();
  assert.equal(shown(page), STAYED);
});

test('maxFlashLength is the largest cookie of flashes', async (t) => {
  const length = Buffer.from('[["stayed","success"]]').toString('base64url').length;
  const fits = await PageDriver.open(await openSite(t, { maxFlashLength: length }), '/');
  assert.equal((await fits.click('stay'))[0], 'patch');
  const page = await PageDriver.open(await openSite(t, { maxFlashLength: length - 1 }), '/');
  assert.equal((await page.click('stay'))[0], 'error');
});

test('a flash reaches a process whose clock is ahead by minutes, and no later hour', (t) => {
  const [writer, reader] = [new FlashCookies('secret', 1000), new FlashCookies('secret', 1000)];
  const flashes = [{ message: 'saved', kind: 'success' }];
  const [cookie = ''] = writer.write(flashes, false).split(';');
  const now = Date.now();
  const clock = t.mock.method(Date, 'now', () => now + 10 * 60_000);
  assert.deepEqual(reader.read(cookie), flashes);
  clock.mock.mockImplementation(() => now - 10 * 60_000);
  assert.deepEqual(reader.read(cookie), flashes);
  clock.mock.mockImplementation(() => now + 60 * 60_000);
  assert.deepEqual(reader.read(cookie), []);
});
