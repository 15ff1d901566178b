import type { Browser, Page } from 'playwright-core';
import type { BrowserDriver } from './driver.js';
import { WebkitBrowser } from './webkit/browser.js';
import { setupWebkit } from './webkit/session.js';

const SEES_NO_REQUESTS = 'WebDriver tells nothing of requests';

/** WebKitGTK by WebDriver, which knows less than the drivers of playwright-core. */
export const webkit: BrowserDriver = {
  lacks: {
    devtools: 'its driver has no DevTools protocol',
    clock: 'WebDriver runs no script before those of a page',
    loadLogs: 'WebDriver runs no script before those of a page',
    requests: SEES_NO_REQUESTS,
    routes: SEES_NO_REQUESTS,
    dialogs: 'the driver answers no dialog while a command runs',
    windows: 'the driver opens no tab for a page',
    media: 'WebDriver sets no preferences',
    downloads: 'WebDriver tells nothing of downloads',
    isolation: 'WebDriver uses the members of the page that it runs scripts in',
    roles: 'WebDriver finds no elements by their role',
    drag: 'the driver has no drag and drop',
  },
  logsLate: true,
  setup: setupWebkit,
  launch: async ({ keepsPages } = { keepsPages: false }) =>
    new WebkitBrowser(keepsPages) as unknown as Browser,
  onWebsocket: (_page: Page) => {},
};
