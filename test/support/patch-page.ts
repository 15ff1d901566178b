import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { diff } from '../../src/html/diff.js';
import type { Instruction } from '../../src/protocol.js';
import { type PatchRoute, startPatchRoute } from './patch-route.js';
import { setupChromium } from './setup-chromium.js';

const ADDRESS = 'http://page.test/';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** How a page learns of a change: what the server's diff says, the whole page at once, or all of it end to end. */
export const WAYS = ['instructions', 'whole page', 'a real route'] as const;
export type Way = (typeof WAYS)[number];

/** An open page of a visitor, and what the server does to it. */
export interface View {
  page: Page;
  /** An event is sent: from now on the server may answer it. Returns its number. */
  send(): Promise<number>;
  /** The server has rendered this HTML. `event` is the last event that it has answered. */
  show(html: string, event?: number): Promise<void>;
  /** Carries out instructions as they are. */
  patch(...instructions: Instruction[]): Promise<boolean>;
  /** Asserts that nobody could tell this page from a fresh load of what the server rendered last. */
  isFresh(): Promise<void>;
}

export interface Views {
  open(html: string, way?: Way): Promise<View>;
  /** A page under a Content Security Policy, or in a browser from which `prepare` takes something. */
  openIn(html: string, surroundings: { policy?: string; prepare?: () => void }): Promise<View>;
  /** A connected page of the plugin. */
  visit(url: string): Promise<Page>;
}

/** A whole document. */
export function html(body: string, head = ''): string {
  return `<!doctype html><html><head><title>A page</title>${head}</head><body>${body}</body></html>`;
}

/** One test of a behaviour for each way. */
export function testEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (by ${way})`, () => run(way));
}

/** One browser for the tests of a file. */
export function useViews(): Views {
  let browser: Browser;
  let context: BrowserContext;
  let tools: string;
  let route: PatchRoute;

  before(async () => {
    browser = await chromium.launch({ executablePath: setupChromium(), args: FLAGS.split(' ') });
    context = await browser.newContext();
    tools = await bundleTools();
    route = await startPatchRoute();
  });
  afterEach(async () => {
    for (const page of context.pages()) await page.close();
  });
  after(async () => {
    await browser.close();
    await route.close();
  });

  const load = async (
    markup: string,
    { policy, prepare }: { policy?: string; prepare?: () => void } = {},
  ): Promise<Page> => {
    const page = await context.newPage();
    if (prepare) await page.addInitScript(prepare);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.route(`${ADDRESS}**`, (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: policy ? { 'content-security-policy': policy } : {},
        body: markup,
      }),
    );
    await page.goto(ADDRESS);
    await page.evaluate(tools);
    return page;
  };

  const visit = async (url: string): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(url);
    await page.waitForSelector('html[data-issr=connected]', { state: 'attached' });
    return page;
  };

  const openRoute = async (markup: string): Promise<View> => {
    const url = route.add(markup);
    const page = await visit(url);
    await route.watch(page);
    await page.evaluate(tools);
    let shown = markup;
    return {
      page,
      send: () => route.send(page, url),
      async show(now, event) {
        shown = now;
        await route.show(page, url, now, event);
      },
      patch: () => Promise.reject(new Error('The server says what is patched')),
      isFresh: () => assertFresh(page, shown, load),
    };
  };

  const takeOver = async (page: Page, markup: string, way: Way): Promise<View> => {
    await page.evaluate(() => {
      window.patcher = window.tools.createPatcher();
    });
    return createView(page, markup, way, load);
  };

  return {
    visit,
    async open(markup, way = 'instructions') {
      if (way === 'a real route') return openRoute(markup);
      return takeOver(await load(markup), markup, way);
    },
    async openIn(markup, surroundings) {
      return takeOver(await load(markup, surroundings), markup, 'instructions');
    },
  };
}

function createView(page: Page, first: string, way: Way, load: (markup: string) => Promise<Page>): View {
  let events = 0;
  let shown = first;
  const patch = (event: number, list: Instruction[]): Promise<boolean> =>
    page.evaluate(([number, items]) => window.patcher.patch(number, items), [event, list] as const);
  return {
    page,
    async send() {
      events++;
      await page.evaluate((number) => window.patcher.hold(number), events);
      return events;
    },
    async show(now, event = 0) {
      const change = diff(shown, now);
      shown = change.html;
      if (way === 'instructions' && change.instructions) {
        assert.ok(await patch(event, change.instructions), JSON.stringify(change.instructions));
      } else {
        await page.evaluate(([number, text]) => window.patcher.page(number, text), [event, now] as const);
      }
    },
    patch: (...instructions) => patch(events, instructions),
    isFresh: () => assertFresh(page, shown, load),
  };
}

async function assertFresh(page: Page, html: string, load: (html: string) => Promise<Page>): Promise<void> {
  const fresh = await load(html);
  const [mine, wanted] = await Promise.all(
    [page, fresh].map((one) => one.evaluate(() => window.tools.snapshot())),
  );
  await fresh.close();
  assert.equal(mine, wanted);
}

/** What runs in the page, as a script that defines `tools`. */
async function bundleTools(): Promise<string> {
  const files = ['client/patcher', 'test/support/patch-snapshot', 'test/support/patch-oracle'];
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `export * from './${file}.js';`).join('\n'),
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
    tools: typeof import('../../client/patcher.js') &
      typeof import('./patch-snapshot.js') &
      typeof import('./patch-oracle.js');
  }
}
