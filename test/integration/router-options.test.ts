import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify, { type FastifyServerOptions } from 'fastify';
import issrPlugin from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, listen } from '../support/server.js';

type RouterOptions = FastifyServerOptions['routerOptions'];
type Query = { Querystring: { x?: string }; Params: { name: string } };

async function openSite(t: TestContext, routerOptions: RouterOptions) {
  const fastify = closeAfter(t, Fastify({ routerOptions }));
  await fastify.register(issrPlugin);
  let news = 'old';
  fastify.issrRoute<Query>('/page/:name', ({ query, params }) => `<p>${params.name} ${query.x} ${news}</p>`);
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
