import { type CookieJar, type DOMWindow, JSDOM, requestInterceptor, VirtualConsole } from 'jsdom';
import { CloseCode } from '../protocol.js';
import { CLIENT_SCRIPT, setScope, wrapScript } from './client-script.js';
import { ClientTimers } from './client-timers.js';
import { DefaultActions } from './default-actions.js';
import { addMissingParts, toResponse } from './missing-parts.js';
import type { CookieStore, Network, NetworkRequest, NetworkResponse } from './network.js';
import { PageMessages } from './page-messages.js';
import { createRefusedEventSource, createSocketClass } from './page-socket.js';

/** Shared by the tabs of one visitor. */
export interface TabVisitor {
  cookies: CookieStore;
  /** The open `BroadcastChannel`s. */
  channels: Set<object>;
}

/** A tab calls these for what happens in its documents. */
export interface TabListener {
  onError(message: string): void;
  onEvent(event: CustomEvent): void;
}

const EVENTS = ['connect', 'disconnect', 'before-patch', 'patch', 'error', 'lost'];

/** A browser tab. Shows one document after the other, each in a window of jsdom with the client script. */
export class Tab {
  readonly network: Network;
  readonly #visitor: TabVisitor;
  readonly #listener: TabListener;
  readonly #defaults: DefaultActions;
  readonly #parts = new WeakMap<DOMWindow, Map<string, Promise<unknown>>>();
  #dom: JSDOM | undefined;
  #timers: ClientTimers | undefined;
  #loading: Promise<void> | undefined;
  /** URLs of the documents that were left, for `back`. */
  readonly #left: URL[] = [];
  messages = new PageMessages();
  status = 0;
  isClosed = false;

  constructor(network: Network, visitor: TabVisitor, listener: TabListener) {
    this.network = network;
    this.#visitor = visitor;
    this.#listener = listener;
    this.#defaults = new DefaultActions((url, init) => this.#follow(url, init));
  }

  get window(): DOMWindow {
    if (!this.#dom) throw new Error('The page is closed.');
    return this.#dom.window;
  }

  get isOpen(): boolean {
    return this.#dom !== undefined;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  get timers(): ClientTimers | undefined {
    return this.#timers;
  }

  /** Loads a URL and shows its document. A download or an empty answer leaves the page as it is. */
  load(url: URL, init?: NetworkRequest): Promise<void> {
    this.#loading = this.#load(url, init).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Goes back: in the document's own history, or to the document before. */
  async back(): Promise<void> {
    const { history } = this.window;
    if (history.state?.issr) return this.#traverse();
    const before = this.#left.pop();
    if (!before) throw new Error('Cannot go back: the history of the tab is empty.');
    await this.load(before);
    this.#left.pop();
  }

  close(): void {
    this.isClosed = true;
    this.#leave();
    this.#dom = undefined;
  }

  #traverse(): Promise<void> {
    const { window } = this;
    return new Promise((resolve) => {
      window.addEventListener('popstate', () => resolve(), { once: true });
      window.history.back();
    });
  }

  async #load(url: URL, init?: NetworkRequest): Promise<void> {
    const response = await this.network.fetch(url, {
      ...init,
      headers: { accept: 'text/html,*/*;q=0.8', ...init?.headers },
    });
    if (this.isClosed) return;
    if (isDownload(response)) {
      // The client waits for this event to learn that the page stays.
      this.#dom?.window.dispatchEvent(new this.#dom.window.Event('pageshow'));
      return;
    }
    if (this.#dom) this.#left.push(new URL(this.#dom.window.location.href));
    this.#leave();
    this.status = response.status;
    await this.#show(response, url.hash);
  }

  /** The client sends its last messages, and the window's timers end. */
  #leave(): void {
    const window = this.#dom?.window;
    window?.dispatchEvent(new window.PageTransitionEvent('pagehide', { persisted: false }));
    window?.close();
  }

  #show(response: NetworkResponse, hash: string): Promise<void> {
    this.messages = new PageMessages();
    const url = new URL(response.url);
    url.hash ||= hash;
    const dom = new JSDOM(documentOf(response), {
      url: url.href,
      runScripts: 'dangerously',
      pretendToBeVisual: true,
      cookieJar: this.#visitor.cookies as CookieJar,
      virtualConsole: this.#console(),
      resources: {
        interceptors: [requestInterceptor((request, { element }) => this.#fetchResource(request, element))],
      },
      beforeParse: (window) => this.#prepare(window),
    });
    this.#dom = dom;
    return new Promise((resolve) => {
      dom.window.addEventListener('load', () => resolve());
    });
  }

  #prepare(window: DOMWindow): void {
    addMissingParts(window, this.network);
    this.#defaults.watch(window);
    const timers = new ClientTimers(window);
    this.#timers = timers;
    const { messages } = this;
    Object.assign(window, {
      BroadcastChannel: this.#createChannelClass(window),
      EventSource: createRefusedEventSource(window),
      WebSocket: createSocketClass(
        {
          open: (url) => this.network.openSocket(url),
          onSent: (text) => {
            const message = JSON.parse(text);
            if (message[0] === 'ping') timers.onPing();
            messages.onSent(message);
          },
          onReceived: (text) => messages.onReceived(JSON.parse(text)),
          // The server shuts down, and no other one takes its pages.
          onClosed: (code) => {
            if (code === CloseCode.goingAway) this.close();
          },
          isWindowOpen: () => Boolean(window.document),
        },
        window.EventTarget,
      ),
    });
    setScope(window, {
      window: timers.proxy(),
      clearTimeout: (id) => timers.clear(id),
      location: this.#createLocation(window),
      load: (url) => this.#loadPart(window, url),
    });
    for (const name of EVENTS)
      window.document.addEventListener(`issr:${name}`, (event) =>
        this.#listener.onEvent(event as CustomEvent),
      );
  }

  /** jsdom navigates within a document only. */
  #createLocation(window: DOMWindow): Location {
    const { location } = window;
    const load = (to: string | URL) => this.#follow(new URL(to, location.href));
    const own: Partial<Record<PropertyKey, unknown>> = {
      assign: load,
      reload: () => load(location.href),
      replace: (to: string) => (isSameDocument(to, location) ? location.replace(to) : load(to)),
    };
    // Not a proxy of the location itself: its methods cannot be replaced there.
    return new Proxy({} as Location, {
      get: (_, name) => own[name] ?? Reflect.get(location, name),
      set: (_, name, value) => Reflect.set(location, name, value),
    });
  }

  #follow(url: URL, init?: NetworkRequest): void {
    this.load(url, init).catch((error) => this.#listener.onError(String(error)));
  }

  #loadPart(window: DOMWindow, url: string): Promise<unknown> {
    const parts = this.#parts.get(window) ?? new Map<string, Promise<unknown>>();
    this.#parts.set(window, parts);
    const part = parts.get(url) ?? this.#importPart(window, url);
    parts.set(url, part);
    part.catch(() => parts.delete(url));
    return part;
  }

  async #importPart(window: DOMWindow, url: string): Promise<unknown> {
    const { status, body } = await this.network.fetch(new URL(url));
    if (status !== 200) throw new TypeError(`${url}: ${status}`);
    return window.eval(wrapScript(body.toString()));
  }

  /** Returns empty stylesheets: they would make each query for a role many times slower. */
  async #fetchResource(request: Request, element: HTMLElement | null): Promise<Response> {
    if (element?.localName === 'link') return new Response('', { headers: { 'content-type': 'text/css' } });
    const url = new URL(request.url);
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const response = await this.network.fetch(url, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      body: hasBody ? new Uint8Array(await request.arrayBuffer()) : undefined,
    });
    if (!CLIENT_SCRIPT.test(url.pathname)) return toResponse(response);
    return toResponse({ ...response, body: Buffer.from(wrapScript(response.body.toString())) });
  }

  #console(): VirtualConsole {
    const log = new VirtualConsole();
    log.on('error', (...details) => this.#listener.onError(details.map(describeDetail).join(' ')));
    log.on('jsdomError', (error) => {
      if (this.#defaults.perform(error)) return;
      this.#listener.onError(describeDetail(error.cause ?? error));
    });
    return log;
  }

  /** A channel to the visitor's other tabs. Messages arrive in another task, as in browsers. */
  #createChannelClass(window: DOMWindow) {
    const { channels } = this.#visitor;
    return class PageChannel {
      onmessage: ((event: { data: unknown }) => void) | null = null;
      constructor() {
        channels.add(this);
        window.addEventListener('pagehide', () => this.close());
      }
      postMessage(data: unknown): void {
        for (const channel of channels as Set<PageChannel>)
          if (channel !== this) setImmediate(() => channel.onmessage?.({ data }));
      }
      close(): void {
        channels.delete(this);
      }
    };
  }
}

const describeDetail = (detail: unknown): string =>
  typeof detail === 'object' && detail !== null && 'message' in detail
    ? String(detail.message)
    : String(detail);

const isDownload = ({ status, headers }: NetworkResponse): boolean =>
  status === 204 || /^attachment/i.test(headers['content-disposition'] ?? '');

/** A browser shows a text in a `<pre>`. */
function documentOf({ headers, body }: NetworkResponse): string {
  const text = body.toString();
  if (/html/i.test(headers['content-type'] ?? 'text/html')) return text;
  return `<!DOCTYPE html><pre>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</pre>`;
}

function isSameDocument(to: string, { href }: Location): boolean {
  const withoutHash = (url: string) => url.replace(/#.*/, '');
  return to.includes('#') && withoutHash(new URL(to, href).href) === withoutHash(href);
}
