import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { transform } from 'esbuild';
import Fastify from 'fastify';
import { Fragment, h } from 'preact';
import * as issr from '../../src/index.js';
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
  sanitized: '<p>Hello</p>',
  answer: async function* () {},
  slowReport: async () => [],
  scores: { home: 1, guests: 0 },
};

/** Blocks that add routes to the app of the prelude, and import nothing but the plugin. */
const pages = DOCUMENTS.flatMap((file) => codeBlocks(file)).filter(
  ({ language, code }) =>
    language === 'tsx' &&
    code.includes('fastify.issrRoute') &&
    !/const fastify\b|import (?!type|.* from 'fastify-issr';)/.test(code),
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

/** Runs a block as a module whose globals are `names`. */
async function run(code: string, names: object): Promise<void> {
  const imports = code.replaceAll(/^import \{(.*)\} from 'fastify-issr';$/gm, 'const {$1} = issr;');
  const { code: script } = await transform(imports, {
    loader: 'tsx',
    jsx: 'transform',
    jsxFactory: 'h',
    jsxFragment: 'Fragment',
  });
  const globals = { ...names, issr, h, Fragment };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(globals), script)(...Object.values(globals));
}
