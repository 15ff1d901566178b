import { chromium as playwright } from 'playwright-core';
import { anyChromium, setupChromium, wholeChromium } from '../setup-chromium.js';
import type { BrowserDriver } from './driver.js';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export const chromium: BrowserDriver = {
  lacks: {},
  logsLate: false,
  setup: setupChromium,
  launch: ({ keepsPages } = { keepsPages: false }) =>
    playwright.launch({
      executablePath: keepsPages ? wholeChromium() : anyChromium(),
      args: FLAGS.split(' '),
      // Playwright turns the cache off.
      ignoreDefaultArgs: keepsPages ? ['--disable-back-forward-cache'] : [],
    }),
  onWebsocket: (page, callback) => void page.on('websocket', callback),
};
