import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebDriver } from 'selenium-webdriver';
import type { WebkitContext } from './browser.js';
import { createSelectors } from './selectors.js';
import type { WebkitSession } from './session.js';
import { type Logged, watchErrors } from './watch-errors.js';

/** A cookie as WebDriver reads and writes it. */
export type Cookie = Awaited<ReturnType<ReturnType<WebDriver['manage']>['getCookies']>>[number];

export interface Waiting {
  timeout?: number;
}

type InPage<Arg, Result> = string | ((arg: Arg) => Result);

/** Commands that a page which is loading may refuse. */
const LOADING = /stale|javascript error|no such (frame|element)|unknown error|detached|did not answer/i;
/** Milliseconds after which a look at the page counts as lost, and is tried again. */
const LOOK_TIMEOUT_MS = 10_000;
/** A compiler's helper, which functions of the tests refer to. */
export const HELPER = 'const __name = (f) => f;';
export const SELECTORS = `const { all, isVisible, isInTransition } = (${createSelectors})();`;

/** A tab of WebKitGTK: it loads pages, runs scripts in them and waits for them. */
export class WebkitTab extends EventEmitter {
  readonly #context: WebkitContext;
  readonly #session: WebkitSession;
  readonly #window: string;
  readonly #initScripts: (() => void)[] = [];
  #timeout = 30_000;
  #url = 'about:blank';
  /** Differs for each document. */
  #timeOrigin = 0;
  #isClosed = false;

  constructor(context: WebkitContext, session: WebkitSession, window: string) {
    super();
    this.#context = context;
    this.#session = session;
    this.#window = window;
  }

  context(): WebkitContext {
    return this.#context;
  }

  get request() {
    return {
      get: async (url: string) => {
        const answer = await fetch(url);
        return { status: () => answer.status, ok: () => answer.ok, text: () => answer.text() };
      },
    };
  }

  cookies = (): Promise<Cookie[]> => this.run((driver) => driver.manage().getCookies());
  deleteCookies = (): Promise<void> => this.run((driver) => driver.manage().deleteAllCookies());

  async addCookies(cookies: Cookie[]): Promise<void> {
    for (const { name, value, path, httpOnly } of cookies) {
      const cookie = { name, value, path, httpOnly } as Cookie;
      await this.run((driver) => driver.manage().addCookie(cookie));
    }
  }

  url(): string {
    return this.#url;
  }

  setDefaultTimeout(timeout: number): void {
    this.#timeout = timeout;
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#context.forget(this);
    await this.#session.closeWindow(this.#window);
    this.emit('close');
  }

  /** Runs a script before the first command in each document, which is after the page's own scripts. */
  async addInitScript(script: () => void): Promise<void> {
    this.#initScripts.push(script);
  }

  goto = (url: string): Promise<void> => this.#load((driver) => driver.get(url));

  async reload() {
    await this.#load((driver) => driver.navigate().refresh());
    return responseOf(this.#url);
  }

  goBack = (): Promise<void> => this.#load((driver) => driver.navigate().back());
  goForward = (): Promise<void> => this.#load((driver) => driver.navigate().forward());

  async #load(command: (driver: WebDriver) => Promise<void>): Promise<void> {
    await this.run(command);
    await this.until('the page', async () => {
      await this.look('');
      return { value: true };
    });
  }

  async bringToFront(): Promise<void> {
    await this.evaluate('focus()');
  }

  setContent(html: string): Promise<void> {
    return this.evaluate((text) => {
      document.open();
      document.write(text);
      document.close();
    }, html);
  }

  title = (): Promise<string> => this.evaluate('document.title');
  content = (): Promise<string> => this.evaluate('document.documentElement.outerHTML');

  /** A picture of the window. */
  screenshot(): Promise<Buffer> {
    return this.run(async (driver) => Buffer.from(await driver.takeScreenshot(), 'base64'));
  }

  setViewportSize({ width, height }: { width: number; height: number }): Promise<void> {
    return this.run(async (driver) => {
      const rect = await driver.manage().window().getRect();
      const inner = (await driver.executeScript('return [innerWidth, innerHeight]')) as [number, number];
      await driver
        .manage()
        .window()
        .setRect({
          x: 0,
          y: 0,
          width: rect.width + width - inner[0],
          height: rect.height + height - inner[1],
        });
    });
  }

  /** Runs a function in the page, or the text of an expression or of statements. */
  evaluate<Result, Arg>(what: InPage<Arg, Result>, arg?: Arg): Promise<Awaited<Result>> {
    return this.execute(statementsOf(what), arg);
  }

  async evaluateHandle<Result, Arg>(what: InPage<Arg, Result>, arg?: Arg) {
    const value = await this.evaluate(what, arg);
    return { jsonValue: async () => value };
  }

  /** Runs statements, with `args`. A promise's value travels as JSON. */
  protected execute<Result>(statements: string, ...args: unknown[]): Promise<Result> {
    return this.#execute(statements, args);
  }

  /** The same for statements that change nothing, which can run again if the page is left meanwhile. */
  protected look<Result>(statements: string, ...args: unknown[]): Promise<Result> {
    return this.#execute(statements, args, LOOK_TIMEOUT_MS);
  }

  async #execute<Result>(statements: string, args: unknown[], timeout?: number): Promise<Result> {
    const scripts = this.#initScripts.map((script) => `(${script})();`).join('');
    const script = `
      const done = arguments[arguments.length - 1];
      const args = JSON.parse(arguments[0]);
      ${HELPER}
      if (!window.errorsOfTest) { (${watchErrors})(); ${scripts} }
      const at = () => [location.href, performance.timeOrigin, errorsOfTest.splice(0)];
      const toText = (value) => { try { return JSON.stringify(value); } catch {} };
      (async () => { ${statements} })().then(
        (value) => done([true, toText(value) ?? null, ...at()]),
        (error) => done([false, String(error?.name ? error.name + ': ' + error.message : error), ...at()]),
      );`;
    const data = JSON.stringify(args.map((arg) => arg ?? null));
    const [isDone, text, url, origin, logged] = await this.run(
      (driver) => driver.executeAsyncScript<[boolean, string | null, string, number, Logged[]]>(script, data),
      timeout,
    );
    this.#see(url, origin);
    for (const one of logged) this.#emitLogged(one);
    if (!isDone) throw Object.assign(new Error(`page.evaluate: ${text}`), { isOfPage: true });
    return (text === null ? undefined : JSON.parse(text)) as Result;
  }

  #emitLogged({ type, text }: Logged): void {
    if (type === 'thrown') this.emit('pageerror', new Error(text));
    else this.emit('console', { type: () => type, text: () => text, location: () => ({ url: '' }) });
  }

  #see(url: string, origin: number): void {
    const [isLoaded, isMoved] = [origin !== this.#timeOrigin, url !== this.#url];
    this.#timeOrigin = origin;
    this.#url = url;
    if (isLoaded)
      this.emit('request', {
        url: () => url,
        isNavigationRequest: () => true,
        resourceType: () => 'document',
      });
    if (isLoaded || isMoved) this.emit('framenavigated', { url: () => url });
  }

  protected run<Result>(command: (driver: WebDriver) => Promise<Result>, timeout?: number): Promise<Result> {
    return this.#session.run(this.#window, command, timeout);
  }

  protected async until<Value>(
    what: string,
    look: () => Promise<{ value: Value } | undefined>,
    { timeout = this.#timeout }: Waiting = {},
  ): Promise<Value> {
    const end = Date.now() + timeout;
    for (let pause = 5; ; pause = Math.min(50, pause * 2)) {
      const found = await look().catch((error) => {
        const isTooLate = Date.now() > end || this.#isClosed;
        if (isTooLate || error.isOfPage || !LOADING.test(`${error.name} ${error.message}`)) throw error;
      });
      if (found) return found.value;
      if (Date.now() > end) {
        throw Object.assign(new Error(`Timeout ${timeout}ms exceeded: ${what}`), { name: 'TimeoutError' });
      }
      await sleep(pause);
    }
  }

  async waitForFunction<Result, Arg>(what: InPage<Arg, Result>, arg?: Arg, waiting?: Waiting) {
    const value = await this.until(
      `waiting for ${what}`,
      async () => {
        // A result without JSON, such as a function, is a result too.
        const [isTrue, text] = await this.look<[boolean, string | null]>(
          `const value = await (async () => { ${statementsOf(what)} })(); return [!!value, toText(value) ?? null];`,
          arg,
        );
        if (isTrue) return { value: (text === null ? undefined : JSON.parse(text)) as Awaited<Result> };
      },
      waiting,
    );
    return { jsonValue: async () => value };
  }

  waitForTimeout = (ms: number): Promise<void> => sleep(ms);

  async waitForURL(url: string | RegExp | ((url: URL) => boolean), waiting?: Waiting): Promise<void> {
    const is = (now: string): boolean =>
      url instanceof RegExp
        ? url.test(now)
        : typeof url === 'function'
          ? url(new URL(now))
          : isLike(url, now);
    await this.until(
      `waiting for URL ${url}`,
      async () => {
        await this.look('');
        return is(this.#url) ? { value: true } : undefined;
      },
      waiting,
    );
  }

  waitForEvent(name: string, is: (event: unknown) => boolean = () => true): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.off(name, listener);
      };
      const listener = (event: unknown): void => {
        if (!is(event)) return;
        finish();
        resolve(event);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`Timeout ${this.#timeout}ms exceeded: waiting for event ${name}`));
      }, this.#timeout);
      this.on(name, listener);
    });
  }

  /** Waits for a new entry of the page's resources. */
  async waitForResponse(pattern: RegExp, waiting?: Waiting) {
    const list = () =>
      this.evaluate(() =>
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map(
          ({ name, startTime, responseStatus }) => ({ name, id: `${name} ${startTime}`, responseStatus }),
        ),
      );
    const before = (await list()).map(({ id }) => id);
    return this.until(
      `waiting for a response ${pattern}`,
      async () => {
        const found = (await list()).find(({ name, id }) => pattern.test(name) && !before.includes(id));
        return found && { value: { url: () => found.name, status: () => found.responseStatus } };
      },
      waiting,
    );
  }
}

/** Statements that return what a function, an expression or statements give. */
function statementsOf<Arg, Result>(what: InPage<Arg, Result>): string {
  const isStatements = typeof what === 'string' && /^[^(].*;\s*\S/s.test(what);
  const text = typeof what === 'string' ? what.replace(/;\s*$/, '') : `(${what})(arg)`;
  return `const arg = args[0]; ${isStatements ? text : `return ${text}`}`;
}

/** The same address again, for what a test wants to know of a load. */
async function responseOf(url: string) {
  const answer = await fetch(url).catch(() => undefined);
  return {
    status: () => answer?.status ?? 0,
    headers: () => Object.fromEntries(answer?.headers ?? []),
  };
}

/** Compares a URL with a pattern of Playwright's, in which `**` is any text. */
function isLike(pattern: string, url: string): boolean {
  const parts = pattern.split('**').map((part) => part.replace(/[.?+^$()|{}[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(url);
}
