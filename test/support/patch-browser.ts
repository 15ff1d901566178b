import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { driver } from './browsers/driver.js';

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
  /** Responses of `#server`, by path. */
  readonly #documents = new Map<string, Pick<Surroundings, 'policy'> & { html: string }>();
  readonly #server: Server;

  static async start(): Promise<PatchBrowser> {
    const browser = await driver.launch();
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
    this.#server = createServer(({ url = '' }, reply) => {
      const { html, policy } = this.#documents.get(url) ?? { html: '' };
      reply.setHeader('content-type', 'text/html; charset=utf-8');
      if (policy) reply.setHeader('content-security-policy', policy);
      reply.end(html);
    }).listen(0, '127.0.0.1');
  }

  /** A page with this HTML, on which no script of the plugin runs. */
  async load(html: string, { policy, prepare }: Surroundings = {}): Promise<Page> {
    const page = await this.#newPage();
    const path = `/${this.#documents.size}`;
    this.#documents.set(path, policy ? { html, policy } : { html });
    const { port } = this.#server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${path}`);
    if (prepare) await page.evaluate(prepare);
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
    return this.#scratch.evaluate(() => {
      // WebKit's parser splits a text of more than 64 KB.
      document.normalize();
      return window.tools.snapshot();
    });
  }

  async closePages(): Promise<void> {
    for (const page of this.#context.pages()) await page.close();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
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
    'client/patch/index',
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
    footer: { js: 'Object.assign(window, { tools });' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

declare global {
  interface Window {
    patcher: import('../../client/patch/patcher.js').Patcher;
    tools: typeof import('../../client/patch/patcher.js') &
      typeof import('../../client/patch/index.js') &
      typeof import('../../client/visits/index.js') &
      typeof import('./patch-snapshot.js') &
      typeof import('./patch-oracle.js');
  }
}
