import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

/** The hash of `rr(this)`, as docs/security-and-csp.md gives it. */
const [HASH = ''] = /'sha256-[^']+'/.exec(readFileSync('docs/security-and-csp.md', 'utf8')) ?? [];

const policies = {
  'with the documented hash of rr(this) runs': { 'script-src-attr': ["'unsafe-hashes'", HASH] },
  'as it is data-rr runs': {},
};

for (const [what, directives] of Object.entries(policies)) {
  test(`under helmet's default policy, ${what}`, async (t) => {
    const fastify = await createServer(t);
    // Helmet upgrades requests to https, which the server of this test does not speak.
    await fastify.register(helmet, {
      contentSecurityPolicy: { directives: { ...directives, 'upgrade-insecure-requests': null } },
    });
    const ask = 'script-src-attr' in directives ? { onclick: 'rr(this)' } : { 'data-rr': 'click' };
    fastify.issrRoute('/', ({ issr }) => (
      <main>
        <button type="button" action="a" value={1} {...ask} />
        <output>{issr.action?.value}</output>
      </main>
    ));
    const page = await browser.openPage(await listen(fastify));
    const policy = (await page.reload())?.headers()['content-security-policy'] ?? '';
    assert.match(
      policy,
      'script-src-attr' in directives ? /script-src-attr 'unsafe-hashes'/ : /script-src-attr 'none'/,
    );
    await page.waitForSelector('html[data-issr=connected]');
    await page.dispatchEvent('button', 'click');
    await shows(page, 'output', '1');
  });
}

test('the page of a failed load is styled, and loads after a restart', async (t) => {
  const serve = async (error?: Error): Promise<FastifyInstance> => {
    const fastify = await createServer(t, { showErrors: true });
    const directives = { 'default-src': ["'self'"] };
    await fastify.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives } });
    fastify.issrRoute('/', () => <p />);
    fastify.issrRoute('/a/bad', () => {
      if (error) throw error;
      return <h1>mended</h1>;
    });
    return fastify;
  };
  const fastify = await serve(new Error('no luck'));
  const origin = await listen(fastify);
  const page = await browser.openPage(origin);
  await page.goto(`${origin}/a/bad`);
  await shows(page, 'h1', 'no luck');
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).paddingLeft), '14px');
  const mended = await serve();
  await fastify.close();
  await mended.listen({ host: '127.0.0.1', port: Number(new URL(origin).port) });
  await shows(page, 'h1', 'mended');
  const errors = await browser.takeErrors();
  assert.deepEqual(
    errors.filter((error) => /policy/i.test(error)),
    [],
  );
});

test("a patch does not parse the style that a script gave to a visitor's field", async (t) => {
  const fastify = await createServer(t);
  await fastify.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'self'"] } },
  });
  fastify.issrRoute('/', ({ query }) => (
    <main>
      <input name="q" value={(query as { q?: string }).q} />
      <button type="button" action="a" data-rr="click" />
      <output>{(query as { q?: string }).q}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => {
    const input = document.querySelector('input') as HTMLInputElement;
    input.style.background = 'red';
  });
  for (const text of ['first', 'second']) {
    await page.fill('input', text);
    await page.dispatchEvent('button', 'click');
    await shows(page, 'output', text);
  }
  assert.equal(await page.evaluate(() => document.querySelector('input')?.style.background), 'red');
  const errors = await browser.takeErrors();
  assert.deepEqual(
    errors.filter((error) => /policy/i.test(error)),
    [],
  );
});
