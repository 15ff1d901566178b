import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { ScriptAttribute } from '../../src/protocol.js';
import { takeScript } from '../support/page-driver.js';
import { closeAfter, createServer } from '../support/server.js';

test('the script is first in the head, wherever the parser begins one', async (t) => {
  const fastify = await createServer(t);
  const cases: Record<string, string> = {
    '<html><head>|<title>x</title></head><body></body></html>': 'head tag',
    '<!-- a > b -->\n<!DOCTYPE html>\n<!-- c --><html lang="a>b">\n<head\nclass=x data-a=\'>\'>|<meta charset="utf-8"></head></html>':
      'comments and odd attributes',
    '<!doctype html><html>|<title>x</title><p>text</p></html>': 'no head tag',
    '<!doctype html>|<header>x</header><main>text</main>': 'header is not head',
    '<!doctype html>|<title>x</title>text': 'neither html nor head tag',
    '<HTML><HEAD>|<TITLE>x</TITLE></HEAD></HTML>': 'upper case',
  };
  for (const [i, html] of Object.keys(cases).entries()) {
    fastify.issrRoute(`/${i}`, () => html.replace('|', ''));
  }
  for (const [i, [html, what]] of Object.entries(cases).entries()) {
    const { body } = await fastify.inject(`/${i}`);
    const start = body.indexOf('<script ');
    assert.equal(
      body.slice(0, start).replace(/^<!DOCTYPE html>(?=<html|<HTML|<!--)/, ''),
      html.split('|')[0],
      what,
    );
    assert.match(body.slice(start), /^<script src="[^"]*" defer noupdate [^>]*><\/script>/, what);
  }
});

test('the tag has the token and path, and is never updated', async (t) => {
  const fastify = await createServer(t, { progress: false });
  let id = '';
  fastify.issrRoute('/a"b/:name', (request) => {
    id = request.issr.id;
    return '<p>text</p>';
  });
  for (const path of ['/a%22b/c&d', '/a%22b/c&d', '/a%22b/e']) {
    const { tag = {} } = takeScript((await fastify.inject(`${path}?x=1`)).body);
    assert.match(tag[ScriptAttribute.token] ?? '', new RegExp(`^${id}\\.[0-9a-z]+\\.[\\w-]{43}$`));
    assert.equal(tag[ScriptAttribute.path], path);
    assert.equal(tag[ScriptAttribute.progress], 'false');
    assert.deepEqual([tag.defer, tag.noupdate], ['', '']);
  }
});

test('each load is another page', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const load = async () =>
    takeScript((await fastify.inject('/')).body).tag?.[ScriptAttribute.token]?.split('.')[0];
  assert.notEqual(await load(), await load());
});

test("the tag has the nonce of helmet's policy", async (t) => {
  const fastify = await createServer(t);
  await fastify.register(helmet, { enableCSPNonces: true });
  fastify.issrRoute('/', () => '<p>text</p>');
  const { headers, body } = await fastify.inject('/');
  const nonce = /script-src[^;]*'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
  assert.ok(nonce);
  assert.equal(takeScript(body).tag?.nonce, nonce);
});

test("the script's address is relative to the page, with any prefix", async (t) => {
  for (const [scopePrefix, prefix] of [
    ['', ''],
    ['', '/live'],
    ['/shop', ''],
    ['/shop', '/live'],
  ] as const) {
    const fastify = closeAfter(t, Fastify());
    await fastify.register(
      async (scope) => {
        await scope.register(issrPlugin, { prefix });
        for (const path of ['/', '/a', '/a/', '/a/b/c']) scope.issrRoute(path, () => '<p>text</p>');
      },
      { prefix: scopePrefix },
    );
    for (const path of ['/', '/a', '/a/', '/a/b/c']) {
      const { body } = await fastify.inject(`${scopePrefix}${path}`);
      const src = takeScript(body).tag?.src ?? '';
      assert.doesNotMatch(src, /^\/|:/);
      const url = new URL(src, `http://host${scopePrefix}${path}`);
      assert.equal(url.pathname, `${scopePrefix}${prefix}/issr.js`, `${scopePrefix}${path}`);
      assert.equal((await fastify.inject(url.pathname + url.search)).statusCode, 200);
    }
  }
});

test('the script is cached for good by its own version only', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const src = takeScript((await fastify.inject('/')).body).tag?.src ?? '';
  const current = await fastify.inject(
    new URL(src, 'http://host').pathname + new URL(src, 'http://host').search,
  );
  assert.equal(current.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(current.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal(current.body, readFileSync(fileURLToPath(import.meta.resolve('fastify-issr/client')), 'utf8'));
  for (const query of ['', '?v=', '?v=older']) {
    assert.equal((await fastify.inject(`/issr.js${query}`)).headers['cache-control'], 'no-cache');
  }
});

test('parts of the script have its version', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const version = /\?v=[^"]+/.exec((await fastify.inject('/')).body)?.[0];
  for (const part of ['patch', 'uploads', 'overlay']) {
    const { headers, body } = await fastify.inject(`/issr-${part}.js${version}`);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
    assert.match(body, /export\{/);
  }
});

test('a page is not stored by caches, unless its author says so', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  fastify.issrRoute('/own', (_request, reply) => {
    reply.header('cache-control', 'private, max-age=60');
    return '<p>text</p>';
  });
  assert.equal((await fastify.inject('/')).headers['cache-control'], 'no-store');
  assert.equal((await fastify.inject('/own')).headers['cache-control'], 'private, max-age=60');
});

test('errors, redirects and other routes get no script', async (t) => {
  const fastify = await createServer(t);
  fastify.setNotFoundHandler((_request, reply) => reply.code(404).type('text/html').send('<p>not here</p>'));
  fastify.setErrorHandler((_error, _request, reply) =>
    reply.code(500).type('text/html').send('<p>broken</p>'),
  );
  fastify.issrRoute('/throws', () => {
    throw new Error('broken');
  });
  fastify.issrRoute('/away', (_request, reply) => reply.redirect('/'));
  fastify.issrRoute('/missing', (_request, reply) => reply.callNotFound());
  const preHandler = async (
    _request: unknown,
    reply: { code(status: number): { type(type: string): { send(html: string): unknown } } },
  ) => reply.code(401).type('text/html').send('<p>who are you</p>');
  fastify.issrRoute('/refused', { preHandler }, () => '<p>secret</p>');
  fastify.get('/plain', (_request, reply) => reply.type('text/html').send('<p>plain</p>'));
  const statuses: Record<string, number> = {
    '/throws': 500,
    '/away': 302,
    '/missing': 404,
    '/refused': 401,
    '/plain': 200,
    '/nowhere': 404,
  };
  for (const [path, status] of Object.entries(statuses)) {
    const { statusCode, body } = await fastify.inject(path);
    assert.equal(statusCode, status, path);
    assert.doesNotMatch(body, /<script/, path);
  }
});

test('a part of the script is served to its own version only', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const { src = '' } = takeScript((await fastify.inject('/')).body).tag ?? {};
  const version = src.split('?')[1] ?? '';
  const ask = async (path: string) => {
    const { statusCode, headers } = await fastify.inject(path);
    return [statusCode, headers['cache-control']];
  };
  const forGood = 'public, max-age=31536000, immutable';
  assert.deepEqual(await ask(`/issr.js?${version}`), [200, forGood]);
  assert.deepEqual(await ask('/issr.js?v=old'), [200, 'no-cache']);
  assert.deepEqual(await ask(`/issr-patch.js?${version}`), [200, forGood]);
  assert.deepEqual(await ask('/issr-patch.js'), [200, 'no-cache']);
  assert.deepEqual(await ask('/issr-patch.js?v=old'), [404, 'no-store']);
  assert.deepEqual(await ask('/issr-uploads.js?v=old'), [404, 'no-store']);
});
