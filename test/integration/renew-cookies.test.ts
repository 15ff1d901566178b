import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

/** A page that shows its cookies, and can set one. */
async function openSite(t: TestContext) {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request, reply) => {
    const { action } = request.issr;
    if (action) void reply.header('set-cookie', `user=${action.value}; HttpOnly`);
    return `<p>${request.headers.cookie}</p>`;
  });
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/', { headers: { cookie: 'user=ann' } });
  const renew = (token: string, headers: Record<string, string>) =>
    post(`${origin}/issr/cookies`, token, headers);
  return { origin, page, renew };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const given = { origin: new URL(url).origin, 'content-type': 'text/plain', ...headers };
  return (await fetch(url, { method: 'POST', body, headers: given })).status;
}

const fetchTicket = (page: PageDriver, origin: string, ticket: string): Promise<number> =>
  post(`${origin}/issr/cookies?ticket=${ticket}`, page.credentials, {});

test("renders a page again when its browser's cookies changed", async (t) => {
  const { page, renew } = await openSite(t);
  assert.equal(await renew(page.credentials, { cookie: 'user=ann' }), 204);
  assert.equal(await renew(page.credentials, { cookie: 'user=bob' }), 204);
  await page.next('patch');
  assert.equal(page.text, 'user=bob');
  assert.equal(await renew(page.credentials, {}), 204);
  await page.next('patch');
  assert.equal(page.text, 'undefined');
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined', 'patch', 'patch'],
  );
});

test('keeps a cookie that the browser has not fetched yet', async (t) => {
  const { origin, page, renew } = await openSite(t);
  await page.click('set', 'cy');
  const [, ticket] = await page.next('cookies');
  await renew(page.credentials, { cookie: 'user=ann' });
  await page.rr();
  assert.equal(page.text, 'user=cy');
  await fetchTicket(page, origin, ticket);
  await renew(page.credentials, { cookie: 'user=dan' });
  await page.rr();
  assert.equal(page.text, 'user=dan');
});

test("refuses to renew cookies without the page's token", async (t) => {
  const { page, renew } = await openSite(t);
  const cookie = 'user=eve';
  assert.equal(await renew(`x${page.credentials}`, { cookie }), 403);
  assert.equal(await renew('', { cookie }), 403);
  assert.equal(await renew('x'.repeat(1001), { cookie }), 413);
  assert.equal(await renew(page.credentials, { cookie, origin: 'https://evil.example' }), 403);
  await page.rr();
  assert.equal(page.text, 'user=ann');
});

test('renews nothing for an unknown page', async (t) => {
  const { page, origin } = await openSite(t);
  page.send(['bye']);
  await page.closed();
  assert.equal(await post(`${origin}/issr/cookies`, page.credentials, { cookie: 'user=bob' }), 204);
});
