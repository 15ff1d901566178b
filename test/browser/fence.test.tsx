import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

/** Elements that a sanitizer may let through, each with a command. */
const CONTENT = `
  <img src="/nothing.png" data-rr="error" action="remove" value="error">
  <p data-rr="focusin" action="remove" value="autofocus" tabindex="0" autofocus>x</p>
  <button id="by-attribute" data-rr="click" action="remove" value="click">read more</button>
  <a id="link" href="/other" data-rr="click">link</a>
  <button id="by-handler" type="button" onclick="rr(this)" action="remove" value="handler">handler</button>
  <button id="by-form" form="own" action="remove" value="form">form</button>
  <input name="mode" value="all">
  <input form="own" name="amount" value="100">`;

test('nothing inside data-rr="off" runs a command or sends a value', async (t) => {
  const fastify = await createServer(t);
  const ran: unknown[] = [];
  const queries: unknown[] = [];
  fastify.get('/other', (_, reply) => reply.type('text/html').send('<h1>loaded</h1>'));
  const actions = { remove: () => void ran.push('remove'), own: () => void ran.push('own') };
  fastify.issrRoute('/', { actions }, ({ query }) => {
    queries.push({ ...(query as object) });
    return (
      <main>
        <form id="own" onsubmit="rr(this)">
          <button action="own">own</button>
        </form>
        <article data-rr="click" {...{ action: 'own' }}>
          <div data-rr="off" dangerouslySetInnerHTML={{ __html: CONTENT }} />
        </article>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await page.focus('[data-rr=focusin]');
  await page.click('#by-handler');
  // The click reaches the author's element around the fence.
  await page.waitForSelector('html[data-issr=connected]:not(:has([aria-busy=true]))');
  assert.deepEqual(ran, ['own']);
  await page.click('#own button');
  await page.click('#by-attribute');
  await page.click('#by-form');
  await page.evaluate(() => window.rr());
  assert.deepEqual(new Set(ran), new Set(['own']));
  assert.deepEqual(
    queries.flatMap((query) => Object.keys(query as object)).filter((name) => name !== 'own'),
    [],
  );
  await page.click('#link');
  await page.waitForSelector('h1');
  // Chromium and Firefox log the missing image.
  await browser.takeErrors();
});
