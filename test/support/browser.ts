import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { setupChromium } from './setup-chromium.js';

/** Launch options of Chromium. */
export const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );

/** On a machine so busy that a websocket takes longer to open than the page waits for it, the page goes on over HTTP. */
const SLOW_HANDSHAKE = /WebSocket is closed before the connection is established/;

export interface BrowserUser {
  /** A new tab at `url`, connected. */
  openPage(url: string): Promise<Page>;
  /** A new tab of a visitor without JavaScript, at `url`. */
  openPlainPage(url: string): Promise<Page>;
  /** Errors of pages and consoles that the test expects: taken out, so that they do not fail it. */
  takeErrors(): string[];
  /** Number of websockets that each open tab has tried, in the order in which the tabs were opened. */
  websockets(): number[];
}

/** Starts Chromium for a test file, with a new visitor for each test. What a page throws or logs as an error fails the test. */
export function useBrowser(): BrowserUser {
  let browser: Browser;
  const visitors = new Map<boolean, BrowserContext>();
  const errors: string[] = [];
  const websockets = new Map<Page, number>();
  before(async () => {
    browser = await chromium.launch({ executablePath: setupChromium(), args: FLAGS });
  });
  afterEach(async () => {
    await Promise.all(Array.from(visitors.values(), (visitor) => visitor.close()));
    visitors.clear();
    websockets.clear();
    assert.deepEqual(errors.splice(0), [], 'no errors in pages');
  });
  after(() => browser.close());

  async function open(url: string, javaScriptEnabled: boolean): Promise<Page> {
    const visitor = visitors.get(javaScriptEnabled) ?? (await browser.newContext({ javaScriptEnabled }));
    visitors.set(javaScriptEnabled, visitor);
    const page = await visitor.newPage();
    page.setDefaultTimeout(30_000);
    if (javaScriptEnabled) websockets.set(page, 0);
    page.on('websocket', () => websockets.set(page, (websockets.get(page) ?? 0) + 1));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      const isFavicon = message.location().url.endsWith('/favicon.ico');
      const isExpected = isFavicon || SLOW_HANDSHAKE.test(message.text());
      if (message.type() === 'error' && !isExpected) errors.push(message.text());
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
    openPlainPage: (url) => open(url, false),
    takeErrors: () => errors.splice(0),
    websockets: () => [...websockets.values()],
  };
}

/** The page is connected, and nothing that its visitor clicked waits for an answer. */
export async function connected(page: Page): Promise<void> {
  await page.waitForSelector('html[data-issr=connected]:not(:has([aria-busy=true]))');
}

export async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent === text, [
    selector,
    text,
  ] as const);
}

/** Records the messages that the page sends over its connections. */
export function recordSent(page: Page): unknown[][] {
  const sent: unknown[][] = [];
  page.on('request', (request) => {
    if (!new URL(request.url()).pathname.endsWith('/issr/send')) return;
    for (const line of (request.postData() ?? '').split('\n')) sent.push(JSON.parse(line));
  });
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)))),
  );
  return sent;
}
