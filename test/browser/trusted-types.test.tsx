import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

interface TrustedTypes {
  createPolicy(name: string, rules: object): unknown;
}

const REQUIRED = "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'; trusted-types";

/** A site with a page at each path that shows `views[path]`, and what shows them. */
async function openSite(
  t: Parameters<typeof createServer>[0],
  policyOf: (path: string) => string | false,
  views: Record<string, string>,
): Promise<{ page: Page; show: (body: string) => Promise<void> }> {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async ({ url }, reply) => {
    const policy = policyOf(url);
    if (policy) reply.header('content-security-policy', policy);
  });
  fastify.get('/loaded.js', (_request, reply) =>
    reply.type('text/javascript').send('window.ran += "loaded "'),
  );
  for (const path of Object.keys(views)) {
    fastify.issrRoute(
      path,
      () => `<!DOCTYPE html><html lang="en"><head><title>t</title></head><body>${views[path]}</body></html>`,
    );
  }
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => Object.assign(window, { ran: '' }));
  const show = async (body: string): Promise<void> => {
    views['/'] = body;
    await fastify.issr.rr('/');
  };
  return { page, show };
}

const frameShows = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction(
    (text) => document.querySelector('iframe')?.contentDocument?.body?.textContent === text,
    text,
  );

const ran = (page: Page): Promise<unknown> => page.evaluate('window.ran');

/** Chromium logs each violation as an error, and those fail a test. */
test('pages are patched and visited under trusted-types fastify-issr', async (t) => {
  const { page, show } = await openSite(t, () => `${REQUIRED} fastify-issr`, {
    '/': '<p>1</p><a href="/other">other</a>',
    '/other':
      '<noscript onclick="x()"><i>other</i></noscript><h1>other</h1><form onsubmit="x()"><input value="b"></form>',
  });
  await show('<p onclick="window.ran += \'p \'">2</p><a href="/other">other</a>');
  await shows(page, 'p', '2');
  await page.click('p');
  assert.equal(await ran(page), 'p ');

  await show(
    `<p onclick="window.ran += 'q '" @click="y">3</p><a href="/other">other</a>
    <ul><li key="1" onclick="window.ran += 'li '">one</li><li key="2">two</li></ul>
    <form onclick="window.ran += 'form '"><input name="a" value="a" oninput="window.ran += ''"><button type="button">b</button></form>
    <script>window.ran += 'inline '</script><script src="/loaded.js"></script><script>window.ran += 'last '</script>
    <template><b onclick="x()">t</b><script>window.ran += 'never '</script></template>
    <noscript onclick="x()"><i>no</i></noscript><iframe srcdoc="<p>first</p>"></iframe>
    <svg><a xlink:href="/other" onclick="x()"><text>t</text></a></svg>`,
  );
  await page.waitForFunction(() => /last/.test(Reflect.get(window, 'ran')));
  await page.click('p');
  await page.click('li');
  await page.click('button');
  assert.equal(await ran(page), 'p inline loaded last q li form ');
  await frameShows(page, 'first');

  await page.fill('input', 'typed');
  await show(
    `<p>4</p><a href="/other">other</a>
    <ul><li key="2" onclick="window.ran += 'two '">two</li><li key="3">three</li></ul>
    <form onclick="window.ran += 'changed '"><input name="a" value="b" oninput="window.ran += '' + ''"><button type="button">b</button></form>
    <iframe srcdoc="<p>second</p>"></iframe>`,
  );
  await frameShows(page, 'second');
  assert.equal(await page.inputValue('input'), 'typed');
  await page.click('li');
  await page.click('button');
  assert.match(String(await ran(page)), /form two changed $/);

  await page.click('a');
  await shows(page, 'h1', 'other');
  await page.goBack();
  await shows(page, 'p', '4');
});

test('whole pages are morphed under trusted-types fastify-issr', async (t) => {
  const views = { '/': '<p onclick="x()">1</p><iframe srcdoc="<p>first</p>"></iframe>' };
  const { page, show } = await openSite(t, () => `${REQUIRED} fastify-issr`, views);
  // The page asks for the whole one when a patch was cancelled.
  await page.evaluate(() =>
    document.addEventListener('issr:before-patch', (event) => event.preventDefault(), { once: true }),
  );
  await show('<p onclick="x()">2</p><iframe srcdoc="<p>first</p>"></iframe>');
  await show(
    '<p onclick="window.ran += \'p \'">3</p><iframe srcdoc="<p>second</p>"></iframe><noscript><i>no</i></noscript>',
  );
  await shows(page, 'p', '3');
  await page.click('p');
  assert.equal(await ran(page), 'p ');
  await frameShows(page, 'second');
});

test('no other script can use or make the policy fastify-issr', async (t) => {
  const { page } = await openSite(t, () => `${REQUIRED} fastify-issr`, { '/': '<p>1</p>' });
  const attempts = [
    () => {
      document.body.innerHTML = '<b>written</b>';
    },
    () => (Reflect.get(window, 'trustedTypes') as TrustedTypes).createPolicy('fastify-issr', {}),
  ];
  for (const attempt of attempts) await assert.rejects(page.evaluate(attempt), /TypeError/);
  assert.equal((await browser.takeErrors()).length, attempts.length);
});

test("under trusted-types 'none' the page stays as loaded", { skip: unless('loadLogs') }, async (t) => {
  const { page } = await openSite(t, (path) => path === '/strict' && `${REQUIRED} 'none'`, {
    '/': '<p>1</p>',
    '/strict': '<p>loaded</p><a href="/">back</a>',
  });
  await page.goto(new URL('/strict', page.url()).href);
  const errors = (await browser.takeErrors()).join('\n');
  // Chromium names the policy and the type, Firefox the directives.
  assert.match(errors, /fastify-issr|trusted-types 'none'/);
  assert.match(errors, /TrustedHTML|require-trusted-types-for/);
  assert.equal(await page.getAttribute('html', 'data-issr'), null);
  await page.click('a');
  await shows(page, 'p', '1');
});

test('a list without fastify-issr costs one line in the console', {
  skip: unless('loadLogs'),
}, async (t) => {
  const { page, show } = await openSite(t, () => 'trusted-types other', { '/': '<p>1</p>' });
  await show('<p>2</p><script>window.ran += "inline "</script>');
  await shows(page, 'p', '2');
  assert.equal(await ran(page), 'inline ');
  const errors = await browser.takeErrors();
  assert.equal(errors.length, 1);
  assert.match(errors.join(), /fastify-issr|trusted-types other/);
});
