import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { Writable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import cookie from '@fastify/cookie';
import httpProxy from '@fastify/http-proxy';
import multipart from '@fastify/multipart';
import session from '@fastify/session';
import Fastify, { type FastifyRequest } from 'fastify';
import issrPlugin from '../../src/index.js';
import { closeAfter, createServer, listen } from '../support/server.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

/** A list that a form without script adds to. */
async function openList(t: TestContext) {
  const items: string[] = [];
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(issrPlugin);
  fastify.issrRoute<{ Querystring: { title?: string; tab?: string } }>(
    '/list',
    {
      actions: {
        add: (request) => {
          if (!request.query.title) return 'A title, please';
          items.push(request.query.title);
          return undefined;
        },
        remove: (request) => void items.splice(Number(request.issr.action.value), 1),
        leave: (_request, reply) => reply.redirect('/elsewhere'),
      },
    },
    ({ query, issr }) => (
      <form method="post" action="?add">
        <i>{issr.result as string}</i>
        <b>{query.tab}</b>
        {items.join()}
      </form>
    ),
  );
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const origin = fastify.listeningOrigin;
  const post = (
    url: string,
    body: Record<string, string> = {},
    headers: Record<string, string> = { origin },
  ) => fetch(origin + url, { method: 'POST', body: new URLSearchParams(body), headers, redirect: 'manual' });
  return { items, origin, post };
}

test("runs the action that a form's URL names, then redirects", async (t) => {
  const { items, post } = await openList(t);
  const response = await post('/list?add&tab=2', { title: 'bread' });
  assert.deepEqual([response.status, response.headers.get('location')], [303, './list?tab=2']);
  assert.deepEqual(items, ['bread']);
});

test('runs the action that a button names, with its value', async (t) => {
  const { items, post } = await openList(t);
  items.push('bread', 'milk');
  await post('/list', { remove: '1' });
  assert.deepEqual(items, ['bread']);
});

test('gives an action without a value the value that an event gives it', async (t) => {
  const fastify = await createServer(t);
  const values: unknown[] = [];
  const note = ({ query, issr }: FastifyRequest) => {
    const { name = '', value } = issr.action ?? {};
    values.push([name, value, (query as Record<string, string>)[name]]);
  };
  fastify.issrRoute('/', { actions: { add: note, 'remove it': note } }, () => '<p></p>');
  const origin = await listen(fastify);
  const post = (query: string, body: Record<string, string> = {}) =>
    fetch(`${origin}/?${query}`, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { origin },
      redirect: 'manual',
    });
  for (const query of ['add', 'tab=1&remove%20it', 'remove+it&tab', 'add=', 'add=t2']) await post(query);
  await post('add', { add: '' });
  assert.deepEqual(values, [
    ['add', 't', 't'],
    ['remove it', 't', 't'],
    ['remove it', 't', 't'],
    ['add', '', ''],
    ['add', 't2', 't2'],
    ['add', '', ''],
  ]);
});

test('answers with the page if the action returns a value', async (t) => {
  const { items, post } = await openList(t);
  const response = await post('/list?add&tab=2', { title: '' });
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(html, /<i>A title, please<\/i><b>2<\/b>/);
  assert.match(html, /data-issr-token=/);
  assert.deepEqual(items, []);
});

test('takes the line breaks of a text as an event has them', async (t) => {
  const { items, post } = await openList(t);
  await post('/list?add', { title: 'rye\r\nbread\r\n\r\n' });
  assert.deepEqual(items, ['rye\nbread\n\n']);
});

test('lets an action redirect elsewhere', async (t) => {
  const { post } = await openList(t);
  const response = await post('/list?leave');
  assert.deepEqual([response.status, response.headers.get('location')], [302, '/elsewhere']);
});

test('refuses a form of another site or without an Origin', async (t) => {
  const { items, post } = await openList(t);
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}]) {
    const response = await post('/list?add', { title: 'bread' }, headers as Record<string, string>);
    assert.equal(response.status, 403);
  }
  assert.deepEqual(items, []);
});

test('runs no action by a GET', async (t) => {
  const { items, origin } = await openList(t);
  assert.equal((await fetch(`${origin}/list?add=t&title=bread`)).status, 200);
  assert.deepEqual(items, []);
});

test('ends a session by a form without script', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(cookie);
  await fastify.register(session, { secret: 'x'.repeat(32), cookie: { secure: false } });
  const actions = {
    enter: async ({ session }: { session: { user?: string } }) => {
      session.user = 'ada';
    },
    leave: ({ session }: { session: { destroy(): Promise<void> } }) => session.destroy(),
  };
  fastify.issrRoute('/', { actions }, ({ session }) => `<p>${session.user ?? 'nobody'}</p>`);
  const origin = await listen(fastify);
  const post = (action: string, headers = {}) =>
    fetch(`${origin}/?${action}`, { method: 'POST', headers: { origin, ...headers }, redirect: 'manual' });
  const entered = await post('enter');
  const headers = { cookie: entered.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const load = async () => (await fetch(origin, { headers })).text();
  assert.match(await load(), /<p>ada<\/p>/);
  await post('leave', headers);
  assert.match(await load(), /<p>nobody<\/p>/);
});

test('refuses a body that is not a form', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(String(line));
      done();
    },
  });
  const fastify = await createServer(t, {}, { logger: { level: 'error', stream } });
  const values: unknown[] = [];
  const actions = { go: ({ issr }: FastifyRequest) => void values.push(issr.action?.value) };
  fastify.issrRoute('/', { actions }, () => '<p>text</p>');
  const origin = await listen(fastify);
  const post = async (body: string, type: string) =>
    (await fetch(origin, { method: 'POST', body, headers: { origin, 'content-type': type } })).status;
  for (const body of ['{"go":[5]}', '{"go":{"a":1}}', '{"a":null}', '[]', 'null', 'nonsense'])
    assert.equal(await post(body, 'application/json'), 415);
  assert.equal(await post('go=1', 'text/plain'), 415);
  assert.equal(await post('go=1', 'application/x-www-form-urlencoded-not'), 415);
  assert.deepEqual([values, lines], [[], []]);
  assert.equal(await post('go=1', 'Application/X-WWW-Form-Urlencoded; charset=utf-8'), 200);
  assert.deepEqual(values, ['1']);
});

for (const [name, options] of [
  ['nothing', undefined],
  ['an @fastify/multipart that attaches nothing', {}],
] as const)
  test(`names the cause if ${name} parses a multipart form`, async (t) => {
    const fastify = Fastify();
    t.after(() => fastify.close());
    if (options) await fastify.register(multipart, options);
    await fastify.register(issrPlugin);
    let runs = 0;
    const add = () => {
      runs++;
    };
    fastify.issrRoute('/people', { actions: { add } }, () => '<p>text</p>');
    const origin = await listen(fastify);
    const body = new FormData();
    body.append('title', 'tea');
    const response = await fetch(`${origin}/people?add`, { method: 'POST', body, headers: { origin } });
    const { code, message } = await response.json();
    assert.deepEqual([response.status, code, runs], [415, 'ISSR_ERR_FORM_TYPE', 0]);
    assert.match(message, /^A form of '\/people' came as multipart\/form-data, .* uploads/);
  });

test('takes the fields of a multipart form that the app parses to texts', async (t) => {
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(multipart, { attachFieldsToBody: 'keyValues' });
  await fastify.register(issrPlugin);
  const add = ({ query }: FastifyRequest) => (query as { title: string }).title;
  fastify.issrRoute('/', { actions: { add } }, ({ issr }) => <p>{issr.result as string}</p>);
  const origin = await listen(fastify);
  const body = new FormData();
  body.append('title', 'tea');
  const response = await fetch(`${origin}/?add`, { method: 'POST', body, headers: { origin } });
  assert.match(await response.text(), /<p>tea<\/p>/);
});

test('refuses a field that a body parser made an object', async (t) => {
  const fastify = Fastify();
  t.after(() => fastify.close());
  fastify.addContentTypeParser('application/x-www-form-urlencoded', async () => ({ go: { a: 1 } }));
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', { actions: { go: () => assert.fail('ran') } }, () => '<p>text</p>');
  const origin = await listen(fastify);
  const body = new URLSearchParams({ go: '1' });
  const response = await fetch(origin, { method: 'POST', body, headers: { origin } });
  assert.deepEqual([response.status, (await response.json()).code], [400, 'ISSR_ERR_FORM']);
});

test('applies the limits of a page to a form', async (t) => {
  const fastify = await createServer(t, { maxParams: 3, maxParamNameLength: 5, maxParamsLength: 20 });
  const actions = { go: () => {} };
  fastify.issrRoute('/', { actions }, () => '<p>text</p>');
  const origin = await listen(fastify);
  const post = async (body: string) => {
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    return (await fetch(`${origin}/?go`, { method: 'POST', body, headers, redirect: 'manual' })).status;
  };
  assert.equal(await post('a=1&b=2'), 303);
  assert.equal(await post('a=1&b=2&c=3'), 413);
  assert.equal(await post('abcde=1'), 303);
  assert.equal(await post('abcdef=1'), 413);
  assert.equal(await post(`a=${'x'.repeat(10)}`), 303);
  assert.equal(await post(`a=${'x'.repeat(30)}`), 413);
});

test('redirects a form within the site, whatever its path', async (t) => {
  const fastify = closeAfter(t, Fastify({ routerOptions: { ignoreDuplicateSlashes: true } }));
  await fastify.register(issrPlugin);
  fastify.issrRoute('/:name', { actions: { go: () => {} } }, () => '<p>text</p>');
  fastify.issrRoute('/', { actions: { go: () => {} } }, () => '<p>text</p>');
  const origin = await listen(fastify);
  const sentOn = async (path: string) => {
    const { port, hostname } = new URL(origin);
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    const request = http.request({ port, hostname, path, method: 'POST', headers });
    request.end();
    const [{ headers: answer }] = await once(request, 'response');
    return new URL(answer.location, origin + path).href.replace(origin, '');
  };
  assert.equal(await sentOn('//evil.example?go'), '//evil.example');
  assert.equal(await sentOn('///evil.example?go&x=1'), '///evil.example?x=1');
  assert.equal(await sentOn('/a:b?go'), '/a:b');
  assert.equal(await sentOn('/?go&x=/'), '/?x=%2F');
});

for (const internalRewriteLocationHeader of [false, true]) {
  test(`redirects a form below a prefix (proxy rewrites: ${internalRewriteLocationHeader})`, async (t) => {
    const { origin } = await openList(t);
    const proxy = closeAfter(t, Fastify());
    const keepHost = ({ headers: { host } }: FastifyRequest, headers: object) => ({ ...headers, host });
    await proxy.register(httpProxy, {
      upstream: origin,
      prefix: '/app',
      rewritePrefix: '',
      internalRewriteLocationHeader,
      replyOptions: { rewriteRequestHeaders: keepHost as never },
    });
    const outside = await listen(proxy);
    const post = (referer: string, redirect: RequestRedirect = 'manual') =>
      fetch(`${outside}/app/list?add`, {
        method: 'POST',
        body: new URLSearchParams({ title: 'bread' }),
        headers: { origin: outside, referer },
        redirect,
      });
    const response = await post(`${outside}/app/list?x=1`, 'follow');
    assert.deepEqual([response.url, response.status], [`${outside}/app/list`, 200]);
    for (const referer of ['http://evil.example/app/list', `${outside}/app/other`, `${outside}/list`, 'x']) {
      const { headers } = await post(referer);
      assert.equal(headers.get('location'), internalRewriteLocationHeader ? '/app./list' : './list');
    }
  });
}
