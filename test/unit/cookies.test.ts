import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySetCookies, withDefaultPath } from '../../src/http/cookies.js';

const yesterday = new Date(Date.now() - 86_400_000).toUTCString();
const cases: [what: string, header: string | undefined, set: string[], path: string, now: string][] = [
  ['a first cookie', undefined, ['a=1'], '/', 'a=1'],
  ['another one', 'a=1', ['b=2; HttpOnly; Secure'], '/', 'a=1; b=2'],
  ['a changed one keeps its place', 'a=1; b=2', ['a=3'], '/', 'a=3; b=2'],
  ['Max-Age of 0 takes it away', 'a=1; b=2', ['a=; Max-Age=0'], '/', 'b=2'],
  ['Expires in the past takes it away', 'a=1', [`a=; Expires=${yesterday}`], '/', ''],
  ['Max-Age goes before Expires', 'a=1', [`a=2; Expires=${yesterday}; Max-Age=60`], '/', 'a=2'],
  ['the same path', undefined, ['a=1; Path=/shop'], '/shop', 'a=1'],
  ['a path below', undefined, ['a=1; Path=/shop'], '/shop/cart', 'a=1'],
  ['a path below, with a slash', undefined, ['a=1; Path=/shop/'], '/shop/cart', 'a=1'],
  ['a path that begins alike is another', undefined, ['a=1; Path=/shop'], '/shopping', ''],
  ['no path, the default is that of the page', undefined, ['a=1'], '/shop/cart', 'a=1'],
  ['another path', 'b=2', ['a=1; Path=/admin'], '/shop', 'b=2'],
  ['a value is not decoded', undefined, ['a=%20x%3B'], '/', 'a=%20x%3B'],
  ['a value with equals signs', 'a=b==', ['c=d=='], '/', 'a=b==; c=d=='],
  ['what is no cookie stays out', 'nonsense; a=1', [], '/', 'a=1'],
];

for (const [what, header, set, path, now] of cases) {
  test(`the Cookie header after a response: ${what}`, () => {
    assert.equal(applySetCookies(header, set, path), now);
  });
}

test("a cookie of the outer path behind a prefix is the page's", () => {
  const at = (path: string, prefix: string, cookie: string) => applySetCookies('', [cookie], path, prefix);
  assert.equal(at('/one', '/app', 'a=1; Path=/app'), 'a=1');
  assert.equal(at('/one', '/app', 'a=1; Path=/app/one'), 'a=1');
  assert.equal(at('/one', '/app', 'a=1; Path=/one'), 'a=1');
  assert.equal(at('/one', '/app', 'a=1; Path=/app/two'), '');
  assert.equal(at('/one', '/app', 'a=1; Path=/ap'), '');
  assert.equal(at('/one', '', 'a=1; Path=/app'), '');
});

test('a cookie without a path gets the default path of the page', () => {
  const at = (path: string, ...cookies: string[]) => withDefaultPath(cookies, path);
  assert.deepEqual(at('/', 'a=1; HttpOnly'), ['a=1; HttpOnly; Path=/']);
  assert.deepEqual(at('/shop', 'a=1'), ['a=1; Path=/']);
  assert.deepEqual(at('/shop/cart', 'a=1', 'b=2; Path=/'), ['a=1; Path=/shop', 'b=2; Path=/']);
  assert.deepEqual(at('/shop/cart/', 'a=1; Path=cart'), ['a=1; Path=cart; Path=/shop/cart']);
});
