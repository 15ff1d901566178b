import type { RrOutcome } from './api.js';
import { createDo } from './do.js';
import { isHidden, listen, readyStateOf } from './dom.js';
import { Page } from './page.js';
import { openModals } from './patch/live/modals.js';
import { createDelegate } from './rr/data-rr.js';
import { flushDelayed } from './rr/debounce.js';
import type { RrRequest } from './rr/request.js';
import { createRr } from './rr/rr.js';
import { findSite, type Site } from './site.js';

/** An author's tag may load the script a second time. `window.drr` may also be an element with that id. */
if (typeof window.drr !== 'function') install();

function install(): void {
  let page: Page | undefined;
  let site: Site | undefined;
  const early: [request: RrRequest, resolve: (done: Promise<RrOutcome>) => void][] = [];

  const rr = createRr({
    site: () => site,
    send: (request) => page?.send(request) ?? new Promise((resolve) => early.push([request, resolve])),
    restore: async (element) => (await page?.loadLocal())?.restore(element),
  });
  const findTriggers = createDelegate(rr, () => (site as Site).loadModule('triggers'));
  const findCommands = createDo(() => (page as Page).loadLocal());
  const onChange = (): void => {
    findTriggers();
    openModals();
    findCommands();
  };

  function start(): void {
    site ??= findSite();
    if (page || !site) return;
    page = new Page(site, onChange);
    onChange();
    followVisitor(page);
    for (const [request, resolve] of early) resolve(page.send(request));
  }

  const connect = () => {
    if (readyStateOf(document) !== 'loading') start();
  };
  Object.assign(window, rr, { connect });
  // The shadow needs the whole page.
  listen(document, 'DOMContentLoaded', connect);
  connect();
}

function followVisitor(page: Page): void {
  listen(window, 'online', () => page.wake());
  listen(document, 'visibilitychange', () => {
    if (!isHidden(document)) page.wake();
  });
  listen(window, 'pageshow', ({ persisted }) => {
    if (persisted) page.wake();
  });
  // Firefox closes the websocket, and Chromium the event stream, before `pagehide`.
  listen(window, 'beforeunload', () => {
    flushDelayed();
    page.mayLeave();
  });
  listen(window, 'pagehide', ({ persisted }) => {
    flushDelayed();
    page.leave(!persisted);
  });
}
