import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { identifyingHeaders, isSameVisitor } from '../../src/http/same-visitor.js';
import type { HandshakeContext } from '../../src/http/virtual-http.js';

type Headers = HandshakeContext['headers'];

const ip = '192.0.2.1';
const request = { ip, server: { initialConfig: { requestIdHeader: 'x-of-request' } } } as FastifyRequest;

function isSame(load: Headers, join: Headers, setCookies: string[] = []): boolean {
  const cookie = load.cookie === undefined ? undefined : String(load.cookie);
  const context = { headers: identifyingHeaders(load), cookie, setCookies, ip };
  return isSameVisitor(context, '/a/b', { headers: join } as HandshakeContext, request);
}

const signedIn = { authorization: 'Basic a', 'x-forwarded-user': 'ann' };

test('the visitor of a load has all headers that may identify', () => {
  assert.ok(isSame(signedIn, { 'x-forwarded-user': 'ann', authorization: 'Basic a' }));
  assert.ok(!isSame(signedIn, { ...signedIn, authorization: 'Basic b' }));
  assert.ok(!isSame(signedIn, { authorization: 'Basic a' }));
  assert.ok(!isSame({ authorization: 'Basic a' }, signedIn));
  assert.ok(!isSame({ authorization: 'Basic a' }, { 'x-forwarded-user': 'ann' }));
});

test('the visitor of a load may have other headers of each request', () => {
  const load = { host: 'a', 'sec-fetch-site': 'none', 'x-of-request': '1', 'x-trace-id': '1', dnt: '1' };
  assert.ok(isSame(load, { host: 'b', 'x-of-request': '2', 'x-trace-id': '2', 'accept-language': 'de' }));
  assert.equal(identifyingHeaders({ host: 'a', 'user-agent': 'b', 'accept-x': 'c' }).length, 0);
});

test('the visitor of a load has the cookies that it sent and got', () => {
  assert.ok(isSame({ cookie: 'a=1' }, { cookie: 'b=2; a=1' }));
  assert.ok(!isSame({ cookie: 'a=1' }, { cookie: 'a=2' }));
  assert.ok(isSame({}, { cookie: 'a=1' }, ['a=1; Path=/a']));
  assert.ok(!isSame({}, {}, ['a=1; Path=/a']));
  assert.ok(isSame({}, {}, ['a=1; Path=/c']));
});
