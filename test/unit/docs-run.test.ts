import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { transform } from 'esbuild';
import Fastify from 'fastify';
import { Fragment, h } from 'preact';
import * as issr from '../../src/index.js';
import { openPage } from '../../src/testing/open-page.js';
import { codeBlocks, DOCUMENTS } from '../support/documents.js';

/** Values of the names that blocks use without declaring them, as in docs-prelude.ts. */
const PRELUDE = {
  ...{ Type, memo: issr.memo, issrPlugin: issr.default },
  db: {
    ...{ add: async () => {}, remove: async () => {}, clear: async () => {} },
    all: async () => [{ id: 1, title: 'Write' }],
    person: async () => ({ name: 'Ada' }),
  },
  Person: () => null,
  Report: () => null,
  isOwner: async () => {},
  mayEnter: async (_user: string, password: string) => password === 'secret',
  sanitized: '<p>Hello</p>',
  answer: async function* () {},
  slowReport: async () => [],
  scores: { home: 1, guests: 0 },
};

/** `import { a } from 'b';` or `import a from 'b';`, not of types alone */
const IMPORT = /^import (?!type)(.*) from '(.*)';$/gm;

/** Packages that blocks import. */
const MODULES: Record<string, unknown> = {
  'fastify-issr': issr,
  '@fastify/cookie': { default: fastifyCookie },
  '@fastify/session': { default: fastifySession },
};
process.env.SECRET = 'a secret of the documents, 32 long';

/** Blocks that add routes to the app of the prelude, and import known packages. */
const pages = DOCUMENTS.flatMap((file) => codeBlocks(file)).filter(
  ({ language, code }) =>
    language === 'tsx' &&
    code.includes('fastify.issrRoute') &&
    !/const fastify\b/.test(code) &&
    Array.from(code.matchAll(IMPORT)).every(([, , from = '']) => from in MODULES),
);

test('pages of the documents load', async () => {
  assert.ok(pages.length > 15, `found only ${pages.length}`);
  for (const { file, line, code } of pages) {
    const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
    const urls: string[] = [];
    fastify.addHook('onRoute', ({ url, method }) => void ([method].flat().includes('GET') && urls.push(url)));
    await fastify.register(issr.default);
    urls.length = 0;
    await run(code, { ...PRELUDE, fastify });
    for (const url of urls) {
      const { statusCode, body } = await fastify.inject(url.replaceAll(/:\w+/g, '1'));
      assert.ok(statusCode < 400, `${file}:${line} ${url} ${statusCode} ${body}`);
    }
    await fastify.close();
  }
});

test('the form of Getting started adds and removes', async (t) => {
  const fastify = await start(t, 'docs/getting-started.md', '/todos');
  const page = await openPage(fastify, '/todos');
  await page.fill('[name=title]', 'Write');
  await page.click('add');
  await page.settled();
  assert.deepEqual([page.texts('li'), page.params], [['Write remove'], { title: '' }]);
  await page.click('remove');
  await page.settled();
  assert.deepEqual([page.texts('li'), page.errors], [[], []]);
});

test('the sign-in of the recipes leads back to the page that was asked for', async (t) => {
  const fastify = await start(t, 'docs/recipes.md', '/sign-in');
  const page = await openPage(fastify, '/account?tab=2');
  assert.equal(page.url, '/sign-in?next=%2Faccount%3Ftab%3D2');
  await page.fill('User', 'ada');
  await page.fill('Password', 'wrong');
  await page.click('Sign in');
  await page.settled();
  assert.equal(page.text('[role=alert]'), 'User and password do not match.');
  await page.fill('Password', 'secret');
  await page.click('Sign in');
  await page.settled();
  assert.deepEqual([page.url, page.text('p')], ['/account?tab=2', 'ada Sign out']);
  await page.click('Sign out');
  await page.settled();
  assert.equal(page.url, '/sign-in');
  await page.load('/account');
  assert.equal(page.url, '/sign-in?next=%2Faccount');
  assert.deepEqual(page.errors, []);
});

/** Runs the block of a document that has this page. */
async function start(t: TestContext, document: string, url: string) {
  const block = pages.find(({ file, code }) => file === document && code.includes(`'${url}'`));
  const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  t.after(() => fastify.close());
  await fastify.register(issr.default);
  await run(block?.code ?? '', { ...PRELUDE, fastify });
  return fastify;
}

/** Runs a block as a module whose globals are `names`. */
async function run(code: string, names: object): Promise<void> {
  const imports = code.replaceAll(IMPORT, (_, names: string, from: string) => {
    const pattern = names.startsWith('{') ? names : `{ default: ${names} }`;
    return `const ${pattern} = modules['${from}'];`;
  });
  const { code: script } = await transform(imports, {
    loader: 'tsx',
    jsx: 'transform',
    jsxFactory: 'h',
    jsxFragment: 'Fragment',
  });
  const globals = { ...names, modules: MODULES, h, Fragment };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(globals), script)(...Object.values(globals));
}
