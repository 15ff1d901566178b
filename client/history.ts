import { getAttribute, select } from './dom.js';

/** A change of the page's address that an event asks for, made when the answer arrives. */
export interface Visit {
  url: URL;
  mode: 'push' | 'replace' | 'pop';
  /** The history entry that Back or Forward went to. */
  entry?: number;
  /** Redirects in a row that led here. */
  redirects?: number;
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
    addEventListener('popstate', () => {
      this.#scrolls.set(this.#entry, [scrollX, scrollY]);
      // Not the event's: a jump to a hash has none (visits/arrive.ts).
      this.#entry = history.state?.issr ?? 0;
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
    if (!mirror) return;
    const url = withoutPasswords(mirror.url);
    if (url.pathname === this.shown.pathname) url.hash = this.shown.hash;
    this.#write(url, visit ? 'replace' : mirror.mode);
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

  scrollOf(entry = 0): [x: number, y: number] {
    return this.#scrolls.get(entry) ?? [0, 0];
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
