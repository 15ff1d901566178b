import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type PageError, PROTOCOL_VERSION } from '../../src/protocol.js';
import { TokenSigner } from '../../src/signed/token.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const secret = 'a secret of at least 32 characters';

/** A page that shows its query, and another one that has to go on undisturbed. */
async function openSite(t: TestContext) {
  const fastify = await createServer(t, { secret, maxQueuedEvents: 2, maxMessageBytes: 2_000_000 });
  let release = () => {};
  fastify.issrRoute('/', async (request) => {
    if (request.issr.action?.name === 'wait') await new Promise<void>((resolve) => (release = resolve));
    return `<p>${JSON.stringify(request.query).replaceAll('<', '&lt;')}</p>`;
  });
  const origin = await listen(fastify);
  const page = await PageDriver.load(origin, '/');
  await page.connect();
  const other = await PageDriver.open(origin, '/?other=1');
  t.after(() => release());
  return { origin, page, other, release: () => release() };
}

async function assertGoesOn(other: PageDriver): Promise<void> {
  assert.equal((await other.rr({ changed: [['other', '2']] }))[0], 'patch');
  assert.equal(other.text, '{"other":"2"}');
}

const change = [[], []];
const nonsense: Record<string, unknown> = {
  'text that is no JSON': 'garbage',
  'an empty text': '',
  'JSON that is no array': '{"verb":"ping"}',
  'an empty array': '[]',
  'an unknown verb': '["dance"]',
  '__proto__ as a verb': '["__proto__"]',
  'constructor as a verb': '["constructor",1]',
  'toString as a verb': '["toString"]',
  'a verb that is no text': '[["ping"]]',
  'a server verb': '["page",1,"<html></html>"]',
  'ping with an operand': '["ping",1]',
  'bye with an operand': '["bye",null]',
  'an event without a number': ['event', '1', change, []],
  'an event with a negative number': ['event', -1, change, []],
  'an event with a fraction': ['event', 1.5, change, []],
  'an event with a number beyond 2^53': ['event', 2 ** 60, change, []],
  'an event out of order': ['event', 7, change, []],
  'a change that is an object': ['event', 1, { changed: [] }, []],
  'a param that is a number': ['event', 1, [[['x', 1]], []], []],
  'a param that is null': ['event', 1, [[['x', null]], []], []],
  'a param of arrays of arrays': ['event', 1, [[['x', [['y']]]], []], []],
  'a param that is no pair': ['event', 1, [[['x', 'y', 'z']], []], []],
  'a removed name that is a number': ['event', 1, [[], [1]], []],
  'an action without a value': ['event', 1, change, [['x']]],
  'an action that is an array of values': ['event', 1, change, [['x', ['y']]]],
  'a visit to a number': ['event', 1, change, [], 5],
  'a visit to another host': ['event', 1, change, [], '//evil.example/'],
  'a visit to another host by a backslash': ['event', 1, change, [], '/\\evil.example/'],
  'a visit to an absolute URL': ['event', 1, change, [], 'https://evil.example/'],
  'a visit to javascript': ['event', 1, change, [], 'javascript:alert(1)'],
  'a visit with a line break': ['event', 1, change, [], '/a\r\nhost: evil'],
  'a visit with a fragment': ['event', 1, change, [], '/a#b'],
  'params that are null': ['params', null],
  'a second join': ['join', PROTOCOL_VERSION, 'token', '/', [], 0, 0, 0],
};

for (const [what, message] of Object.entries(nonsense)) {
  test(`${what} closes only its own connection, with 1002`, async (t) => {
    const { page, other } = await openSite(t);
    await page.join();
    page.sendRaw(typeof message === 'string' ? message : JSON.stringify(message));
    assert.deepEqual(await page.closed(), { code: 1002, reason: 'ISSR_ERR_MESSAGE' });
    await assertGoesOn(other);
  });
}

for (const verb of ['event', 'params', 'resync', 'bye']) {
  test(`'${verb}' before the join closes the connection with 1002`, async (t) => {
    const { page } = await openSite(t);
    const operands: Record<string, unknown[]> = { event: [1, change, []], params: [change] };
    page.sendRaw(JSON.stringify([verb, ...(operands[verb] ?? [])]));
    assert.deepEqual(await page.closed(), { code: 1002, reason: 'ISSR_ERR_MESSAGE' });
  });
}

test('answers a ping before the join', async (t) => {
  const { page } = await openSite(t);
  await page.settled();
});

test('refuses what is not a token with 1008', async (t) => {
  const { page, other, origin } = await openSite(t);
  const [id = '', issued = '', mac = ''] = page.token.split('.');
  const malformed = [
    '',
    'a.b.c',
    `${page.token}\u{1F600}`,
    `${id}.${issued}.${'é'.repeat(21)}x`,
    `${id}.${mac}`,
  ];
  for (const token of malformed) {
    const forged = new PageDriver(origin, '/', {}, page.answer);
    await forged.connect();
    forged.sendJoin({ token });
    assert.deepEqual(await forged.closed(), { code: 1008, reason: 'ISSR_ERR_TOKEN' });
  }
  await assertGoesOn(other);
});

test('begins a page of its own for a token that cannot be checked', async (t) => {
  const { page, other, origin } = await openSite(t);
  const [id = '', issued = '', mac = ''] = page.token.split('.');
  const day = 24 * 60 * 60 * 1000;
  const unknown = [
    `${other.id}.${issued}.${mac}`,
    `${id}.${issued}0.${mac}`,
    new TokenSigner('another secret of 32 characters!', day).sign(id),
    new TokenSigner(secret, day).sign(id, Date.now() - 8 * day),
  ];
  for (const token of unknown) {
    const forged = new PageDriver(origin, '/', {}, page.answer);
    await forged.connect();
    forged.sendJoin({ token });
    const [, , isResumed, , ownToken = ''] = await forged.next('joined');
    assert.equal(isResumed, false);
    const [ownId = ''] = ownToken.split('.');
    assert.ok(ownId !== '' && ![page.id, other.id].includes(ownId));
    await forged.next('page');
    await forged.drop();
  }
  await assertGoesOn(other);
});

test('answers another protocol version with reload', async (t) => {
  const { page } = await openSite(t);
  page.sendJoin({ version: PROTOCOL_VERSION + 1 });
  await page.next('reload');
  assert.deepEqual(await page.closed(), { code: 1002, reason: 'version' });
});

test('closes a join for another host with 1002', async (t) => {
  const { page } = await openSite(t);
  page.sendJoin({ url: '//evil.example/', params: [] });
  assert.deepEqual(await page.closed(), { code: 1002, reason: 'ISSR_ERR_MESSAGE' });
});

test('closes for binary, oversized and malformed text messages', async (t) => {
  const { page, other, origin } = await openSite(t);
  page.sendRaw(Buffer.from('["ping"]'));
  assert.equal((await page.closed()).code, 1003);
  const large = await PageDriver.open(origin, '/');
  large.sendRaw('x'.repeat(2_000_001));
  assert.equal((await large.closed()).code, 1009);
  await assertGoesOn(other);
});

test('treats names of object properties as params', async (t) => {
  const { page } = await openSite(t);
  await page.join();
  const names = ['constructor', 'toString', 'hasOwnProperty', 'a b&c=d#?', 'ä€'];
  await page.rr({ changed: names.map((name) => [name, 'v']) });
  assert.deepEqual(
    JSON.parse(page.text.replaceAll('&amp;', '&')),
    Object.fromEntries(names.map((name) => [name, 'v'])),
  );
  const answer = await page.rr({ changed: [['__proto__', 'v']], actions: [['__proto__', 'w']] });
  assert.match(answer[0], /^(patch|page)$/);
  assert.equal(({} as Record<string, unknown>).v, undefined);
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
});

test('replaces half a surrogate pair', async (t) => {
  const { page } = await openSite(t);
  await page.join();
  await page.rr({ changed: [['\ud800', 'a\udc00b']] });
  assert.equal(page.text, '{"\ufffd":"a\ufffdb"}');
});

test('closes with 1008 if too many events wait', async (t) => {
  const { page, other, release } = await openSite(t);
  await page.join();
  page.sendEvent({ actions: [['wait', 't']] });
  for (let i = 0; i < 3; i++) page.sendEvent();
  assert.deepEqual(await page.closed(), { code: 1008, reason: 'ISSR_ERR_QUEUE_FULL' });
  release();
  await assertGoesOn(other);
});

test('refuses ten thousand params in one event with 1008', async (t) => {
  const { page, other } = await openSite(t);
  await page.join();
  page.sendEvent({ changed: Array.from({ length: 10_000 }, (_, i) => [`p${i}`, 'v']) });
  assert.deepEqual(await page.closed(), { code: 1008, reason: 'ISSR_ERR_PARAMS' });
  await assertGoesOn(other);
});

test('fails an event that redirects to an invalid URL or a script', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request, reply) =>
    request.issr.action ? reply.redirect(request.issr.action.value) : '<p>text</p>',
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  for (const location of ['http://[', 'javascript:alert(1)', '\tJavaScript:alert(1)']) {
    const [verb, , error] = await page.click('to', location);
    assert.deepEqual([verb, (error as PageError).status], ['error', 500], location);
    assert.match((error as PageError).message ?? '', /cannot be redirected/);
  }
  assert.equal((await page.rr())[0], 'page');
});
