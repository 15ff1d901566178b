import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { h } from 'preact';
import { useState } from 'preact/hooks';
import { createServer } from '../support/server.js';

/** The message of a page's error. */
async function failOf(t: TestContext, handler: () => unknown): Promise<string> {
  const fastify = await createServer(t);
  fastify.issrRoute('/', handler as () => string);
  const answer = await fastify.inject('/');
  assert.equal(answer.statusCode, 500);
  return answer.json().message;
}

test('JSX compiled for React is an error that names the settings', async (t) => {
  const { code } = transformSync('(() => <p>text</p>)', { loader: 'tsx', jsx: 'transform' });
  const handler: () => unknown = new Function(`return ${code}`)();
  const message = await failOf(t, handler);
  assert.match(message, /^React is not defined\. .*"jsxImportSource": "preact".*tsconfig\.json/);
});

test('an element of another library is an error that names the settings', async (t) => {
  const element = { $$typeof: Symbol.for('react.transitional.element'), type: 'p', props: {} };
  assert.match(await failOf(t, () => element), /element of React or another library.*jsxImportSource/);
});

test('two copies of preact are an error that says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'issr-preact-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, 'node_modules/preact');
  cpSync('node_modules/preact', copy, { recursive: true });
  const hooks = await import(String(pathToFileURL(join(copy, 'hooks/dist/hooks.mjs'))));
  const Count = (use: typeof useState) => () => h('p', null, use(1)[0]);
  assert.match(await failOf(t, () => h(Count(hooks.useState), null)), /two copies of preact/);
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => h(Count(useState), {}));
  assert.equal((await fastify.inject('/')).statusCode, 200);
});
