import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import cookie from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssrOptions, IssrPage } from '../../src/index.js';
import { get } from '../support/get.js';
import { PageDriver, takeScript } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { openStranger, type Stranger, transports } from '../support/stranger.js';
import { askFile, choose, postFile, postPlan, uploadFolder } from '../support/uploads.js';

/** A bank: its page needs a sign-in, shows the visitor's name, and transfers in the visitor's name. */
async function openBank(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t), showErrors: false, ...options });
  await fastify.register(cookie);
  const transfers: string[] = [];
  const connected: string[] = [];
  fastify.issr.onConnect((page) => void connected.push(page.path));
  let gate = Promise.resolve();
  const signedIn = async ({ cookies }: FastifyRequest, reply: FastifyReply) => {
    if (!cookies.user) return reply.code(401).send({ message: 'sign in' });
  };
  fastify.issrRoute(
    '/',
    {
      onRequest: signedIn,
      uploads: { doc: {} },
      actions: {
        transfer: async ({ cookies, issr }) => {
          transfers.push(`${issr.action.value} by ${cookies.user}`);
          await gate;
        },
      },
    },
    ({ cookies, query, issr }) => {
      if (issr.page) issr.page.data.owner ??= cookies.user;
      const files = issr.files.doc?.map(({ name }) => name) ?? [];
      return `<p>${cookies.user} ${JSON.stringify([issr.page?.data, query, files])}</p>`;
    },
  );
  fastify.issrRoute('/public', ({ query }) => `<p>public ${JSON.stringify(query)}</p>`);
  fastify.issrRoute('/admin', { onRequest: signedIn }, ({ cookies, query }) => {
    return `<p>admin ${cookies.user} ${JSON.stringify(query)}</p>`;
  });
  const origin = await listen(fastify);
  return {
    fastify,
    origin,
    transfers,
    connected,
    /** Holds commands until the returned function is called. */
    hold() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
  };
}

const tokenOf = async (origin: string, path: string, user?: string): Promise<string> => {
  const { body } = await get(origin + path, { headers: user ? { cookie: `user=${user}` } : {} });
  return takeScript(body).tag?.['data-issr-token'] ?? assert.fail(body);
};

const idOf = (token: string): string => token.split('.')[0] ?? '';

function assertSawNothingOf(stranger: Stranger, ...words: string[]): void {
  for (const word of words) assert.ok(!JSON.stringify(stranger.seen).includes(word), word);
}

for (const transport of transports) {
  test(`${transport}: a load's token alone brings none of its HTML`, async (t) => {
    const { origin } = await openBank(t);
    const token = await tokenOf(origin, '/', 'alice');
    const nobody = await openStranger(t, transport, origin);
    await nobody.join({ token });
    await nobody.next('error');
    const mallory = await openStranger(t, transport, origin, 'user=mallory');
    await mallory.join({ token });
    await mallory.next('page');
    assertSawNothingOf(nobody, 'alice');
    assertSawNothingOf(mallory, 'alice');
  });

  test(`${transport}: a stranger who joins first gets a page of their own`, async (t) => {
    const { origin } = await openBank(t);
    const mallory = await openStranger(t, transport, origin, 'user=mallory');
    await mallory.join({ token: await tokenOf(origin, '/', 'alice') });
    const [, , html] = await mallory.next('page');
    assert.match(html, /mallory/);
    assertSawNothingOf(mallory, 'alice');
  });

  test(`${transport}: an open page is not taken over by its token`, async (t) => {
    const { origin, fastify } = await openBank(t);
    const alice = await openStranger(t, transport, origin, 'user=alice');
    const [, , , , token] = await alice.join({ token: await tokenOf(origin, '/', 'alice') });
    const page = fastify.issr.pages.get(idOf(token)) as IssrPage;
    await page.rr({ assigned: 'to alice only' });
    for (const secret of ['', 'x', token, '__proto__']) {
      const mallory = await openStranger(t, transport, origin, 'user=mallory');
      const [, event, isResumed, given, own] = await mallory.join({ token, secret });
      assert.deepEqual([event, isResumed], [0, false]);
      assert.notEqual(idOf(own), idOf(token));
      assert.notEqual(given, secret);
      await mallory.next('page');
      assertSawNothingOf(mallory, 'alice', 'assigned');
    }
    await alice.settled();
    await alice.send(['event', 1, [[], []], []]);
    await alice.next('patch');
    assert.equal(fastify.issr.pages.size, 5);
  });

  test(`${transport}: queued commands run as the visitor who sent them`, async (t) => {
    const { origin, transfers, hold } = await openBank(t);
    const release = hold();
    const before = await openStranger(t, transport, origin, 'user=ann');
    const [, , , secret, token] = await before.join({ token: await tokenOf(origin, '/', 'ann') });
    for (const n of [1, 2]) await before.send(['event', n, [[], []], [['transfer', String(n)]]]);
    await before.settled();
    const after = await openStranger(t, transport, origin, 'user=bob');
    assert.equal((await after.join({ token, secret }))[2], true);
    await after.send(['event', 3, [[], []], [['transfer', '3']]]);
    await after.settled();
    release();
    while (!after.seen.some((message) => message[0] === 'page' && message[1] === 3)) {
      if (after.seen.some((message) => message[0] === 'patch' && message[1] === 3)) break;
      await after.settled();
    }
    assert.deepEqual(transfers, ['1 by ann', '2 by ann', '3 by bob']);
  });

  test(`${transport}: both of two documents with one token work`, async (t) => {
    const { origin, transfers } = await openBank(t);
    const token = await tokenOf(origin, '/', 'ann');
    const tabs = [
      await openStranger(t, transport, origin, 'user=ann'),
      await openStranger(t, transport, origin, 'user=ann'),
    ];
    for (const tab of tabs) await tab.join({ token });
    for (const [i, tab] of tabs.entries()) {
      for (const n of [1, 2]) await tab.send(['event', n, [[], []], [['transfer', `${i}.${n}`]]]);
    }
    for (const tab of tabs) {
      while (!tab.seen.some((message) => message[0] === 'patch' && message[1] === 2)) await tab.settled();
    }
    assert.deepEqual(
      transfers.toSorted(),
      ['0.1', '0.2', '1.1', '1.2'].map((what) => `${what} by ann`),
    );
  });

  test(`${transport}: a page that a route refuses is not at that path`, async (t) => {
    const { origin, fastify, connected } = await openBank(t);
    const mallory = await openStranger(t, transport, origin);
    const [, , , , token] = await mallory.join({ token: await tokenOf(origin, '/public'), url: '/admin' });
    await mallory.next('error');
    assert.equal(await fastify.issr.rr('/admin', { newest: 'order 1234' }), 0);
    assert.equal(await fastify.issr.rr(() => true, { newest: 'order 1234' }), 0);
    assert.equal(fastify.issr.pages.get(idOf(token)), undefined);
    assert.deepEqual(connected, []);
    await mallory.send(['event', 1, [[], []], [], '/public']);
    await mallory.next('page');
    assert.equal(fastify.issr.pages.get(idOf(token))?.path, '/public');
    await mallory.send(['event', 2, [[['a', '1']], []], [], '/admin']);
    await mallory.next('redirect');
    assert.equal(fastify.issr.pages.get(idOf(token))?.path, '/public', 'a refused visit moves nothing');
    assert.equal(await fastify.issr.rr('/admin', { newest: 'order 1234' }), 0);
    assert.deepEqual(connected, ['/public']);
    await mallory.settled();
    assertSawNothingOf(mallory, 'order');
  });

  test(`${transport}: a push sends params only with an answer`, async (t) => {
    const { origin, fastify } = await openBank(t);
    const page = await openStranger(t, transport, origin, 'user=ann');
    const [, , , secret, token] = await page.join({
      token: await tokenOf(origin, '/admin', 'ann'),
      url: '/admin',
    });
    const [known] = fastify.issr.pages.values();
    const renew = await fetch(`${origin}/issr/cookies`, {
      method: 'POST',
      body: `${token} ${secret}`,
      headers: { origin },
    });
    assert.equal(renew.status, 204);
    await page.next('error');
    await known?.rr({ newest: 'order 1234' });
    await page.next('error');
    await page.settled();
    assertSawNothingOf(page, 'order');
  });

  test(`${transport}: the token alone reaches no cookies or files`, async (t) => {
    const { origin, transfers } = await openBank(t);
    const alice = await openStranger(t, transport, origin, 'user=alice');
    const [, , , secret, token] = await alice.join({ token: await tokenOf(origin, '/', 'alice') });
    const who = { origin, token: `${token} ${secret}`, headers: { cookie: 'user=alice' } };
    const [states] = await choose(who, [['doc', [['payslip.txt', 5, 'text/plain']]]]);
    const id = states?.[0]?.[0] ?? assert.fail();
    await postFile(who, id, Buffer.from('hello'));
    for (const stolen of [token, `${token} `, `${token} x`, `${token} ${token}`]) {
      const thief = { origin, token: stolen, headers: { cookie: 'user=mallory' } };
      assert.equal((await postPlan(thief, [['doc', []]])).status, 403);
      assert.equal((await askFile(thief, id)).status, 403);
      assert.equal((await postFile(thief, id, Buffer.from('other'))).status, 403);
      const headers = { origin, cookie: 'user=mallory' };
      const renewed = await fetch(`${origin}/issr/cookies`, { method: 'POST', body: stolen, headers });
      assert.equal(renewed.status, 403);
    }
    const mallory = await openStranger(t, transport, origin, 'user=mallory');
    await mallory.join({ token });
    await mallory.send(['files', [['doc', [id]]]]);
    await mallory.send(['event', 1, [[], []], []]);
    await mallory.next('page');
    await mallory.settled();
    assertSawNothingOf(mallory, 'payslip', 'alice');
    await alice.send(['event', 1, [[], []], [['transfer', 'all']]]);
    await alice.next('patch');
    assert.deepEqual(transfers, ['all by alice']);
  });
}

test('a visitor with further cookies since the load keeps its HTML', async (t) => {
  const { origin } = await openBank(t);
  const page = await PageDriver.load(origin, '/', { headers: { cookie: 'user=ann' } });
  page.cookie += '; _ga=1';
  await page.connect();
  await page.join({ hash: 1 });
  await page.next('base');
});

test('a cacheable page is warned of once', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  const fastify = await createServer(t, {}, { logger: { level: 'warn', stream } });
  for (const [path, value] of Object.entries({
    '/public': 'public, max-age=60',
    '/shared': 's-maxage=60',
    '/private': 'private, no-cache',
    '/none': 'no-store',
  })) {
    fastify.issrRoute(path, (_request, reply) => {
      reply.header('cache-control', value);
      return '<p>text</p>';
    });
  }
  const origin = await listen(fastify);
  for (const path of ['/public', '/public', '/shared', '/private', '/none']) await get(origin + path);
  const warned = lines.map((line) => JSON.parse(line).msg);
  assert.equal(warned.length, 2);
  assert.match(warned[0], /'\/public'.*'public, max-age=60'/);
  assert.match(warned[1], /'\/shared'/);
});
