import { WebkitPage } from './page.js';
import { type SessionOptions, WebkitSession } from './session.js';
import type { Cookie, WebkitTab } from './tab.js';

/** WebKitGTK, by the part of playwright-core's `Browser` that the tests use. */
export class WebkitBrowser {
  readonly #keepsPages: boolean;
  /** Sessions whose visitor is gone: the next one of the same kind begins sooner. */
  readonly #idle: WebkitContext[] = [];
  readonly #contexts: WebkitContext[] = [];

  constructor(keepsPages: boolean) {
    this.#keepsPages = keepsPages;
  }

  async newContext({ javaScriptEnabled = true } = {}): Promise<WebkitContext> {
    const at = this.#idle.findIndex((idle) => idle.javaScriptEnabled === javaScriptEnabled);
    const [idle] = at < 0 ? [] : this.#idle.splice(at, 1);
    if (idle) return idle;
    const options = { javaScriptEnabled, keepsPages: this.#keepsPages };
    const context = await WebkitContext.start(this, options, (one) => this.#idle.push(one));
    this.#contexts.push(context);
    return context;
  }

  async newPage(): Promise<WebkitPage> {
    return (await this.newContext()).newPage();
  }

  version(): string {
    return this.#contexts[0]?.version ?? '';
  }

  async close(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.end()));
  }
}

/** A visitor: a session whose cookies are deleted when it closes. */
export class WebkitContext {
  readonly javaScriptEnabled: boolean;
  version = '';
  #session!: WebkitSession;
  #pages: WebkitPage[] = [];
  readonly #browser: WebkitBrowser;
  readonly #onClose: (context: WebkitContext) => void;

  static async start(
    browser: WebkitBrowser,
    options: SessionOptions,
    onClose: (context: WebkitContext) => void,
  ): Promise<WebkitContext> {
    const context = new WebkitContext(browser, options.javaScriptEnabled, onClose);
    context.#session = await WebkitSession.start(options);
    context.version = (await context.#session.driver.getCapabilities()).getBrowserVersion() ?? '';
    return context;
  }

  private constructor(
    browser: WebkitBrowser,
    javaScriptEnabled: boolean,
    onClose: (context: WebkitContext) => void,
  ) {
    this.#browser = browser;
    this.javaScriptEnabled = javaScriptEnabled;
    this.#onClose = onClose;
  }

  browser(): WebkitBrowser {
    return this.#browser;
  }

  async newPage(): Promise<WebkitPage> {
    const page = new WebkitPage(this, this.#session, await this.#session.openWindow());
    this.#pages.push(page);
    return page;
  }

  pages(): WebkitPage[] {
    return [...this.#pages];
  }

  forget(page: WebkitTab): void {
    this.#pages = this.#pages.filter((one) => one !== page);
  }

  cookies(): Promise<Cookie[]> {
    return this.#inPage((page) => page.cookies());
  }

  async addCookies(cookies: Cookie[]): Promise<void> {
    await this.#inPage((page) => page.addCookies(cookies));
  }

  /** Leaves the session to the next visitor. Cookies can be deleted only from a page of their site. */
  async close(): Promise<void> {
    const [page] = this.#pages;
    if (!page) return this.end();
    await page.deleteCookies();
    for (const page of this.pages()) await page.close();
    this.#onClose(this);
  }

  end(): Promise<void> {
    return this.#session.end();
  }

  async #inPage<Result>(run: (page: WebkitPage) => Promise<Result>): Promise<Result> {
    const [page] = this.#pages;
    if (!page) throw new Error('The visitor has no page');
    return run(page);
  }
}
