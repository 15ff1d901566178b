import {
  Endpoint,
  EndpointQuery,
  type Outcome,
  type PageError,
  SCRIPT_TAG,
  ScriptAttribute,
  type ServerMessage,
} from '../../src/protocol.js';
import { getAttribute, listen, select } from '../dom.js';
import { dropActions, type PageEvent } from '../events/event-list.js';
import { outcomeOf } from '../events/event-queue.js';
import type { Address, Visit } from '../history.js';
import type { NavigablePage, PrefetchedMessage } from '../navigation/page.js';
import { report, reportPart } from '../ui/console.js';
import { dispatch } from '../ui/dom-events.js';
import { keepFields, leaveFields, restoreFields, takeFields } from './kept-fields.js';
import { load } from './load.js';

/** The limit of browsers: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20;

/** Asks for a render and nothing else. */
const PLAIN: Parameters<ControlledPage['send']>[0] = { actions: [], named: [], elements: [] };

/** The page, as this part of the script uses it. */
export interface ControlledPage extends NavigablePage {
  readonly address: Address;
  /** The site's other tabs, which learn here that the browser's cookies may have changed. */
  readonly tabs: BroadcastChannel;
  visit(visit: Visit): Promise<unknown>;
  /** Connects at once. */
  wake(): void;
  receive(message: ServerMessage): void;
  send(request: { actions: []; named: []; elements: [] }): Promise<unknown>;
}

/**
 * Handles the messages that change no element: redirects, cookies and errors, and keeps fields over a load. A part of the script, loaded soon
 * after the page has connected, and before the first message that needs it.
 */
export class Control {
  readonly #page: ControlledPage;
  /** Tickets are fetched in order, because the last of two equal cookies counts. A load waits for them. */
  #cookies: Promise<unknown> = Promise.resolve();
  #navigation: Promise<(message: PrefetchedMessage) => void> | undefined;

  constructor(page: ControlledPage) {
    this.#page = page;
    // The number of the last event that only brought the page, or sent restored fields.
    let restored = 0;
    let isBack = false;
    // The server learns of them by an event, and the page follows.
    const restore = (): unknown => restoreFields() && ++restored && page.send(PLAIN);
    page.address.onLeave = (visit) => {
      leaveFields(page.address.shown, visit);
      isBack = visit.mode === 'pop';
    };
    listen(document, 'issr:patch', ({ detail }) => {
      this.#loadNavigation();
      if (isBack) {
        isBack = false;
        restored = detail.event;
        takeFields(true);
      }
      // Until the visitor's first event, fields that are new belong to the page that was left.
      if (detail.event <= restored) restore();
    });
    this.#loadNavigation();
    takeFields();
    restore();
    if (select(`${SCRIPT_TAG}[${ScriptAttribute.development}]`).length > 0) this.#startDevelopment();
  }

  /** A load that the visitor did not ask for follows. */
  keepFields = keepFields;

  /** Loads the part for `links`, `prefetch` and `transition`, if the page uses one of them. */
  #loadNavigation(): void {
    const [tag] = select(SCRIPT_TAG);
    const options = (tag && getAttribute(tag, ScriptAttribute.navigation)) ?? '';
    if (this.#navigation || !(/links|prefetch/.test(options) || select('[prefetch],[transition]')[0])) return;
    this.#navigation = this.#page.site
      .loadModule<typeof import('../navigation/index.js')>('navigation')
      .then(({ startNavigation }) => startNavigation(this.#page, options));
    this.#navigation.catch((error) => {
      reportPart(error);
      this.#navigation = undefined;
    });
  }

  #startDevelopment(): void {
    this.#page.site.loadModule<typeof import('../development/index.js')>('dev').then(
      ({ startDevelopment }) => startDevelopment(this.#page),
      () => {},
    );
  }

  receive(message: ServerMessage): void {
    switch (message[0]) {
      case 'prefetched':
        return void this.#navigation?.then((receive) => receive(message));
      case 'redirect':
        return this.#onRedirect(message[1], this.#page.site.toBrowser(message[2]), message[3]);
      case 'cookies':
        return this.#fetchCookies(`?${EndpointQuery.ticket}=${encodeURIComponent(message[1])}`);
      case 'error':
        return this.#onError(message[1], message[2]);
      case 'running':
        return this.#onRunning(message[1], message[2]);
    }
  }

  /** A new server does not go on with the actions of another one. */
  onJoined(isResumed: boolean): void {
    const { list } = this.#page.events;
    if (isResumed) return;
    for (const event of list.running) dropActions(event);
    this.#onRunning([]);
  }

  /** Events that are no longer listed have ended. */
  #onRunning(numbers: number[], [ended, status, errors, result]: Outcome = [0, 200, []]): void {
    const { events } = this.#page;
    const late = events.dequeueAnswered(ended);
    if (late.length > 0 && status >= 400) events.keepInput(ended);
    events.list.running.push(...late);
    for (const number of numbers) {
      const answered = events.dequeueAnswered(number);
      const begun = answered.filter((event) => event.number === number);
      events.list.running.push(...begun);
      events.assignActions(begun);
      events.resolve(answered.filter((event) => !begun.includes(event)));
    }
    for (const event of events.list.running.splice(0)) {
      if (numbers.includes(event.number)) events.list.running.push(event);
      else if (event.number === ended)
        events.resolve([event], { ...outcomeOf(status), errors: Object.fromEntries(errors), result });
      else events.resolve([event]);
    }
  }

  /** Sends the browser's cookies to the server: another tab may have changed them. */
  renewCookies(): void {
    this.#fetchCookies('');
  }

  #fetchCookies(query: string): void {
    const { site, tabs } = this.#page;
    const url = site.endpoint(Endpoint.cookies + query);
    const fetched = () =>
      fetch(url, { method: 'POST', body: `${site.token} ${site.secret}`, keepalive: true });
    this.#cookies = this.#cookies
      .then(fetched)
      .then(({ ok, status }) => {
        if (!ok) throw new Error(`status ${status}`);
        if (query) tabs.postMessage(0);
      })
      .catch((error) => report('ISSR_COOKIES', 'network', error));
  }

  /**
   * Ends the events that an answer without a page covers. Those that wait were made on a prefetched page, which the
   * server refuses by this answer: their commands must not run elsewhere.
   */
  #dequeue(event: number): { answered: PageEvent[]; due: Visit | undefined; isRefused: boolean } {
    const { events } = this.#page;
    const { isAhead } = events.list;
    const answered = events.dequeueAnswered(event);
    const due = answered.findLast(({ visit }) => visit)?.visit;
    const isRefused = isAhead && answered.length > 0;
    if (isRefused) events.list.all().forEach(dropActions);
    return { answered, due, isRefused };
  }

  #onRedirect(event: number, url: URL, isInPlace: boolean): void {
    const { events, visit } = this.#page;
    const { answered, due } = this.#dequeue(event);
    const redirects = (due?.redirects ?? 0) + 1;
    const finish = () => events.resolve(answered);
    if (redirects > MAX_REDIRECTS) {
      report('ISSR_REDIRECTS', 'app', url.href);
      events.isAway = true;
      finish();
    } else if (isInPlace) {
      const mode = due?.mode === 'pop' ? 'replace' : 'push';
      void visit({ url, mode, redirects }).then(finish);
    } else if (/^https?:$/.test(url.protocol))
      void this.#cookies.then(() => this.#load(url, due)).then(finish);
    else finish();
  }

  /** @param due the visit that ends here. If the page stays, the server must be brought back to it. */
  async #load(url: URL, due: Visit | undefined): Promise<void> {
    const { events, visit, address } = this.#page;
    if (due) events.isAway = true;
    await load(url);
    if (events.isAway) await visit({ url: address.shown, mode: 'replace' });
  }

  /** A visit that fails is loaded: the visitor left the old page, and the server's own error page shows. */
  #onError(event: number, error: PageError): void {
    const { events, site } = this.#page;
    const { answered, due: visit, isRefused } = this.#dequeue(event);
    // The server is still at the page before.
    if (isRefused && !visit) void this.#page.send(PLAIN);
    const details = [`${error.status}, request ${error.requestId}`, error.stack ?? error.message ?? ''];
    if (error.code) report('ISSR_LIMIT', 'page author', error.code, ...details);
    else report('ISSR_APP', 'app', ...details);
    if (error.message) {
      site
        .loadModule<typeof import('../ui/overlay.js')>('overlay')
        .then(({ showOverlay }) => showOverlay(answered.length > 0 ? event : -1, error), reportPart);
    }
    events.resolve(answered, outcomeOf(error.status));
    dispatch('error', { event, ...error });
    if (visit) void this.#load(visit.url, visit);
  }
}
