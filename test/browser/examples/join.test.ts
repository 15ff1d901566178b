import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXAMPLES } from '../../../examples/catalog.js';
import { useBrowser } from '../../support/browser.js';
import { useExamples } from '../../support/examples.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const browser = useBrowser();
const url = useExamples();

const FOLDER = new URL('../../../examples/', import.meta.url);

/** Pages that the index does not name. Some of them need a sign-in. */
const INNER = ['/', '/source/hello.tsx', '/feed/1', '/gallery/1', '/account'];
const HELPDESK = ['sign-in', 'new', 'tickets/1', 'board', 'reports'].map((name) => `/helpdesk/${name}`);
const SIGN_INS: Record<string, Record<string, string>> = {
  '/sign-in': { user: 'ada', password: 'difference' },
  '/helpdesk/sign-in': { login: 'ada', password: 'helpdesk' },
};

/** The paths of all page routes, as declared. */
async function declaredPaths(): Promise<string[]> {
  const names = await readdir(FOLDER, { recursive: true });
  const files = names.filter((name) => name.endsWith('.tsx'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  return texts.flatMap((text) =>
    Array.from(text.matchAll(/issrRoute\(\s*'([^']+)'/g), ([, path]) => path ?? ''),
  );
}

const isRouteOf = (route: string, path: string): boolean =>
  new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`).test(path);

/** Signs in if this is the place for it. */
async function signIn(page: Page, path: string): Promise<void> {
  const fields = Object.entries(SIGN_INS[path] ?? {});
  if (fields.length === 0) return;
  for (const [name, value] of fields) await page.fill(`[name=${name}]`, value);
  await page.press('[name=password]', 'Enter');
  await page.waitForFunction((path) => location.pathname !== path, path);
}

test('no example is sent again at its join: the browser reads its HTML as the server does', async (t) => {
  let received = '';
  const { origin } = await TcpProxy.open(t, url(''), {
    onDown: (piece) => {
      received += piece;
    },
  });
  const indexed = EXAMPLES.map(({ href }) => href);
  const examples = [...indexed, ...INNER, ...HELPDESK];
  const missing = (await declaredPaths()).filter((route) => !examples.some((path) => isRouteOf(route, path)));
  assert.deepEqual(missing, [], 'pages that this test does not open');

  const page = await browser.openPage(`${origin}/`);
  for (const path of examples) {
    received = '';
    await page.goto(origin + path);
    await page.waitForSelector('html[data-issr=connected]');
    // A frame that joins while the next page loads would count as a part of that one.
    if (path.startsWith('/source/'))
      await page.frameLocator('iframe').locator('html[data-issr=connected]').waitFor();
    // The answer follows everything that the join has caused.
    await page.evaluate(() => window.rr());
    assert.equal(await page.evaluate(() => location.pathname), path);
    assert.match(received, /\["joined",/, path);
    // A source is sent whole once it has colours.
    assert.doesNotMatch(received, path.startsWith('/source/') ? /\["base",/ : /\["(base|page)",/, path);
    await signIn(page, path);
  }
});
