import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import cookie from '@fastify/cookie';
import httpProxy from '@fastify/http-proxy';
import Fastify, { type FastifyPluginAsync, type FastifyRequest } from 'fastify';
import type { ClientOptions } from 'ws';
import issrPlugin from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { startNginx } from '../support/nginx.js';
import { closeAfter, listen } from '../support/server.js';

const browser = useBrowser();
/** The sub-path of docs/deploying.md. */
const PREFIX = '/shop';

/** `yes` if each of the cookies that `remember` sets came. */
const knows = ({ seen, outer, plain }: Record<string, string | undefined>) =>
  seen === outer && outer === plain ? seen : 'some';

/** A site of two pages that link to each other by relative addresses. `own` is the path by which it knows itself. */
function createPages(own: string): FastifyPluginAsync {
  return async (scope) => {
    await scope.register(cookie);
    await scope.register(issrPlugin);
    const actions = {
      go: ({ issr }, reply) => reply.redirect(`${own}${issr.action.value}`),
      outside: (_request, reply) => reply.redirect(`${PREFIX}/two?x=3`),
      remember: (_request, reply) => {
        reply.setCookie('seen', 'yes', { httpOnly: true, path: '/' });
        reply.setCookie('outer', 'yes', { httpOnly: true, path: PREFIX });
        reply.setCookie('plain', 'yes', { httpOnly: true });
      },
    } satisfies Parameters<typeof scope.issrRoute<{ Querystring: Record<string, string> }>>[1]['actions'];
    scope.issrRoute<{ Params: { name: string }; Querystring: Record<string, string> }>(
      '/:name',
      { actions, url: ['tab'] },
      ({ params: { name }, query, cookies }) => (
        <html lang="en">
          <body>
            <h1>{name}</h1>
            <pre>{`${knows(cookies)} ${JSON.stringify(query)}`}</pre>
            <a href="two?x=1" onclick="rr(this)">
              visit
            </a>
            <div name="tab" value={query.tab ?? 'a'} />
            {[
              ['tab', 'b'],
              ['go', '/two?x=2'],
              ['outside', 't'],
              ['remember', 't'],
            ].map(([action, value]) => (
              <button key={action} type="button" action={action} value={value} onclick="rr(this)">
                {action}
              </button>
            ))}
            <form method="post" action="?remember">
              <button>post</button>
            </form>
          </body>
        </html>
      ),
    );
  };
}

/** A Fastify scope with a prefix: the site knows of it. */
async function openScope(t: TestContext): Promise<string> {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(createPages(PREFIX), { prefix: PREFIX });
  return listen(fastify);
}

/** Its types do not know of it, and by itself the proxy would leave out the origin. */
const handshakeHeaders = (headers: object, { headers: { host, origin, cookie } }: FastifyRequest) => ({
  ...headers,
  host,
  origin,
  ...(cookie && { cookie }),
});

async function openPages(t: TestContext, own: string): Promise<string> {
  const site = closeAfter(t, Fastify({ forceCloseConnections: true }));
  await site.register(createPages(own));
  return listen(site);
}

/** A reverse proxy that takes the prefix off: the site knows nothing of it. */
async function openProxied(t: TestContext, websocket = true): Promise<string> {
  const upstream = await openPages(t, '');
  const proxy = closeAfter(t, Fastify({ forceCloseConnections: true }));
  await proxy.register(httpProxy, {
    upstream,
    prefix: PREFIX,
    websocket,
    replyOptions: { rewriteRequestHeaders: ({ headers: { host } }, headers) => ({ ...headers, host }) },
    wsClientOptions: { rewriteRequestHeaders: handshakeHeaders } as ClientOptions,
  });
  return listen(proxy);
}

/** Nothing went wrong but the handshakes that a proxy does not let through. */
const assertNoOtherErrors = async () =>
  assert.deepEqual(
    (await browser.takeErrors()).filter((error) => !error.startsWith('WebSocket connection')),
    [],
  );

for (const [where, openSite] of Object.entries({
  'a scope with a prefix': openScope,
  'a proxy that takes a prefix off': openProxied,
  'such a proxy that lets no websocket through': (t: TestContext) => openProxied(t, false),
  'an nginx that takes a prefix off': async (t: TestContext) =>
    startNginx(t, [await openPages(t, '')], 'stripped'),
  'an nginx that keeps a prefix': async (t: TestContext) => startNginx(t, [await openScope(t)], 'kept'),
})) {
  test(`below ${where} visits, Back and redirects keep the prefix`, async (t) => {
    const origin = await openSite(t);
    const page = await browser.openPage(`${origin}${PREFIX}/one`);
    const address = () => page.url().slice(origin.length);
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
    await page.click('text=visit');
    await shows(page, 'h1', 'two');
    assert.equal(address(), '/shop/two?x=1');
    await page.goBack();
    await shows(page, 'h1', 'one');
    await page.click('text=go');
    await shows(page, 'pre', 'undefined {"x":"2"}');
    assert.equal(address(), '/shop/two?x=2');
    await page.click('text=tab');
    await shows(page, 'pre', 'undefined {"x":"2","tab":"b"}');
    assert.equal(address(), '/shop/two?x=2&tab=b');
    assert.ok(await page.evaluate(() => 'loadedOnce' in window));
    await page.reload();
    await shows(page, 'pre', 'undefined {"x":"2","tab":"b"}');
    await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
    await page.click('text=outside');
    await shows(page, 'pre', 'undefined {"x":"3"}');
    assert.equal(address(), '/shop/two?x=3');
    assert.ok(await page.evaluate(() => 'loadedOnce' in window));
    await assertNoOtherErrors();
  });

  test(`below ${where} cookies arrive and forms without script return`, async (t) => {
    const origin = await openSite(t);
    const page = await browser.openPage(`${origin}${PREFIX}/one`);
    const fetched = page.waitForResponse(/issr\/cookies/);
    await page.click('text=remember');
    await fetched;
    await page.evaluate(() => window.rr());
    await shows(page, 'pre', 'yes {"tab":"a"}');
    await page.reload();
    await shows(page, 'pre', 'yes {"tab":"a"}');

    if (unless('noScript')) return;
    const plain = await browser.openPlainPage(`${origin}${PREFIX}/one`);
    await plain.click('text=post');
    assert.equal(plain.url(), `${origin}${PREFIX}/one`);
    assert.equal(await plain.textContent('pre'), 'yes {}');
    await assertNoOtherErrors();
  });
}
