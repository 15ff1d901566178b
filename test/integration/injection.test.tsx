import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import issrPlugin from '../../src/index.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus=alert(1) autofocus x='",
  '</textarea></title></style></script><svg onload=alert(1)>',
  '--><iframe srcdoc=x>',
  '&lt;script&gt;alert(1)&lt;/script&gt;&quot;',
  '<!--<script>',
  ']]><b>',
  '\u2028`+alert(1)+`',
];

/** All elements with their attributes' names, in document order. */
function outline(node: DefaultTreeAdapterTypes.Node): string[] {
  const own = 'attrs' in node ? [`${node.tagName} ${node.attrs.map(({ name }) => name).join(' ')}`] : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(outline)] : own;
}

test('params never become elements or attributes', async (t) => {
  const fastify = await createServer(t, { maxStoredBytes: 1 });
  const other = await createServer(t);
  for (const server of [fastify, other]) {
    server.issrRoute<{ Querystring: { x: string; list?: string[] } }>(
      '/*',
      { url: ['x'] },
      ({ query: { x }, issr }) => (
        <html lang="en">
          <head>
            <title>{x}</title>
          </head>
          <body class={x}>
            {x}
            <textarea name="x" defaultValue={x} />
            <a href={`/?x=${x}`} title={x} data-x={x}>
              {issr.action?.name}
            </a>
            <input name={x} value={x} />
          </body>
        </html>
      ),
    );
  }
  for (const server of [fastify, other]) {
    const origin = await listen(server);
    const harmless = outline(parse((await PageDriver.load(origin, '/?x=harmless')).loaded));
    for (const value of hostile) {
      const path = `/${encodeURIComponent(value)}?x=${encodeURIComponent(value)}`;
      const page = await PageDriver.load(origin, path);
      assert.deepEqual(outline(parse(page.loaded)), harmless, value);
      assert.equal(outline(parse(page.answer.body)).length, harmless.length + 1, 'with the script tag');
      await page.connect();
      await page.join();
      const [verb] = await page.rr({ changed: [['x', `${value}!`]], actions: [[value, value]] });
      assert.match(verb, /^(patch|page)$/);
      assert.deepEqual(outline(parse(page.html)), harmless, value);
      assert.ok(page.html.includes('!'));
    }
  }
});

test('fails an event whose redirect or cookie would add a header', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request, reply) => {
    const { name, value = '' } = request.issr.action ?? {};
    if (name === 'go') return reply.redirect(value);
    if (name === 'set') void reply.header('set-cookie', `a=${value}`);
    return `<p>${request.headers.cookie}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const line = '/x\r\nset-cookie: stolen=1\r\n\r\n<script>alert(1)</script>';
  const [, , location] = await page.click('go', line);
  assert.match(String(location), /^\/x[^\r\n<]*$/);
  assert.equal((await page.click('set', line))[0], 'error');
  assert.equal((await page.click('set', 'b; Domain=evil\ud83d\n'))[0], 'error');
  assert.equal(
    page.messages.some(([verb]) => verb === 'cookies'),
    false,
  );
  await page.rr();
  assert.equal(page.text, 'undefined');
});

test('answers a form whose cookie would add a header with 500', async (t) => {
  const fastify = await createServer(t);
  const set = (request: FastifyRequest, reply: FastifyReply): void => {
    void reply.header('set-cookie', `a=${request.issr.action?.value}`);
  };
  fastify.issrRoute('/', { actions: { set } }, () => '<p>x</p>');
  const origin = await listen(fastify);
  const answer = await fetch(origin, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ set: 'b\r\nset-cookie: stolen=1' }),
    redirect: 'manual',
  });
  assert.deepEqual([answer.status, answer.headers.get('set-cookie')], [500, null]);
  const { code } = (await answer.json()) as { code: string };
  assert.equal(code, 'ERR_INVALID_CHAR');
});

for (const [method, path] of [
  ['GET', '/issr.js'],
  ['GET', '/issr/stream'],
  ['POST', '/issr/send'],
  ['POST', '/issr/cookies'],
  ['POST', '/'],
] as const)
  test(`answers ${method} ${path} with 500 if a hook sets a header that Node refuses`, async (t) => {
    const fastify = Fastify();
    closeAfter(t, fastify);
    fastify.addHook('onRequest', async (_request, reply) => {
      reply.header('x-language', 'de\n');
    });
    await fastify.register(issrPlugin);
    fastify.issrRoute('/', { actions: { add: () => {} } }, () => '<p>x</p>');
    const origin = await listen(fastify);
    const body = method === 'POST' ? { body: path === '/' ? new URLSearchParams({ add: '1' }) : 'x' } : {};
    const answer = await fetch(origin + path, { method, headers: { origin }, ...body });
    assert.equal(answer.status, 500);
  });

test("serves only the script at the script's address", async (t) => {
  const fastify = await createServer(t);
  const origin = await listen(fastify);
  const script = (await get(`${origin}/issr.js`)).body;
  const { hostname, port } = new URL(origin);
  const tricks = [
    '/issr.js/../../package.json',
    '/issr.js/..%2f..%2fpackage.json',
    '/issr.js/%2e%2e/package.json',
    '/issr.js/..\\..\\package.json',
    '/issr.js%00.json',
    '/issr.js;/package.json',
    '/../package.json',
    '/issr.js.map',
    '//issr.js',
    '/%69ssr.js/',
    '/issr.js?v=../../package.json',
    '/issr.js?v[]=1&v=__proto__',
  ];
  for (const path of tricks) {
    const { status, body } = await get(origin, { path, host: hostname, port } as never);
    if (status === 200) assert.equal(body, script, path);
    else assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(body, /devDependencies/);
  }
});
