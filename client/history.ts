import { getAttribute, select } from './dom.js';
import { showWidget } from './ui/widget.js';

/** A change of the page's address that an event asks for, made when the answer arrives. */
export interface Visit {
  url: URL;
  mode: 'push' | 'replace' | 'pop';
  /** The history entry that Back or Forward went to. */
  entry?: number;
}

/** Compares two addresses without their hash, which is a place in the page. */
const isSame = (a: URL, b: URL) => a.href.replace(/#.*/, '') === b.href.replace(/#.*/, '');

/** The address of the page on show, and the history entries of this script. */
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
    // The browser restores scroll positions better at a load.
    addEventListener('pagehide', () => {
      history.scrollRestoration = 'auto';
    });
  }

  /** Writes the address of a visit whose page arrived, and the address that mirrors the page's params. */
  follow(visit: Visit | undefined, mirror: Visit | undefined): void {
    if (visit) this.#write(visit.url, visit.mode);
    if (mirror) this.#write(withoutPasswords(mirror.url), visit ? 'replace' : mirror.mode);
  }

  /** Adds an entry if the address differs. */
  #write(url: URL, mode: Visit['mode']): void {
    if (mode === 'push' && url.href !== this.shown.href) {
      history.scrollRestoration = 'manual';
      this.#scrolls.set(this.#entry, [scrollX, scrollY]);
      this.#entry = Date.now();
      history.pushState({ issr: this.#entry }, '', url);
    } else if (mode !== 'pop') history.replaceState(history.state, '', url);
    this.shown = url;
  }

  /** Scrolls to the visitor's place in the visited page, and announces it to screen readers. */
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

/** Removes passwords, even if the author mirrors them: an address is seen, sent and kept. */
function withoutPasswords(url: URL): URL {
  for (const field of select('input[type=password]')) {
    const name = getAttribute(field, 'name') ?? '';
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url;
}

/** Moves the reading position of screen readers to the start, as a load does: the body must be focusable for it. */
function focusStart(): void {
  const [body] = select('body');
  if (!(body instanceof HTMLElement) || body.hasAttribute('tabindex')) return;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.removeAttribute('tabindex');
}

let announcer: HTMLElement | undefined;

/** Announces the new title. A live region speaks when its text changes, so the region exists before the text. */
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
