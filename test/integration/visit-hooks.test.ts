import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** A site whose `/home` is for those who signed in at `/`. Its pages note their hooks. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const noted: unknown[] = [];
  const fastify = await createServer(t, {
    onConnect: (page, { headers }) => void noted.push(['connect', page.path, headers.cookie]),
    onVisit: (page, { headers }) => {
      noted.push(['visit', page.path, page.params.get('x'), headers.cookie]);
      delete page.data.draft;
    },
    ...options,
  });
  const signIn = (_request: unknown, reply: { header(name: string, value: string): unknown }) =>
    void reply.header('set-cookie', 'user=ann; Path=/; HttpOnly');
  fastify.issrRoute('/', { actions: { signIn } }, ({ issr }) => {
    if (issr.page) issr.page.data.draft = 'of the first page';
    return '<p>door</p>';
  });
  fastify.issrRoute(
    '/home',
    { onRequest: async ({ headers }, reply) => (headers.cookie ? undefined : reply.code(401).send()) },
    ({ issr }) => `<p>home ${issr.page?.data.draft ?? 'empty'}</p>`,
  );
  return { fastify, noted, origin: await listen(fastify) };
}

test("onVisit runs before the visit's handler, with current cookies", async (t) => {
  const { fastify, noted, origin } = await openSite(t);
  fastify.issr.onVisit(() => {
    throw new Error('a failing hook changes nothing');
  });
  const page = await PageDriver.open(origin, '/');
  await page.click('signIn');
  await page.rr({ url: '/home?x=1' });
  assert.equal(page.text, 'home empty');
  assert.deepEqual(noted, [
    ['connect', '/', undefined],
    ['visit', '/home', '1', 'user=ann'],
  ]);
});

test('a visit that the route refuses runs no onVisit', async (t) => {
  const { noted, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  await page.rr({ url: '/home' });
  assert.deepEqual(noted, [['connect', '/', undefined]]);
});

test('onConnect gets the cookies that a page was let in with', async (t) => {
  const { fastify, noted, origin } = await openSite(t);
  const page = await PageDriver.load(origin, '/');
  await page.connect();
  await page.join({ url: '/home', hash: 0 });
  await page.next('error');
  assert.equal(fastify.issr.pages.size, 0);
  const headers = { origin, cookie: 'user=bob', 'content-type': 'text/plain' };
  await fetch(`${origin}/issr/cookies`, { method: 'POST', body: page.credentials, headers });
  await page.next('page');
  assert.deepEqual(noted, [['connect', '/home', 'user=bob']]);
});

test('a page on a visit is at its former path until the route lets it in', async (t) => {
  const fastify = await createServer(t);
  let answer = (): void => {};
  let hasBegun = false;
  const isAsked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  fastify.issrRoute('/', () => '<p>door</p>');
  fastify.issrRoute(
    '/home',
    {
      onRequest: () => {
        hasBegun = true;
        return isAsked;
      },
    },
    () => '<p>home</p>',
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  const paths = () => Array.from(fastify.issr.pages.values(), ({ path }) => path);
  const visit = page.rr({ url: '/home?x=1' });
  await waitFor(() => hasBegun, 'the hook of the visit');
  assert.deepEqual(paths(), ['/']);
  assert.equal(await fastify.issr.rr('/home'), 0);
  answer();
  await visit;
  assert.deepEqual([paths(), page.text], [['/home'], 'home']);
});
