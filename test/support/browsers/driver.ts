import type { Browser, Page } from 'playwright-core';
import { chromium } from './chromium.js';
import { firefox } from './firefox.js';
import { webkit } from './webkit.js';

export const BROWSERS = ['chromium', 'firefox', 'webkit'] as const;
export type BrowserName = (typeof BROWSERS)[number];

/** Abilities that some tests need and some drivers lack. */
export type Capability =
  /** A session of Chromium's DevTools protocol: input methods, network conditions. */
  | 'devtools'
  /** Fake timers of a page. */
  | 'clock'
  /** Events of each request, of each navigation and of each websocket. */
  | 'requests'
  /** Answers to requests by the test. */
  | 'routes'
  /** A back/forward cache for pages with an open connection. */
  | 'pageCache'
  /** Answers to `alert` and `confirm`. */
  | 'dialogs'
  /** Tabs that a page opens. */
  | 'windows'
  /** A visitor whose browser runs no script. */
  | 'noScript'
  /** Messages that a page logs while it loads. */
  | 'loadLogs'
  /** Preferences of a visitor: dark colours, reduced motion. */
  | 'media'
  /** Files that a page downloads. */
  | 'downloads'
  /** Scripts of a test in a page whose elements hide the members of `document` and `window`. */
  | 'isolation'
  /** Elements by their role and name. */
  | 'roles'
  /** The browser's own drag and drop. */
  | 'drag'
  /** Focus in several tabs at once: in a browser, only the window in front has it. */
  | 'manyFocused';

/** A browser of the tests. All of them are used by the interface of playwright-core. */
export interface BrowserDriver {
  /** Capabilities that this driver lacks, each with the reason. */
  lacks: Partial<Record<Capability, string>>;
  /** Errors that this browser logs of a network that a test has cut, at times that no test can wait for. */
  noise?: RegExp;
  /** Whether what a page has logged may arrive later than what it has done since. */
  logsLate: boolean;
  /** Finds or installs the programs. Returns the path of the browser. @throws Error that says what is missing */
  setup(): string;
  /** @param options.keepsPages turns the back/forward cache on. Needs `pageCache` */
  launch(options?: { keepsPages: boolean }): Promise<Browser>;
  /** Calls back at each websocket that a page tries. Needs `requests`. */
  onWebsocket(page: Page, callback: () => void): void;
}

export const drivers: Record<BrowserName, BrowserDriver> = { chromium, firefox, webkit };

/** The browser that this process tests: `ISSR_BROWSER`, or Chromium. */
export const browserName = (process.env.ISSR_BROWSER ?? 'chromium') as BrowserName;
export const driver = drivers[browserName];

/** Value of a test's `skip`: the reason why this browser cannot run it, or false. */
export function unless(...needed: Capability[]): string | false {
  const missing = needed.find((capability) => driver.lacks[capability]);
  return missing ? `${browserName}: ${driver.lacks[missing]}` : false;
}
