import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFrameOf } from '../../src/dispatch/source-frame.js';
import { get } from '../support/get.js';
import { createServer, listen } from '../support/server.js';

const HTML = { accept: 'text/html' };

test('a load that throws shows the source to an author only', async (t) => {
  for (const showErrors of [true, false]) {
    const fastify = await createServer(t, { showErrors });
    fastify.issrRoute('/', () => {
      throw new Error('no <b>luck</b>');
    });
    const origin = await listen(fastify);
    const { status, body } = await get(`${origin}/`, { headers: HTML });
    assert.equal(status, 500);
    const isShown = /source-frame\.test\.tsx:\d+<.*<mark>&gt; +\d+ │ +throw new Error/s.test(body);
    assert.equal(isShown, showErrors);
    assert.doesNotMatch(body, showErrors ? /<b>luck/ : /source-frame/);
    assert.equal(JSON.parse((await get(`${origin}/`)).body).statusCode, 500);
  }
});

test("the app's own answer to an error stays", async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  fastify.setErrorHandler((_error, _request, reply) =>
    reply.code(500).type('text/html').send('<p>sorry</p>'),
  );
  fastify.issrRoute('/', () => {
    throw new Error('no luck');
  });
  assert.equal((await get(`${await listen(fastify)}/`, { headers: HTML })).body, '<p>sorry</p>');
});

test("shows five lines of the app's own source and of no other file", () => {
  const at = (place: string, message = '') =>
    sourceFrameOf({ message, stack: `Error: ${message}\n    at f (${place})` });
  const own = `${process.cwd()}/src/protocol.ts`;
  const frame = at(`${own}:10:1`);
  assert.deepEqual(
    [frame?.file, frame?.line, frame?.first, frame?.lines.length],
    ['src/protocol.ts', 10, 8, 5],
  );
  assert.equal(at(`file://${own}:1:1`)?.lines.length, 3);
  for (const place of [
    '/etc/passwd:1:1',
    `${process.cwd()}/package.json:1:1`,
    `${process.cwd()}/node_modules/fastify/fastify.js:1:1`,
    `${process.cwd()}/src/../../../etc/hosts.js:1:1`,
    `${process.cwd()}/src/missing.ts:1:1`,
    `${own}:999999:1`,
    'node:internal/x:1:1',
  ])
    assert.equal(at(place), undefined, place);
  // A message may hold what a visitor wrote.
  assert.equal(at('/etc/x:1:1', `x\n    at f (${own}:1:1)`), undefined);
});
