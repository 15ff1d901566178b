import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify, { type FastifyReply, type FastifyServerOptions } from 'fastify';
import issrPlugin from '../../src/index.js';
import { get } from '../support/get.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, listen } from '../support/server.js';
import { chooseOne, png, postFile, stateOf, uploadFolder } from '../support/uploads.js';

type RouterOptions = FastifyServerOptions['routerOptions'];
type Query = { Querystring: { x?: string }; Params: { name: string } };

async function openSite(t: TestContext, routerOptions: RouterOptions) {
  const fastify = closeAfter(t, Fastify({ routerOptions }));
  await fastify.register(issrPlugin);
  let news = 'old';
  fastify.issrRoute<Query>('/page/:name', ({ query, params }) => `<p>${params.name} ${query.x} ${news}</p>`);
  for (const prefix of ['/team', '/team/:id']) {
    await fastify.register(
      async (team) => {
        team.issrRoute<Query>('/', ({ query }) => `<p>${query.x}</p>`);
      },
      { prefix },
    );
  }
  fastify.issrRoute('/files/*', () => '<p>file</p>');
  const origin = await listen(fastify);
  return {
    fastify,
    origin,
    set(text: string) {
      news = text;
    },
  };
}

const long = 'n'.repeat(300);
const cases: [option: string, routerOptions: RouterOptions, url: string, path: string, text: string][] = [
  ['caseSensitive: false', { caseSensitive: false }, '/PAGE/Ann?x=1', '/page/ann', 'Ann 1'],
  ['ignoreTrailingSlash', { ignoreTrailingSlash: true }, '/page/Ann/?x=1', '/page/Ann', 'Ann 1'],
  ['ignoreDuplicateSlashes', { ignoreDuplicateSlashes: true }, '//page///Ann?x=1', '/page/Ann', 'Ann 1'],
  [
    'useSemicolonDelimiter',
    { useSemicolonDelimiter: true } as RouterOptions,
    '/page/Ann;x=1',
    '/page/Ann',
    'Ann 1',
  ],
  ['maxParamLength', { maxParamLength: 300 }, `/page/${long}?x=1`, `/page/${long}`, `${long} 1`],
];

for (const [option, routerOptions, url, path, text] of cases) {
  test(`${option}: a page at ${url.slice(0, 30)} connects and resumes`, async (t) => {
    const { fastify, origin, set } = await openSite(t, routerOptions);
    const page = await PageDriver.open(origin, url);
    await page.rr();
    assert.equal(page.text, `${text} old`);
    set('pushed');
    assert.equal(await fastify.issr.rr(path), 1);
    await page.next('patch');
    assert.equal(page.text, `${text} pushed`);
    await page.drop();
    await page.connect();
    assert.deepEqual(await page.join(), ['joined', 1, true]);
    set('again');
    await page.rr();
    assert.equal(page.text, `${text} again`);
    await page.rr({ url });
    assert.equal(page.text, `${text} again`);
    assert.equal(fastify.issr.pages.size, 1);
  });
}

/** The options, the address of an open page, and a path that names it. */
const TARGETS: [routerOptions: RouterOptions, url: string, target: string][] = [
  [{ ignoreTrailingSlash: true }, '/page/Ann', '/page/Ann/'],
  [{ caseSensitive: false }, '/page/ann', '/PAGE/Ann'],
  [{ ignoreDuplicateSlashes: true }, '/page/Ann', '//page//Ann'],
  [
    { ignoreTrailingSlash: true, caseSensitive: false, ignoreDuplicateSlashes: true },
    '//Page/Ann//',
    '/page//ANN/',
  ],
  [{}, '/page/tea%20%C3%84', '/page/tea Ä'],
  [{}, '/page/%41nn', '/page/Ann'],
  [{}, '/page/100%25', '/page/100%25'],
  [{}, '/team', '/team/'],
  [{}, '/team/', '/team'],
  [{}, '/team/5/', '/team/5'],
];

for (const [routerOptions, url, target] of TARGETS) {
  test(`a push to ${target} reaches the page at ${url} with ${JSON.stringify(routerOptions)}`, async (t) => {
    const { fastify, origin } = await openSite(t, routerOptions);
    const page = await PageDriver.open(origin, url);
    await page.rr();
    const pushed = page.next('patch');
    assert.equal(await fastify.issr.rr(target, { x: 'pushed' }), 1);
    await pushed;
    assert.match(page.text, /pushed/);
  });
}

test('a push to a path reaches no page of another param', async (t) => {
  const { fastify, origin } = await openSite(t, {});
  for (const url of ['/page/a%2Fb', '/files/a/']) {
    const page = await PageDriver.open(origin, url);
    await page.rr();
  }
  for (const target of ['/page/a/b', '/files/a', '/page/%zz']) assert.equal(await fastify.issr.rr(target), 0);
  for (const target of ['/page/a%2Fb', '/files/a/']) assert.equal(await fastify.issr.rr(target), 1);
});

test('without these options the same paths are other pages', async (t) => {
  const { fastify, origin } = await openSite(t, {});
  const page = await PageDriver.open(origin, '/page/Ann;x=1');
  await page.rr();
  assert.equal(page.text, 'Ann;x=1 undefined old');
  for (const path of ['/page/Ann', '/PAGE/Ann;x=1', '/page/Ann;x=1/']) {
    assert.equal(await fastify.issr.rr(path), 0);
  }
  assert.equal(await fastify.issr.rr('/page/Ann;x=1'), 1);
});

/** Strips the language of an address, as in `/en/home`. */
const rewriteUrl = ({ url = '/' }: { url?: string | undefined }) => url.replace(/^\/(en|fr)(?=\/)/, '');

async function openRewritten(t: TestContext) {
  const fastify = closeAfter(t, Fastify({ rewriteUrl }));
  await fastify.register(issrPlugin);
  const share = () => 'all';
  let count = 0;
  const actions = { add: () => void count++ };
  fastify.issrRoute('/home', { actions, share }, ({ originalUrl }) => `<p>${originalUrl} ${count}</p>`);
  fastify.issrRoute('/other', () => '<p>other</p>');
  return { fastify, origin: await listen(fastify) };
}

test('rewriteUrl: a page runs actions, joins another process and visits in place', async (t) => {
  const { origin } = await openRewritten(t);
  const page = await PageDriver.open(origin, '/en/home');
  await page.click('add');
  assert.match(page.text, /^\/en\/home.* 1$/);
  await page.drop();
  const { origin: next } = await openRewritten(t);
  await page.connect({ origin: next }, next);
  await page.join();
  await page.click('add');
  assert.match(page.text, /^\/en\/home.* 1$/);
  await page.rr({ url: '/fr/other' });
  assert.equal(page.text, 'other');
  assert.deepEqual(await page.rr({ url: '/fr/nowhere' }), ['redirect', 4, '/fr/nowhere', false]);
});

test('rewriteUrl: pages of two addresses do not share their renders', async (t) => {
  const { fastify, origin } = await openRewritten(t);
  const pages = await Promise.all(['/en/home', '/fr/home'].map((path) => PageDriver.open(origin, path)));
  for (const page of pages) await page.rr();
  await pages[0]?.click('add');
  await fastify.issr.rr(() => true);
  await pages[1]?.next('patch');
  assert.deepEqual(
    pages.map(({ text }) => text),
    ['/en/home 1', '/fr/home 1'],
  );
});

test('rewriteUrl: a handshake at a rewritten address is answered beside other listeners', async (t) => {
  const { fastify, origin } = await openRewritten(t);
  const seen: unknown[] = [];
  fastify.server.on('upgrade', ({ url }) => seen.push(url));
  const page = await PageDriver.open(origin, '/en/home', { endpoint: '/en/issr' });
  await page.click('add');
  assert.match(page.text, / 1$/);
  assert.deepEqual(seen, []);
});

/** Fastify's documents show the first parser. */
const PARSERS: Record<string, (query: string) => Record<string, unknown>> = {
  'lower case': (query) => Object.fromEntries(new URLSearchParams(query.toLowerCase())),
  objects: (query) =>
    Object.fromEntries(Array.from(new URLSearchParams(query), ([name, value]) => [name, { value }])),
};

for (const [parser, querystringParser] of Object.entries(PARSERS)) {
  test(`the plugin's own routes understand their queries if querystringParser gives ${parser}`, async (t) => {
    const fastify = closeAfter(t, Fastify({ routerOptions: { querystringParser } }));
    await fastify.register(issrPlugin, { uploadFolder: uploadFolder(t) });
    const actions = {
      cookie: async (_request: unknown, reply: FastifyReply) => void reply.header('set-cookie', 'A=B'),
      file: async (_request: unknown, reply: FastifyReply) =>
        reply.header('content-disposition', 'attachment').send('saved'),
    };
    fastify.issrRoute('/', { actions, uploads: { photo: {} } }, () => '<p></p>');
    const origin = await listen(fastify);
    const page = await PageDriver.open(origin, '/');
    const { src = '' } = page.tag;
    assert.equal((await get(`${origin}/${src.replace('issr.js', 'issr-patch.js')}`)).status, 200);

    const http = await HttpConnection.open(origin);
    assert.equal((await http.postText('')).status, 204);
    await http.leave();

    await page.click('cookie');
    const [, ticket] = await page.next('cookies');
    const cookies = `${origin}/issr/cookies?ticket=${ticket}`;
    const redeemed = await fetch(cookies, { method: 'POST', body: page.credentials, headers: { origin } });
    assert.equal(redeemed.headers.get('set-cookie'), 'A=B; Path=/');

    page.sendEvent({ actions: [['file', 't']] });
    const [, , download] = await page.next('redirect');
    assert.equal((await get(origin + download)).body, 'saved');

    const uploader = { origin, token: page.credentials };
    const id = await chooseOne(uploader, 3);
    assert.deepEqual(await stateOf(await postFile(uploader, id, png(3))), [id, 3, true]);
  });
}
