import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { FastifyServerOptions } from 'fastify';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

/** Posts to a form's action and returns whether its Origin was allowed. */
async function openForm(t: TestContext, options: IssrOptions = {}, trustProxy = true) {
  const lines: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  const fastify = await createServer(t, options, { trustProxy, logger: { level: 'warn', stream } });
  fastify.issrRoute('/', { actions: { go: () => {} } }, () => '<p>text</p>');
  const post = async (headers: Record<string, string>) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const { statusCode } = await fastify.inject({
      method: 'POST',
      url: '/?go',
      headers: { ...type, ...headers },
      payload: 'x=1',
    });
    return statusCode !== 403;
  };
  return { post, lines, fastify };
}

const hosts: [host: string, origin: string, proto: string, isAllowed: boolean][] = [
  ['example.com', 'https://example.com', 'https', true],
  ['example.com:443', 'https://example.com', 'https', true],
  ['example.com:80', 'http://example.com', 'http', true],
  ['EXAMPLE.com', 'https://example.com', 'https', true],
  ['example.com:8080', 'http://EXAMPLE.com:8080', 'http', true],
  ['[::1]:3000', 'http://[::1]:3000', 'http', true],
  ['example.com', 'https://example.com', 'http', true],
  ['example.com', 'http://example.com', 'https', false],
  ['example.com:80', 'https://example.com', 'https', false],
  ['example.com:444', 'https://example.com', 'https', false],
  ['example.com.evil.com', 'https://example.com', 'https', false],
  ['evil.com@example.com', 'https://example.com', 'https', false],
  ['example.com/evil.com', 'https://example.com', 'https', false],
  ['example.com', 'ftp://example.com', 'https', false],
  ['example.com', 'nonsense', 'https', false],
];

for (const [host, origin, proto, isAllowed] of hosts) {
  test(`${isAllowed ? 'allows' : 'refuses'} Origin ${origin} at ${proto}://${host}`, async (t) => {
    const { post } = await openForm(t);
    assert.equal(await post({ host, origin, 'x-forwarded-proto': proto }), isAllowed);
  });
}

test("takes Origin null only from the site's own page", async (t) => {
  const { post } = await openForm(t);
  assert.equal(await post({ origin: 'null', 'sec-fetch-site': 'same-origin' }), true);
  for (const site of ['cross-site', 'same-site', 'none'])
    assert.equal(await post({ origin: 'null', 'sec-fetch-site': site }), false);
  assert.equal(await post({ origin: 'null' }), false);
});

test('takes Origin null under a list if the list has this host', async (t) => {
  const { post } = await openForm(t, { allowedOrigins: ['http://own.example'] });
  const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
  assert.equal(await post({ ...headers, host: 'own.example' }), true);
  assert.equal(await post({ ...headers, host: 'rebound.example' }), false);
});

test('refuses a GET that another site makes without an Origin', async (t) => {
  const { fastify } = await openForm(t);
  const get = async (site: string) =>
    (await fastify.inject({ url: '/issr/uploads/file', headers: { 'sec-fetch-site': site } })).json().code;
  for (const site of ['cross-site', 'same-site']) assert.equal(await get(site), 'ISSR_ERR_ORIGIN');
  for (const site of ['same-origin', 'none']) assert.equal(await get(site), 'ISSR_ERR_TOKEN');
});

test('waits for a function that turns out to be async', async (t) => {
  const isOurs = async (origin: string | undefined) => origin === 'https://our.example';
  const { post } = await openForm(t, { allowedOrigins: isOurs as never });
  assert.equal(await post({ origin: 'https://our.example' }), true);
  assert.equal(await post({ origin: 'https://else.example' }), false);
});

test('warns of a rewritten Host once for all routes, with both hosts and the options', async (t) => {
  const { post, lines, fastify } = await openForm(t, {}, false);
  const headers = { host: 'app:3000', origin: 'https://www.example.com' };
  for (let i = 0; i < 3; i++) await post(headers);
  for (const url of ['/issr/send', '/issr/cookies', '/issr/uploads'])
    assert.equal((await fastify.inject({ method: 'POST', url, headers })).statusCode, 403);
  const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 40);
  assert.equal(warnings.length, 1);
  for (const part of ['https://www.example.com', 'http://app:3000', 'trustProxy', 'allowedOrigins'])
    assert.ok(warnings[0].msg.includes(part), part);
});

const untrusted: [trustProxy: FastifyServerOptions['trustProxy'], why: string][] = [
  [false, 'trustProxy is off'],
  ['192.0.2.0/24', 'trustProxy does not trust it'],
];

for (const [trustProxy, why] of [...untrusted, [true], ['loopback']] as const) {
  test(`warns once that visitors share an address (trustProxy ${trustProxy})`, async (t) => {
    const warnings: string[] = [];
    const stream = { write: (line: string) => void warnings.push(JSON.parse(line).msg) };
    const fastify = await createServer(t, {}, { trustProxy, logger: { level: 'warn', stream } });
    fastify.issrRoute('/', () => '<p></p>');
    const origin = await listen(fastify);
    for (const from of ['192.0.2.1', '192.0.2.2']) {
      const page = await PageDriver.load(origin, '/');
      await page.connect({ 'x-forwarded-for': from });
      await page.join();
    }
    await PageDriver.open(origin, '/');
    assert.equal(warnings.length, why ? 1 : 0);
    if (why) assert.ok(warnings[0]?.includes(`127.0.0.1 has X-Forwarded-For, and ${why}.`), warnings[0]);
    if (why) assert.match(warnings[0] ?? '', /maxPagesPerIp: 1000/);
  });
}

for (const trustProxy of ['loopback, uniquelocal', (_address: string, hop: number) => hop === 0]) {
  const isTrusted = typeof trustProxy === 'function';
  test(`warns of a proxy at a Unix socket (trustProxy ${typeof trustProxy})`, async (t) => {
    const warnings: string[] = [];
    const stream = { write: (line: string) => void warnings.push(JSON.parse(line).msg) };
    const fastify = await createServer(t, {}, { trustProxy, logger: { level: 'warn', stream } });
    const folder = mkdtempSync(join(tmpdir(), 'issr-socket-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const socketPath = join(folder, 'site.sock');
    await fastify.listen({ path: socketPath });
    const headers = { 'x-forwarded-for': '203.0.113.9, 192.0.2.1' };
    const [answer] = await once(request({ socketPath, path: '/issr/stream', headers }).end(), 'response');
    await once(answer, 'data');
    answer.destroy();
    assert.equal(warnings.length, isTrusted ? 0 : 1);
    if (!isTrusted) assert.match(warnings[0] ?? '', /from a Unix socket has X-Forwarded-For/);
  });
}
