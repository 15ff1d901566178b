import assert from 'node:assert/strict';
import { test } from 'node:test';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { PageError } from '../../src/protocol.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

async function addSessions(fastify: FastifyInstance): Promise<void> {
  await fastify.register(cookie);
  await fastify.register(session, {
    secret: 'a secret of at least 32 characters',
    cookie: { secure: false },
    saveUninitialized: false,
  });
}

test('keeps a session that an event began, until one ends it', async (t) => {
  const fastify = await createServer(t);
  await addSessions(fastify);
  const actions = {
    login: async (request: { session: { user?: string } }) => {
      request.session.user = 'ann';
    },
    logout: (request: { session: { destroy(): Promise<void> } }) => request.session.destroy(),
  };
  fastify.issrRoute('/', { actions }, (request) => `<p>${request.session?.user ?? 'nobody'}</p>`);
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  assert.equal(page.text, 'nobody');

  await page.click('login');
  assert.equal(page.text, 'ann');
  const [, ticket] = await page.next('cookies');
  await page.rr();
  assert.equal(page.text, 'ann');

  const fetched = await redeem(page, `${origin}/issr/cookies?ticket=${ticket}`);
  assert.deepEqual([fetched.status, fetched.headers.get('cache-control')], [204, 'no-store']);
  const [setCookie = ''] = fetched.headers.getSetCookie();
  assert.match(setCookie, /^sessionId=[^;]+; .*HttpOnly/);
  const reload = await PageDriver.load(origin, '/', { headers: { cookie: setCookie.split(';')[0] ?? '' } });
  assert.equal(reload.text, 'ann');

  await page.click('logout');
  await page.rr();
  assert.equal(page.text, 'nobody');
});

test('redeems a cookie ticket once', async (t) => {
  const fastify = await createServer(t, { prefix: '/live' });
  await fastify.register(cookie);
  fastify.issrRoute('/', (request, reply) => {
    if (!request.issr.firstTime) reply.setCookie('a', '1').setCookie('b', '2', { httpOnly: true });
    return '<p>text</p>';
  });
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/', { endpoint: '/live/issr' });
  await page.rr();
  const [, ticket] = await page.next('cookies');
  const url = `${origin}/live/issr/cookies?ticket=${ticket}`;
  const stranger = await PageDriver.open(origin, '/', { endpoint: '/live/issr' });
  const codeOf = async (answer: Response) => {
    assert.deepEqual(answer.headers.getSetCookie(), []);
    return [answer.status, (await answer.json()).code];
  };
  assert.deepEqual(await codeOf(await redeem(stranger, url)), [404, 'ISSR_ERR_TICKET']);
  assert.deepEqual(await codeOf(await redeem(page, url, 'https://evil.example')), [403, 'ISSR_ERR_ORIGIN']);
  assert.equal((await get(url)).status, 404, 'a GET, which another site can make, redeems nothing');
  assert.deepEqual((await redeem(page, url)).headers.getSetCookie(), [
    'a=1; SameSite=Lax; Path=/',
    'b=2; HttpOnly; SameSite=Lax; Path=/',
  ]);
  for (const other of [url, `${origin}/live/issr/cookies?ticket=__proto__`])
    assert.deepEqual(await codeOf(await redeem(page, other)), [404, 'ISSR_ERR_TICKET']);
});

test('sends the cookies of the handshake with every event', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(cookie);
  const actions = {
    change: async (_request: unknown, reply: { setCookie(name: string, value: string): unknown }) => {
      reply.setCookie('b', 'changed');
    },
    expire: async (_request: unknown, reply: { clearCookie(name: string): unknown }) => {
      reply.clearCookie('b');
    },
  };
  fastify.issrRoute('/', { actions }, (request) => `<p>${JSON.stringify(request.cookies)}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/', { headers: { cookie: 'a=1; b=2' } });
  await page.rr();
  assert.deepEqual(JSON.parse(page.text), { a: '1', b: '2' });
  await page.click('change');
  await page.rr();
  assert.deepEqual(JSON.parse(page.text), { a: '1', b: 'changed' });
  await page.click('expire');
  await page.rr();
  assert.deepEqual(JSON.parse(page.text), { a: '1' });
});

test('refuses a click once the preHandler refuses', async (t) => {
  const fastify = await createServer(t);
  let revoked = false;
  const ran: string[] = [];
  const preHandler = async (
    _request: unknown,
    reply: { code(status: number): { send(body: object): unknown } },
  ) => (revoked ? reply.code(401).send({ message: 'no longer' }) : undefined);
  fastify.issrRoute(
    '/',
    { preHandler, actions: { buy: () => void ran.push('bought') } },
    () => '<p>shop</p>',
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal((await page.click('buy'))[0], 'patch');
  revoked = true;
  const [verb, , error] = await page.click('buy');
  const { status, message } = error as PageError;
  assert.deepEqual([verb, status, message], ['error', 401, '{"message":"no longer"}']);
  assert.deepEqual(ran, ['bought']);
  revoked = false;
  assert.equal((await page.click('buy'))[0], 'patch');
});

test('keeps the last valid value when the schema refuses an event', async (t) => {
  const fastify = (await createServer(t)).withTypeProvider<TypeBoxTypeProvider>();
  const schema = {
    querystring: Type.Object({
      x: Type.Integer({ default: 5, minimum: 0 }),
      tags: Type.Array(Type.String(), { default: [] }),
    }),
  };
  fastify.issrRoute('/', { schema }, ({ query: { x, tags } }) => `<p>${JSON.stringify([x + 1, tags])}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal(page.text, '[6,[]]');
  await page.click('x', '41');
  assert.equal(page.text, '[42,[]]');
  await page.rr({ changed: [['tags', ['a', 'b']]] });
  assert.equal(page.text, '[42,["a","b"]]');

  assert.deepEqual((await page.click('x', '-1')).slice(0, 2), ['patch', 3]);
  await page.rr();
  assert.equal(page.text, '[42,["a","b"]]', 'the refused value is not state');
});

/** Fetches the cookies of a ticket as the page's script does. */
function redeem(page: PageDriver, url: string, origin = new URL(url).origin): Promise<Response> {
  return fetch(url, { method: 'POST', body: page.credentials, headers: { origin } });
}
