import assert from 'node:assert/strict';
import { test } from 'node:test';
import compress from '@fastify/compress';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ComponentChildren } from 'preact';
import { Suspense } from 'preact/compat';
import issrPlugin from '../../src/index.js';
import type { PageError } from '../../src/protocol.js';
import { get } from '../support/get.js';
import { PageDriver, takeScript } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';

const page = (text: string) => (
  <html lang="en">
    <head>
      <title>{text}</title>
    </head>
    <body>
      <p>{text}</p>
    </body>
  </html>
);
const pageHtml = (text: string) =>
  `<!DOCTYPE html><html lang="en"><head><title>${text}</title></head><body><p>${text}</p></body></html>`;

async function bodyOf(fastify: FastifyInstance, url: string): Promise<string> {
  const { statusCode, body } = await fastify.inject(url);
  assert.equal(statusCode, 200, body);
  return takeScript(body).html;
}

test('a route takes its handler beside or among its options', async (t) => {
  const fastify = await createServer(t);
  fastify
    .issrRoute('/a', () => page('a'))
    .issrRoute('/b', { exposeHeadRoute: false }, () => page('b'))
    .issrRoute('/c', { handler: () => page('c') });
  for (const name of ['a', 'b', 'c']) assert.equal(await bodyOf(fastify, `/${name}`), pageHtml(name));
});

test('a route without a handler is refused by its path', async (t) => {
  const fastify = await createServer(t);
  assert.throws(() => fastify.issrRoute('/x', {} as never), {
    code: 'ISSR_ERR_ROUTE',
    message: "The route '/x': the handler must be a function, not undefined",
  });
  assert.throws(() => fastify.issrRoute('/y', undefined as never), {
    code: 'ISSR_ERR_ROUTE',
    message: "The route '/y': the handler must be a function, not undefined",
  });
  fastify.issrRoute('/z', undefined as never, () => page('z'));
  assert.equal(await bodyOf(fastify, '/z'), pageHtml('z'));
});

test('a route whose url is not a list is refused', async (t) => {
  const fastify = await createServer(t);
  assert.throws(() => fastify.issrRoute('/x', { url: 'tab' as never }, () => page('x')), {
    code: 'ISSR_ERR_ROUTE',
    message: "The route '/x': url must be a list of names, not string",
  });
});

test('a handler gives JSX or an HTML string, at once or by a promise', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/jsx', () => page('jsx'));
  fastify.issrRoute('/jsx-later', async () => page('jsx-later'));
  fastify.issrRoute('/text', () => pageHtml('text'));
  fastify.issrRoute('/text-later', async () => pageHtml('text-later'));
  for (const name of ['jsx', 'jsx-later', 'text', 'text-later']) {
    const { headers } = await fastify.inject(`/${name}`);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(await bodyOf(fastify, `/${name}`), pageHtml(name));
  }
});

test('a handler may answer by reply', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/sent', (_request, reply) => {
    reply.code(201).header('x-made', 'yes').send(page('sent'));
  });
  fastify.issrRoute('/returned', (_request, reply) => reply.code(202).send(page('returned')));
  fastify.issrRoute('/later', async (_request, reply) => {
    setImmediate(() => reply.send(page('later')));
    return reply;
  });
  fastify.issrRoute('/away', (_request, reply) => reply.redirect('/sent'));
  fastify.issrRoute('/json', (_request, reply) => reply.send({ some: 'data' }));

  const sent = await fastify.inject('/sent');
  assert.deepEqual([sent.statusCode, sent.headers['x-made']], [201, 'yes']);
  assert.equal(takeScript(sent.body).html, pageHtml('sent'));
  const returned = await fastify.inject('/returned');
  assert.equal(returned.statusCode, 202);
  assert.equal(returned.headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(await bodyOf(fastify, '/later'), pageHtml('later'));
  const away = await fastify.inject('/away');
  assert.deepEqual([away.statusCode, away.headers.location], [302, '/sent']);
  const json = await fastify.inject('/json');
  assert.deepEqual(json.json(), { some: 'data' });
  assert.match(String(json.headers['content-type']), /^application\/json/);
});

test('async components and Suspense are awaited in place', async (t) => {
  const fastify = await createServer(t);
  const Slow = async ({ name }: { name: string }) => {
    await null;
    return <b>{name}</b>;
  };
  let loaded = false;
  const load = Promise.resolve().then(() => {
    loaded = true;
  });
  const Suspending = () => {
    if (!loaded) throw load;
    return <i>loaded</i>;
  };
  fastify.issrRoute('/', () => (
    <main>
      <Slow name="first" />
      <Slow name="second" />
      {Promise.resolve('child')}
      <Suspense fallback="…">
        <Suspending />
      </Suspense>
    </main>
  ));
  const body = await bodyOf(fastify, '/');
  assert.match(
    body.replace(/<!--.*?-->/g, ''),
    /<main><b>first<\/b><b>second<\/b>child<i>loaded<\/i><\/main>/,
  );
});

test('promises in lists and those that a component returns are awaited in place', async (t) => {
  const fastify = await createServer(t);
  const later = (name: string) => Promise.resolve(<li>{name}</li>);
  let calls = 0;
  const Returned = ({ name }: { name: string }) => {
    calls++;
    return later(name) as never;
  };
  const List = ({ names }: { names: string[] }) => [<hr key="rule" />, names.map(later)] as never;
  const Awaited = async () => ['x', 'y'].map(later) as never;
  const InFragment = () => <>{later('h')}</>;
  const AwaitedFragment = async () => <>{['i', 'j'].map(later)}</>;
  const Wrapped = ({ children }: { children: ComponentChildren }) => <ol>{children}</ol>;
  fastify.issrRoute('/', () => (
    <ul>
      <li>first</li>
      {['a', 'b'].map(later)}
      <Returned name="returned" />
      <List names={['c', 'd']} />
      <Awaited />
      <InFragment />
      <AwaitedFragment />
      <Wrapped>
        text
        {[later('e'), [later('f')]]}
      </Wrapped>
      <>{[[later('g')]]}</>
      <select>{[<option key="x">x</option>, [Promise.resolve(<option>y</option>)]]}</select>
    </ul>
  ));
  const list = (names: string) => Array.from(names, (name) => `<li>${name}</li>`).join('');
  for (const expectedCalls of [1, 2]) {
    const body = (await bodyOf(fastify, '/')).replace(/<!--.*?-->/g, '');
    assert.match(
      body,
      new RegExp(
        `<ul><li>first</li>${list('ab')}<li>returned</li><hr/>${list('cdxyhij')}<ol>text${list('ef')}</ol>${list('g')}` +
          '<select><option>x</option><option>y</option></select></ul>',
      ),
    );
    assert.equal(calls, expectedCalls);
  }
});

test('an async component that rejects is an error of the request', async (t) => {
  const fastify = await createServer(t);
  const Failing = async (): Promise<never> => {
    throw new Error('no database');
  };
  fastify.issrRoute('/', () => <main>{(<Failing />) as never}</main>);
  const { statusCode, headers, body } = await fastify.inject('/');
  assert.equal(statusCode, 500);
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(JSON.parse(body).message, 'no database');
});

test('a fragment gets a minimal document with a title', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/list', () => (
    <>
      <h1>
        Tea <em>&amp; cake</em>
      </h1>
      <p>text</p>
    </>
  ));
  fastify.issrRoute('/plain', () => '<p>text</p>');
  assert.equal(
    await bodyOf(fastify, '/list'),
    '<!DOCTYPE html><html><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width, initial-scale=1">' +
      '<title>Tea &amp; cake</title></head><body><h1>Tea <em>&amp; cake</em></h1><p>text</p></body></html>',
  );
  assert.match(await bodyOf(fastify, '/plain'), /<title>\/plain<\/title><\/head><body><p>text<\/p><\/body>/);
});

test('what is no page is refused with the name of its route', async (t) => {
  const fastify = await createServer(t);
  const wrong = [
    [3, '3'],
    [null, 'null'],
    [[], 'an array'],
    [{ a: 1 }, '{ a: 1 }'],
    [true, 'true'],
    [Promise.resolve(), 'undefined'],
  ] as const;
  for (const [i, [value]] of wrong.entries()) fastify.issrRoute(`/${i}/:id`, () => value as never);
  for (const [i, [, said]] of wrong.entries()) {
    const answer = (await fastify.inject(`/${i}/7`)).json();
    assert.equal(answer.code, 'ISSR_ERR_VIEW');
    assert.ok(answer.message.includes(`'/${i}/:id'`), answer.message);
    assert.ok(answer.message.includes(`returned: ${said}`), answer.message);
  }
});

test("HEAD gets the page's headers and opens no page", async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => page('x'));
  const { statusCode, headers, body } = await fastify.inject({ method: 'HEAD', url: '/' });
  assert.deepEqual([statusCode, body], [200, '']);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  const loaded = await fastify.inject('/');
  const { date: _of, ...expected } = loaded.headers;
  const { date: _at, ...given } = headers;
  assert.deepEqual(given, expected);
  assert.equal(headers['content-length'], String(Buffer.byteLength(loaded.body)));
});

test('an error handler may send JSX: a complete page with the script', async (t) => {
  const fastify = await createServer(t);
  fastify.setErrorHandler((error: Error, _request, reply) =>
    reply.code(418).send(<h1>Sorry: {error.message}</h1>),
  );
  fastify.issrRoute('/', () => {
    throw new Error('tea');
  });
  const { statusCode, headers, body } = await fastify.inject('/');
  assert.equal(statusCode, 418);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.match(body, /^<!DOCTYPE html>.*<title>Sorry: tea<\/title>.*<h1>Sorry: tea<\/h1>/);
  assert.ok(takeScript(body).tag);
});

test('JSX of a missing page and of a plain route is a page', async (t) => {
  const fastify = await createServer(t);
  fastify.setNotFoundHandler((_request, reply) => reply.code(404).send(<a href="/">Not here</a>));
  fastify.get('/about', () => <h1>About</h1>);
  const Broken = (): never => {
    throw new Error('tea');
  };
  fastify.get('/broken', () => <Broken />);
  fastify.get('/json', () => ({ ok: true }));
  fastify.issrRoute('/', () => <p>home</p>);
  fastify.issrRoute('/gone', (_request, reply) => void reply.callNotFound());
  const origin = await listen(fastify);
  for (const [path, status, text] of [
    ['/nowhere', 404, 'Not here'],
    ['/gone', 404, 'Not here'],
    ['/about', 200, 'About'],
  ] as const) {
    const page = await PageDriver.open(origin, path);
    assert.deepEqual(
      [page.answer.status, page.answer.headers['content-type'], page.text],
      [status, 'text/html; charset=utf-8', text],
    );
    assert.doesNotMatch(page.loaded, /data-issr-token/, 'one script tag only');
    assert.equal(await fastify.issr.rr(() => true), 0, 'no push reaches it');
    await page.rr({ url: '/' });
    assert.equal(page.text, 'home');
    page.send(['bye']);
    await page.closed();
  }
  const page = await PageDriver.open(origin, '/');
  assert.deepEqual(await page.rr({ url: '/gone' }), ['redirect', 1, '/gone', false]);
  assert.deepEqual((await fastify.inject('/json')).json(), { ok: true });
  assert.equal((await fastify.inject('/broken')).json().message, 'tea');
});

test('JSX whose content type is set is a page', async (t) => {
  const fastify = await createServer(t);
  fastify.setErrorHandler(({ message }: Error, _request, reply) =>
    reply
      .code(500)
      .type('text/html')
      .send(<b>{message}</b>),
  );
  const Broken = (): never => {
    throw new Error('tea');
  };
  fastify.get('/plain', (_request, reply) => reply.type('text/html').send(<p>plain</p>));
  fastify.get('/broken', (_request, reply) => reply.type('text/html').send(<Broken />));
  fastify.issrRoute('/failing', async () => {
    throw new Error('coffee');
  });
  fastify.issrRoute('/', (_request, reply) => void reply.type('text/html').send(<p>page</p>));
  for (const [path, status, text] of [
    ['/plain', 200, '<p>plain</p>'],
    ['/broken', 500, '<b>tea</b>'],
    ['/failing', 500, '<b>coffee</b>'],
    ['/', 200, '<p>page</p>'],
  ] as const) {
    const { statusCode, headers, body } = await fastify.inject(path);
    assert.deepEqual([statusCode, headers['content-type']], [status, 'text/html'], path);
    assert.ok(body.includes(text), body);
    assert.ok(takeScript(body).tag);
  }
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal(page.text, 'page');
  await page.rr();
  assert.equal(page.text, 'page');
});

test('a page that an event does not find is an error with its JSX', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  fastify.setNotFoundHandler((_request, reply) => reply.code(404).send(<b>Not here</b>));
  fastify.issrRoute('/', ({ issr }, reply) => (issr.firstTime ? <p>here</p> : reply.callNotFound()));
  const page = await PageDriver.open(await listen(fastify), '/');
  const [verb, , error] = await page.rr();
  assert.equal(verb, 'error');
  const { status, message } = error as PageError;
  assert.equal(status, 404);
  assert.match(String(message), /<b>Not here<\/b>/);
});

test('an error handler answers a failed render by JSON or JSX', async (t) => {
  const fastify = await createServer(t);
  fastify.setErrorHandler(({ message }: Error, _request, reply) => {
    reply.code(500).send(message === 'jsx' ? <b>{message}</b> : { message, secret: 'not in the schema' });
  });
  const Failing = ({ message }: { message: string }): never => {
    throw new Error(message);
  };
  const response = { 500: { type: 'object', properties: { message: { type: 'string' } } } };
  for (const name of ['object', 'jsx']) {
    fastify.issrRoute(`/${name}`, { schema: { response } }, () => <Failing message={name} />);
    fastify.issrRoute(`/sent/${name}`, { schema: { response } }, (_request, reply) =>
      reply.send(<Failing message={name} />),
    );
  }
  for (const path of ['/object', '/sent/object']) {
    const { headers, body } = await fastify.inject(path);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(body, '{"message":"object"}');
  }
  for (const path of ['/jsx', '/sent/jsx']) {
    const { headers, body } = await fastify.inject(path);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, /<body><b>jsx<\/b><\/body>/);
  }
});

test('hooks may change the HTML of a page', async (t) => {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? payload.replace('</body>', '<footer>hook</footer></body>') : payload,
  );
  const options = {
    preSerialization: async (_request: unknown, _reply: unknown, view: unknown) => (
      <section>{view as never}</section>
    ),
    onSend: async (_request: unknown, _reply: unknown, html: unknown) =>
      String(html).replace('<p>', '<hr><p>'),
  };
  let renders = 0;
  fastify.issrRoute('/', options, () => <p>render {++renders}</p>);
  const open = await PageDriver.open(await listen(fastify), '/');
  assert.match(open.loaded, /<section><hr><p>render 1<\/p><\/section><footer>hook<\/footer><\/body>/);
  assert.equal((await open.rr())[0], 'patch');
  assert.deepEqual([renders, open.text], [2, 'render 2hook']);
  assert.deepEqual(
    open.messages.map(([verb]) => verb),
    ['joined', 'patch'],
  );
});

for (const order of ['before', 'after']) {
  test(`a hook that an onRoute hook adds ${order} the plugin's changes loads and events`, async (t) => {
    const fastify = closeAfter(t, Fastify());
    const change = async (_request: unknown, _reply: unknown, html: unknown) =>
      String(html).replace('</body>', '<footer>hook</footer></body>');
    const addToRoutes = () =>
      fastify.addHook('onRoute', (route) => {
        if (route.url === '/') route.onSend = [route.onSend ?? [], change].flat();
      });
    if (order === 'before') addToRoutes();
    await fastify.register(issrPlugin);
    if (order === 'after') addToRoutes();
    let renders = 0;
    fastify.issrRoute('/', () => <p>render {++renders}</p>);
    const open = await PageDriver.open(await listen(fastify), '/');
    assert.match(open.loaded, /render 1.*<footer>hook/);
    await open.rr();
    assert.equal(open.text, 'render 2hook');
  });
}

test('with @fastify/compress a load is compressed and an event is not', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(compress, { threshold: 0 });
  let renders = 0;
  fastify.issrRoute('/', () => page(`render ${++renders}`));
  const origin = await listen(fastify);
  const { headers } = await get(origin, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(headers['content-encoding'], 'gzip');
  const open = await PageDriver.open(origin, '/');
  await open.connect({ 'accept-encoding': 'gzip' });
  await open.join();
  await open.rr();
  assert.equal(open.text, `render ${renders}`);
});

test('routes of a scope have its prefix, hooks and decorators', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(
    async (shop) => {
      shop.decorateRequest('basket', '');
      shop.addHook('preHandler', async (request) => {
        Object.assign(request, { basket: 'three apples' });
      });
      shop.issrRoute('/basket', function (request) {
        assert.equal(this, shop);
        return page((request as unknown as { basket: string }).basket);
      });
    },
    { prefix: '/shop' },
  );
  const open = await PageDriver.open(await listen(fastify), '/shop/basket');
  assert.equal(open.text, 'three apples');
  assert.deepEqual((await open.rr()).slice(0, 2), ['patch', 1]);
});

test('a key does not reach the browser', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => (
    <ul>
      {['a', 'b'].map((name) => (
        <li key={`row-${name}`}>{name}</li>
      ))}
    </ul>
  ));
  assert.match((await fastify.inject('/')).body, /<ul><li>a<\/li><li>b<\/li><\/ul>/);
});
