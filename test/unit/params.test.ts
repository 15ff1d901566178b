import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeParams, mirrorParams, paramsOfUrl, pathOf, urlWithParams } from '../../src/params/params.js';
import type { ActionEntries } from '../../src/protocol.js';

test('the query of a URL is its params; a name given twice is an array', () => {
  const params = paramsOfUrl('/a?x=1&y=a+b%26&x=2&x=3&empty');
  assert.deepEqual(Object.fromEntries(params), { x: ['1', '2', '3'], y: 'a b&', empty: '' });
  assert.equal(paramsOfUrl('/a').size, 0);
});

test('a change removes first and sets then', () => {
  const params = paramsOfUrl('/?x=1&y=2');
  changeParams(params, [[['x', ['a', 'b']]], ['x', 'y']]);
  assert.deepEqual([...params], [['x', ['a', 'b']]]);
});

const urls: [url: string, actions: ActionEntries, expected: string][] = [
  ['/a', [], '/a'],
  ['/a?x=1&x=2&y=3', [], '/a?x=1&x=2&y=3'],
  ['/a?x=1&y=2', [['x', '9']], '/a?y=2&x=9'],
  [
    '/a',
    [
      ['x', '1'],
      ['x', '2'],
    ],
    '/a?x=2',
  ],
  ['/a?x=%26%3D%23%2B%20ä', [], '/a?x=%26%3D%23%2B%20%C3%A4'],
  ['/a', [['\ud800', '\udc00']], '/a?%EF%BF%BD=%EF%BF%BD'],
  ['/a?__proto__=1', [['constructor', '2']], '/a?__proto__=1&constructor=2'],
];

for (const [url, actions, expected] of urls) {
  test(`the request for ${url} with ${JSON.stringify(actions)} is ${expected}`, () => {
    assert.equal(urlWithParams(pathOf(url), paramsOfUrl(url), actions), expected);
  });
}

test("a URL's params survive being written and read again", () => {
  const text = Array.from({ length: 300 }, (_, code) => String.fromCharCode(code)).join('');
  const params = paramsOfUrl('/');
  changeParams(params, [[[text, [text, '', 'x']]], []]);
  assert.deepEqual([...paramsOfUrl(urlWithParams('/', params, []))], [...params]);
});

test('an address mirrors the params that it names and keeps the others', () => {
  const params = paramsOfUrl('/?tab=two&page=&tag=a&tag=b&secret=1');
  assert.equal(
    mirrorParams('/list?ref=mail&tab=one&page=3', ['tab', 'page', 'tag', 'gone'], params),
    '/list?ref=mail&tab=two&tag=a&tag=b',
  );
  assert.equal(mirrorParams('/list?tab=one', ['tab'], paramsOfUrl('/')), '/list');
});
