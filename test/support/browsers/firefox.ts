import { fileURLToPath } from 'node:url';
import { firefox as playwright } from 'playwright-core';
import { setupProgram } from '../setup-debian.js';
import type { BrowserDriver } from './driver.js';

const SHIM = fileURLToPath(new URL('firefox-bidi.mjs', import.meta.url));

const setup = (): string => process.env.FIREFOX_PATH ?? setupProgram('firefox-esr', 'firefox-esr');

export const firefox: BrowserDriver = {
  lacks: {
    devtools: 'its driver has no DevTools protocol',
    media: 'the release in Debian does not know the command for preferences',
    pageCache: 'it keeps no page with an open connection',
    noScript: 'its driver turns scripts off only together with its own',
    drag: 'its driver moves the pointer, but drags nothing',
    manyFocused: 'only its tab in front has the focus',
  },
  noise: /Firefox can’t establish a connection to the server at|was interrupted while the page was loading/,
  logsLate: true,
  setup,
  launch: () =>
    playwright.launch({
      channel: 'moz-firefox',
      executablePath: SHIM,
      env: { ...process.env, FIREFOX_PATH: setup() },
      // Else it starts a process ahead for the page after each, which costs the test as much as its own.
      firefoxUserPrefs: { 'dom.ipc.processPrelaunch.enabled': false },
    }),
  // A handshake is a request like others, but no document.
  onWebsocket: (page, callback) =>
    void page.on('request', (request) => {
      if (!request.isNavigationRequest() && new URL(request.url()).pathname.endsWith('/issr')) callback();
    }),
};
