import { getAttribute, select } from './dom.js';
import { showWidget } from './ui/widget.js';

/** A change of the page's address that an event asks for. It is made when the answer is there. */
export interface Visit {
  url: URL;
  mode: 'push' | 'replace' | 'pop';
  /** Of Back and Forward: the history entry they went to. */
  entry?: number;
}

/** Two addresses of one page: a hash is a place in it. */
const isSame = (a: URL, b: URL) => a.href.replace(/#.*/, '') === b.href.replace(/#.*/, '');

/** The address of what the page shows, and the history entries made by us. */
export class Address {
  shown = new URL(location.href);
  /** The current entry's number, also kept in its state, so that it survives a reload. */
  #entry: number = history.state?.issr ?? 0;
  readonly #scrolls = new Map<number, [x: number, y: number]>();

  constructor(onPop: (visit: Visit) => void, isVisiting: () => boolean) {
    addEventListener('popstate', ({ state }) => {
      this.#scrolls.set(this.#entry, [scrollX, scrollY]);
      this.#entry = state?.issr ?? 0;
      const url = new URL(location.href);
      if (isSame(url, this.shown) && !isVisiting()) this.shown = url;
      else onPop({ url, mode: 'pop', entry: this.#entry });
    });
    // By hand only while there are entries of ours to go to; a load restores better by itself.
    addEventListener('pagehide', () => {
      history.scrollRestoration = 'auto';
    });
  }

  /** A visit has come to its page, whose params the server may mirror in an address of their own. */
  follow(visit: Visit | undefined, mirror: Visit | undefined): void {
    if (visit) this.#write(visit.url, visit.mode);
    if (mirror) this.#write(withoutPasswords(mirror.url), visit ? 'replace' : mirror.mode);
  }

  /** A new entry for another address, none for the same. */
  #write(url: URL, mode: Visit['mode']): void {
    if (mode === 'push' && url.href !== this.shown.href) {
      history.scrollRestoration = 'manual';
      this.#scrolls.set(this.#entry, [scrollX, scrollY]);
      this.#entry = Date.now();
      history.pushState({ issr: this.#entry }, '', url);
    } else if (mode !== 'pop') history.replaceState(history.state, '', url);
    this.shown = url;
  }

  /** After the visited page is there: its scroll position, and a word for who does not see it. */
  arrive({ url, mode, entry }: Visit, from: URL): void {
    if (mode === 'pop') this.#restoreScroll(entry);
    if (mode === 'pop' ? url.pathname === from.pathname : url.href === from.href) return;
    focusStart();
    announceTitle();
    if (mode === 'pop') return;
    scrollTo({ left: 0, top: 0, behavior: 'instant' });
    document.getElementById(decodeURIComponent(url.hash.slice(1)))?.scrollIntoView({ behavior: 'instant' });
  }

  #restoreScroll(entry = 0): void {
    const [left, top] = this.#scrolls.get(entry) ?? [0, 0];
    scrollTo({ left, top, behavior: 'instant' });
  }
}

/** Whatever the author mirrors: an address is seen, sent and kept. */
function withoutPasswords(url: URL): URL {
  for (const field of select('input[type=password]')) {
    const name = getAttribute(field, 'name') ?? '';
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url;
}

/** A load would begin at the page's start; a focusable body is how to say that to a screen reader. */
function focusStart(): void {
  const [body] = select('body');
  if (!(body instanceof HTMLElement) || body.hasAttribute('tabindex')) return;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.removeAttribute('tabindex');
}

let announcer: HTMLElement | undefined;

/** A live region speaks when its text changes, so it must be there before. */
function announceTitle(): void {
  announcer ??= showWidget(
    'position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)',
    document.createElement('p'),
  );
  announcer.ariaLive = 'polite';
  const [text] = announcer.shadowRoot?.children ?? [];
  const [title] = select('title');
  setTimeout(() => text?.replaceChildren(title?.textContent ?? ''));
}
