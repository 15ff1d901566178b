import { after, before } from 'node:test';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Instruction } from '../../src/protocol.js';
import { setupChromium } from './setup-chromium.js';

const ADDRESS = 'http://page.test/';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A page with a patcher and no server: what is patched here comes from the test. */
export interface PatchPage {
  page: Page;
  /** Events are counted as the client does: this remembers the fields and gives the number. */
  event(): Promise<number>;
  patch(event: number, ...instructions: Instruction[]): Promise<boolean>;
  whole(event: number, html: string): Promise<void>;
  base(html: string): Promise<void>;
  hash(): Promise<number>;
  /** All there is to know of the document; equal for equal documents. */
  snapshot(): Promise<string>;
}

/** One browser for the tests of a file. */
export function usePatchPages(): {
  open(html: string): Promise<PatchPage>;
  fresh(html: string): Promise<string>;
} {
  let browser: Browser;
  let script: string;
  const pages: Page[] = [];

  before(async () => {
    browser = await chromium.launch({ executablePath: setupChromium(), args: FLAGS.split(' ') });
    script = await bundle();
  });
  after(() => browser.close());

  const load = async (html: string): Promise<Page> => {
    const page = await browser.newPage();
    pages.push(page);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.route(`${ADDRESS}**`, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
    );
    await page.goto(ADDRESS);
    return page;
  };

  return {
    async open(html) {
      const page = await load(html);
      await page.evaluate(`${script}; window.patcher = tools.createPatcher()`);
      return createPatchPage(page);
    },
    async fresh(html) {
      const page = await load(html);
      const text: string = await page.evaluate(`${script}; tools.snapshot()`);
      await page.close();
      return text;
    },
  };
}

/** What runs in the page, as a script that defines `tools`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './client/patcher.js'; export * from './test/support/patch-snapshot.js'; export * from './test/support/patch-oracle.js'`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    format: 'iife',
    globalName: 'tools',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

declare global {
  interface Window {
    patcher: import('../../client/patcher.js').Patcher;
    tools: typeof import('./patch-snapshot.js') & typeof import('./patch-oracle.js');
  }
}

function createPatchPage(page: Page): PatchPage {
  let count = 0;
  return {
    page,
    async event() {
      count++;
      await page.evaluate((number) => window.patcher.hold(number), count);
      return count;
    },
    patch: (event, ...instructions) =>
      page.evaluate(([number, list]) => window.patcher.patch(number, list), [event, instructions] as const),
    whole: (event, html) =>
      page.evaluate(([number, text]) => window.patcher.page(number, text), [event, html] as const),
    base: (html) => page.evaluate((text) => window.patcher.base(text), html),
    hash: () => page.evaluate(() => window.patcher.hash()),
    snapshot: () => page.evaluate(() => window.tools.snapshot()),
  };
}
