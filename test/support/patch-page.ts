import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { diff } from '../../src/html/diff/diff.js';
import type { Instruction } from '../../src/protocol.js';
import { type Capability, unless } from './browsers/driver.js';
import { PatchBrowser, type Surroundings } from './patch-browser.js';
import { type PatchRoute, startPatchRoute } from './patch-route.js';

/** Ways in which a page receives a change: the server's diff, the whole page at once, or the whole system end to end. */
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
  /** Asserts that this page equals a fresh load of the server's last render. */
  isFresh(): Promise<void>;
}

export interface Views {
  open(html: string, way?: Way): Promise<View>;
  openIn(html: string, surroundings: Surroundings): Promise<View>;
  /** A connected page of the plugin. */
  visit(url: string): Promise<Page>;
}

/** A whole document. */
export function html(body: string, head = ''): string {
  return `<!doctype html><html><head><title>A page</title>${head}</head><body>${body}</body></html>`;
}

/** Defines a test of a behaviour for each way. */
export function testEachWay(name: string, run: (way: Way) => Promise<void>, ...needed: Capability[]): void {
  for (const way of WAYS) test(`${name} (by ${way})`, { skip: unless(...needed) }, () => run(way));
}

/** Starts the browser and the server for the tests of a file. */
export function useViews(): Views {
  let browser: PatchBrowser;
  let route: PatchRoute;
  before(async () => {
    [browser, route] = await Promise.all([PatchBrowser.start(), startPatchRoute()]);
  });
  afterEach(() => browser.closePages());
  after(() => Promise.all([browser.close(), route.close()]));
  return {
    async open(markup, way = 'instructions') {
      if (way === 'a real route') return openRoute(browser, route, markup);
      return takeOver(browser, await browser.load(markup), markup, way);
    },
    async openIn(markup, surroundings) {
      return takeOver(browser, await browser.load(markup, surroundings), markup, 'instructions');
    },
    visit: (url) => browser.visit(url),
  };
}

async function openRoute(browser: PatchBrowser, route: PatchRoute, first: string): Promise<View> {
  const url = route.add(first);
  const page = await browser.visit(url);
  await route.watch(page);
  let shown = first;
  return {
    page,
    send: () => route.send(page, url),
    async show(now, event) {
      shown = now;
      await route.show(page, url, now, event);
    },
    patch: () => Promise.reject(new Error('The server says what is patched')),
    isFresh: () => assertFresh(browser, page, shown),
  };
}

/** The patcher alone: the test is its server. */
async function takeOver(browser: PatchBrowser, page: Page, first: string, way: Way): Promise<View> {
  await page.evaluate(() => {
    window.patcher = window.tools.createPatcher(async () => window.tools);
    return window.patcher.prepare();
  });
  let events = 0;
  let shown = first;
  const patch = (event: number, list: Instruction[]): Promise<boolean> =>
    page.evaluate(
      async ([number, items]) => {
        await window.patcher.prepare(['patch', number, ...items]);
        return window.patcher.patch(number, items);
      },
      [event, list] as const,
    );
  return {
    page,
    async send() {
      events++;
      await page.evaluate((number) => window.patcher.snapshot(number), events);
      return events;
    },
    async show(now, event = 0) {
      const change = diff(shown, now);
      shown = change.html;
      if (way === 'instructions' && change.instructions) {
        assert.ok(await patch(event, change.instructions), JSON.stringify(change.instructions));
      } else {
        await page.evaluate(
          async ([number, text]) => {
            await window.patcher.prepare(['page', number, text]);
            window.patcher.page(number, text);
          },
          [event, now] as const,
        );
      }
    },
    patch: (...instructions) => patch(events, instructions),
    isFresh: () => assertFresh(browser, page, shown),
  };
}

async function assertFresh(browser: PatchBrowser, page: Page, shown: string): Promise<void> {
  const [mine, wanted] = [await page.evaluate(() => window.tools.snapshot()), await browser.snapshot(shown)];
  assert.equal(mine, wanted);
}
