import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createSite } from '../../../examples/site.js';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';

const browser = useBrowser();
const FOLDER = new URL('../../../examples/', import.meta.url);

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types fastify-issr";

/** Examples whose pages need no inline script or style: what a visitor does with each. */
const STRICT: Record<string, (page: Page, url: (path: string) => string) => Promise<void>> = {
  async assistant(page) {
    await page.fill('[name=question]', 'Is there an oak?');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.theirs >> text=you would like to know about?');
    await page.click('.rate');
    await page.waitForSelector('.rate[aria-pressed=true]');
  },
  async board(page) {
    await page.dragAndDrop('#card-6', '#card-2', { targetPosition: { x: 40, y: 4 } });
    await page.waitForSelector('[data-column="2"] #card-6');
    await connected(page);
    // The middle column is full after this one, and refuses the next.
    await page.click('#card-3 button:last-child');
    await page.waitForSelector('[data-column="1"] #card-3');
    await page.dragAndDrop('#card-0', '#card-4', { targetPosition: { x: 40, y: 4 } });
    await page.waitForSelector('[data-column="0"] #card-0');
  },
  async dashboard(page) {
    await page.waitForSelector('svg');
  },
  async feed(page) {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForSelector('ol > li:nth-child(100)');
    await page.click('li:nth-child(60) a');
    await page.waitForFunction(() => location.pathname === '/feed/60');
  },
  async gallery(page) {
    await page.hover('text=Blue hour');
    await page.click('text=Blue hour');
    await shows(page, 'h1', 'Blue hour');
    await page.goBack();
    await page.click('text=night');
    await page.waitForFunction(() => document.querySelectorAll('.gallery li').length === 4);
  },
  async home(page) {
    await page.click('text=add');
    await page.waitForSelector('.tiles li:nth-child(4)');
    await page.waitForSelector('pre .keyword');
  },
  async policy(page) {
    await page.click('text=grey');
    await shows(page, 'output', '#676767');
  },
  async reports(page) {
    await page.click('text=Last week');
    await shows(page, '.reports output', '1,409');
    await page.waitForSelector('text=Orders of the next 12 weeks');
  },
  async 'sign-up'(page) {
    await page.fill('[name=name]', 'ada');
    await shows(page, '#name-error', 'This name is taken');
    const texts = { name: 'lovelace', email: 'a@example.org', password: 'long enough', again: 'long enough' };
    for (const [field, text] of Object.entries({ ...texts, birthday: '1990-12-09' }))
      await page.fill(`[name=${field}]`, text);
    await page.selectOption('[name=plan]', 'Free');
    await page.check('[name=agree]');
    await page.click('text=Create account');
    await shows(page, '.flash', 'Welcome, lovelace');
  },
  async sockets(page) {
    await page.selectOption('select', '/echo');
    await page.click('form:first-child button');
    await page.waitForSelector('.log li');
  },
  async source(page) {
    await page.waitForSelector('pre .keyword');
    await page.frameLocator('iframe').locator('ol > li >> nth=0').waitFor();
  },
};

/** Paths that are not the name of their example. */
const PATHS: Record<string, string> = { home: '/', source: '/source/feed.tsx' };

/** Examples that show `onclick="rr(this)"` and its like, which a strict policy forbids. */
const INLINE =
  'chat clock counter fields hello house image-map phone scores search sheet sign-in stream tab-box todo uploads';

let origin = '';
// Each answer has the policy, unless its page has one of its own.
const site = createSite({
  serverFactory: (handler) =>
    createServer((request, response) => {
      response.setHeader('content-security-policy', POLICY);
      handler(request, response);
    }),
});
before(async () => {
  const fastify = await site;
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  origin = fastify.listeningOrigin;
});
after(async () => (await site).close());

/** Components of several pages. */
const SHARED = ['code.tsx', 'field.tsx', 'head.tsx', 'layout.tsx', 'tiles.tsx'];

test('every example is used under a strict policy or shows inline handlers', () => {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.tsx') && !SHARED.includes(file))
    .map((file) => file.slice(0, -'.tsx'.length));
  const inline = names.filter((name) =>
    / on[a-z]+=["{]| style=|<script>/.test(readFileSync(new URL(`${name}.tsx`, FOLDER), 'utf8')),
  );
  assert.deepEqual(inline, INLINE.split(' '));
  assert.deepEqual(
    names.filter((name) => !inline.includes(name)),
    Object.keys(STRICT),
  );
});

for (const [name, use] of Object.entries(STRICT)) {
  // Chromium logs each violation as an error, and those fail a test.
  const skip = name === 'board' && unless('drag');
  test(`the example ${name} works under CSP and Trusted Types`, { skip }, async () => {
    const url = (path: string): string => origin + path;
    const page = await browser.openPage(url(PATHS[name] ?? `/${name}`));
    await use(page, url);
    await connected(page);
  });
}
