import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Fastify from 'fastify';
import accounts from '../../bench/sign-up-htmx.js';
import { closeAfter } from '../support/server.js';

const ROOT = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');
const right = { name: 'grace', email: 'g@example.org', password: 'long enough', again: 'long enough' };
const rest = { birthday: '1990-12-09', plan: 'Team', agree: 'true' };

test('the form of the comparison works with htmx and without script', async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(accounts);
  const post = (url: string, fields: Record<string, string>, headers = {}) =>
    fastify.inject({
      method: 'POST',
      url,
      payload: String(new URLSearchParams(fields)),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const htmx = { 'hx-request': 'true', 'hx-trigger-name': 'name' };
  assert.equal((await fastify.inject('/sign-up')).body.match(/hx-trigger/g)?.length, 12);
  assert.equal((await post('/sign-up/check', { name: 'ada' }, htmx)).body, 'This name is taken');
  assert.equal((await post('/sign-up/check', { name: 'grace' }, htmx)).body, '');
  const refused = await post('/sign-up', { ...right, ...rest, again: 'long enouh' });
  assert.match(refused.body, /The passwords differ/);
  assert.match(refused.body, /value="grace"/);
  assert.equal((await post('/sign-up', { ...right, ...rest })).headers.location, '/sign-up?welcome=grace');
  const other = await post('/sign-up', { ...right, ...rest, name: 'hopper' }, htmx);
  assert.equal(other.headers['hx-location'], '/sign-up?welcome=hopper');
});

test('the documents count the lines of one form in three frameworks', () => {
  const lines = (file: string) => read(file).trimEnd().split('\n').length;
  for (const file of ['examples/sign-up.tsx', 'bench/sign-up-htmx.tsx', 'bench/sign-up-live-view.ex'])
    assert.ok(
      read('docs/coming-from.md').includes(`| ${lines(file)} (\`${file}\`)`),
      `${file}: ${lines(file)} lines`,
    );
});
