import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import helmet from '@fastify/helmet';
import type { FastifyReply } from 'fastify';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../../support/browser.js';
import { createServer, listen } from '../../support/server.js';

const browser = useBrowser();

/** The nonces of one answer, of the answer before it, and of the load. */
interface Nonces {
  own: string;
  before: string;
  load: string;
  style: string;
}

/** A page under helmet's policy with nonces. At its first event it shows these elements. */
async function openPage(
  t: TestContext,
  sources: string[],
  markup: (nonces: Nonces) => string,
  isWhole = false,
): Promise<Page> {
  const fastify = await createServer(t);
  await fastify.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      directives: { 'script-src': sources, 'style-src': [], 'upgrade-insecure-requests': null },
    },
  });
  fastify.get('/own.js', (_request, reply) => reply.type('text/javascript').send('ran("own.js")'));
  const scripts: string[] = [];
  fastify.issrRoute('/', ({ issr }, reply: FastifyReply) => {
    const { script, style } = reply.cspNonce;
    const [load = '', before = load] = [scripts[0], scripts.at(-1)];
    scripts.push(script);
    const steps = Number(issr.action?.value ?? 0);
    const shown = steps > 1 ? markup({ own: script, before, load, style }) : '';
    return `<!doctype html>${isWhole ? `<!--${steps}-->` : ''}<html><head><title>t</title>
      <style nonce="${style}"></style>
      <script nonce="${script}">window.names = []; window.ran = (name) => names.push(name)</script></head>
      <body><button action="step" value="1" data-rr="click">1</button><button action="step" value="2" data-rr="click">2</button>
      <output>${steps}</output><main>${shown}</main></body></html>`;
  });
  const page = await browser.openPage(await listen(fastify));
  await page.click('button[value="1"]');
  await shows(page, 'output', '1');
  await page.click('button[value="2"]');
  await shows(page, 'output', '2');
  return page;
}

/** The scripts that ran, once those that were to load have settled. */
async function ranIn(page: Page): Promise<string[]> {
  await page.waitForFunction(() => (window as unknown as { names: string[] }).names.includes('last'));
  return page.evaluate(() => (window as unknown as { names: string[] }).names);
}

const script = (name: string, attributes = ''): string => `<script ${attributes}>ran("${name}")</script>`;

const injected = ({ own, before, load }: Nonces): string =>
  script('without') +
  script('guessed', 'nonce="guess"') +
  script('empty', 'nonce=""') +
  script('of the answer before', `nonce="${before}"`) +
  script('of the load', `nonce="${load}"`) +
  script('own', `NONCE='${own}'`) +
  `<svg>${script('in svg')}</svg>` +
  script('last', `nonce="${own}"`);

for (const [way, isWhole] of [
  ['patch', false],
  ['whole page', true],
] as const) {
  test(`scripts in a ${way} run by the nonce of their own answer only`, async (t) => {
    const page = await openPage(t, [], injected, isWhole);
    assert.deepEqual(await ranIn(page), ['own', 'last']);
    assert.match((await browser.takeErrors()).join(), /Content[ -]Security[ -]Policy/);
  });

  test(`under strict-dynamic too, scripts in a ${way} need that nonce`, async (t) => {
    const more = '<script src="/own.js"></script><script src="/own.js" nonce="guess"></script>';
    const page = await openPage(t, ["'strict-dynamic'"], (nonces) => more + injected(nonces), isWhole);
    assert.deepEqual(await ranIn(page), ['own', 'last']);
    await browser.takeErrors();
  });
}

test("scripts by 'self' and styles by nonce follow the policy", async (t) => {
  const page = await openPage(t, ["'self'"], ({ own, style }) =>
    [
      '<script src="/own.js"></script>',
      `<style nonce="${style}">main { width: 7px }</style><style nonce="guess">main { height: 7px }</style>`,
      script('last', `nonce="${own}"`),
    ].join(''),
  );
  assert.deepEqual(await ranIn(page), ['own.js', 'last']);
  const [width, height] = await page.$eval('main', (main) => {
    const { width, height } = getComputedStyle(main);
    return [width, height];
  });
  assert.equal(width, '7px');
  assert.notEqual(height, '7px');
  await browser.takeErrors();
});

test('under strict-dynamic an empty script loads no address without a nonce', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      directives: { 'script-src': ["'strict-dynamic'"], 'style-src': [], 'upgrade-insecure-requests': null },
    },
  });
  for (const name of ['without', 'own'])
    fastify.get(`/${name}.js`, (_request, reply) => reply.type('text/javascript').send(`ran("${name}")`));
  fastify.issrRoute('/', ({ issr }, reply: FastifyReply) => {
    const src = (name: string) => (issr.action ? `src="/${name}.js"` : '');
    const { script } = reply.cspNonce;
    return `<html><head><script nonce="${script}">window.names = []; window.ran = (name) => names.push(name)</script></head>
      <body><button action="fill" data-rr="click">fill</button><output>${issr.action?.name ?? ''}</output>
      <script ${src('without')}></script><script nonce="${script}" ${src('own')}></script></body></html>`;
  });
  const page = await browser.openPage(await listen(fastify));
  await page.click('button');
  await shows(page, 'output', 'fill');
  await page.waitForFunction(() => (window as unknown as { names: string[] }).names.includes('own'));
  assert.deepEqual(await page.evaluate(() => (window as unknown as { names: string[] }).names), ['own']);
  await browser.takeErrors();
});
