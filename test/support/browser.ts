import assert from 'node:assert/strict';
import { after, afterEach, before, type TestContext } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { driver, unless } from './browsers/driver.js';

/** On a machine so busy that a websocket takes longer to open than the page waits for it, the page goes on over HTTP. */
const SLOW_HANDSHAKE = /WebSocket is closed before the connection is established/;

export interface BrowserUser {
  /** A new tab at `url`, connected. */
  openPage(url: string): Promise<Page>;
  /** A new tab of a visitor without JavaScript, at `url`. Needs `noScript`. */
  openPlainPage(url: string): Promise<Page>;
  /**
   * Errors of pages and consoles that the test expects: taken out, so that they do not fail it. Nor do later ones of the same
   * kind: a page that cannot connect reports each try, until it is closed.
   */
  takeErrors(): Promise<string[]>;
  /** Number of websockets that each open tab has tried, in the order in which the tabs were opened. Needs `requests`. */
  websockets(): number[];
}

/** Starts the browser for a test file, with a new visitor for each test. What a page throws or logs as an error fails the test. */
export function useBrowser(): BrowserUser {
  let browser: Browser;
  const visitors = new Map<boolean, BrowserContext>();
  const errors: string[] = [];
  const takenKinds = new Set<string>();
  const websockets = new Map<Page, number>();
  before(async () => {
    browser = await driver.launch();
  });
  afterEach(async () => {
    await Promise.all(Array.from(visitors.values(), (visitor) => visitor.close()));
    visitors.clear();
    websockets.clear();
    const unexpected = errors.splice(0).filter((error) => !takenKinds.has(kindOf(error)));
    takenKinds.clear();
    assert.deepEqual(unexpected, [], 'no errors in pages');
  });
  after(() => browser.close());

  async function open(url: string, javaScriptEnabled: boolean): Promise<Page> {
    const visitor = visitors.get(javaScriptEnabled) ?? (await browser.newContext({ javaScriptEnabled }));
    visitors.set(javaScriptEnabled, visitor);
    const page = await visitor.newPage();
    page.setDefaultTimeout(30_000);
    if (javaScriptEnabled) websockets.set(page, 0);
    driver.onWebsocket(page, () => websockets.set(page, (websockets.get(page) ?? 0) + 1));
    const keep = (error: string): void => {
      if (!SLOW_HANDSHAKE.test(error) && !driver.noise?.test(error)) errors.push(error);
    };
    page.on('pageerror', (error) => keep(String(error)));
    page.on('console', (message) => {
      const isFavicon = message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && !isFavicon) keep(message.text());
    });
    await page.goto(url);
    return page;
  }

  return {
    async openPage(url) {
      const page = await open(url, true);
      await page.waitForSelector('html[data-issr=connected]');
      return page;
    },
    async openPlainPage(url) {
      assert.equal(unless('noScript'), false);
      return open(url, false);
    },
    async takeErrors() {
      const pages = [...visitors.values()].flatMap((visitor) => visitor.pages());
      if (driver.logsLate) await Promise.all(pages.map(receiveLogs));
      const taken = errors.splice(0);
      for (const error of taken) takenKinds.add(kindOf(error));
      return taken;
    },
    websockets: () => [...websockets.values()],
  };
}

/** An error without what differs each time: numbers, and ids of requests. */
const kindOf = (error: string): string => error.replace(/\breq-\w+|\d+/g, '#');

let marks = 0;

/** Waits for what a page has logged up to now. */
async function receiveLogs(page: Page): Promise<void> {
  const mark = `mark ${++marks}`;
  const isLogged = page.waitForEvent('console', (message) => message.text() === mark);
  await Promise.all([isLogged, page.evaluate((text) => console.debug(text), mark)]);
}

/** Opens a page in a browser of its own that keeps left pages in its back/forward cache. Needs `pageCache`. */
export async function openKeptPage(t: TestContext, url: string): Promise<Page> {
  const browser = await driver.launch({ keepsPages: true });
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await connected(page);
  return page;
}

/** The page is connected, and nothing that its visitor clicked waits for an answer. */
export async function connected(page: Page): Promise<void> {
  await page.waitForSelector('html[data-issr=connected]:not(:has([aria-busy=true]))');
}

/** Types over what a field holds. Firefox's driver appends what it fills in fields of a type without a selection. */
export async function typeOver(page: Page, selector: string, text: string): Promise<void> {
  await page.press(selector, 'ControlOrMeta+a');
  if (text) await page.keyboard.type(text);
  else await page.keyboard.press('Delete');
}

export async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent === text, [
    selector,
    text,
  ] as const);
}

/** Records the messages that the page and the next ones of its tab send. Returns a function that reads those of the shown page. */
export async function recordSent(page: Page): Promise<() => Promise<unknown[][]>> {
  const record = () => {
    const sent: string[] = [];
    Object.assign(window, { sent });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      sent.push(String(data));
      send.call(this, data);
    };
    const { fetch } = window;
    window.fetch = (...[url, init]) => {
      if (/\/issr\/send\b/.test(String(url))) sent.push(...String(init?.body).split('\n'));
      return fetch(url, init);
    };
  };
  await page.addInitScript(record);
  await page.evaluate(record);
  return async () => {
    const sent = await page.evaluate(() => (window as unknown as { sent: string[] }).sent);
    return sent.map((message) => JSON.parse(message));
  };
}
