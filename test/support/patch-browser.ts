import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { setupChromium } from './setup-chromium.js';

const ADDRESS = 'http://page.test/';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** Conditions of a page: its Content Security Policy, and browser features that `prepare` removes. */
export interface Surroundings {
  policy?: string;
  prepare?: () => void;
}

/** The browser of a test file. Its pages have `tools` (below). An error in a page is an error of the test. */
export class PatchBrowser {
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #tools: string;
  /** Only for `snapshot`: rewriting a page is faster than opening one. */
  readonly #scratch: Page;

  static async start(): Promise<PatchBrowser> {
    const browser = await chromium.launch({ executablePath: setupChromium(), args: FLAGS.split(' ') });
    const scratch = await browser.newPage();
    const tools = await bundleTools();
    await scratch.evaluate(tools);
    return new PatchBrowser(browser, await browser.newContext(), tools, scratch);
  }

  private constructor(browser: Browser, context: BrowserContext, tools: string, scratch: Page) {
    this.#browser = browser;
    this.#context = context;
    this.#tools = tools;
    this.#scratch = scratch;
  }

  /** A page with this HTML and no server. */
  async load(html: string, { policy, prepare }: Surroundings = {}): Promise<Page> {
    const page = await this.#newPage();
    if (prepare) await page.addInitScript(prepare);
    const headers: Record<string, string> = policy ? { 'content-security-policy': policy } : {};
    await page.route(`${ADDRESS}**`, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: html }),
    );
    await page.goto(ADDRESS);
    await page.evaluate(this.#tools);
    return page;
  }

  /** A connected page of the plugin. */
  async visit(url: string): Promise<Page> {
    const page = await this.#newPage();
    await page.goto(url);
    await page.waitForSelector('html[data-issr=connected]', { state: 'attached' });
    await page.evaluate(this.#tools);
    return page;
  }

  /** The snapshot of a fresh load. */
  async snapshot(html: string): Promise<string> {
    await this.#scratch.setContent(html);
    return this.#scratch.evaluate(() => window.tools.snapshot());
  }

  async closePages(): Promise<void> {
    for (const page of this.#context.pages()) await page.close();
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  async #newPage(): Promise<Page> {
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    return page;
  }
}

/** Script of the page. It defines `tools`. */
async function bundleTools(): Promise<string> {
  const files = [
    'client/patch/patcher',
    'client/patch/morphing',
    'client/visits/index',
    'test/support/patch-snapshot',
    'test/support/patch-oracle',
  ];
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
    patcher: import('../../client/patch/patcher.js').Patcher;
    tools: typeof import('../../client/patch/patcher.js') &
      typeof import('../../client/patch/morphing.js') &
      typeof import('../../client/visits/index.js') &
      typeof import('./patch-snapshot.js') &
      typeof import('./patch-oracle.js');
  }
}
