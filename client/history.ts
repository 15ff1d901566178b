import { listen } from './dom.js';

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
  entry: number = history.state?.issr ?? 0;
  readonly #scrolls = new Map<number, [x: number, y: number]>();

  /** The last visit whose page has not arrived. */
  readonly pendingVisit: () => Visit | undefined;

  constructor(onPop: (visit: Visit) => void, pendingVisit: () => Visit | undefined) {
    this.pendingVisit = pendingVisit;
    listen(window, 'popstate', () => {
      // Not the event's: a jump to a hash has none (visits/arrive.ts).
      this.leaveEntry(history.state?.issr ?? 0);
      const url = new URL(location.href);
      if (isSame(url, this.shown) && !pendingVisit()) this.shown = url;
      else onPop({ url, mode: 'pop', entry: this.entry });
    });
    // The browser restores scroll positions better at a load.
    listen(window, 'pagehide', () => {
      history.scrollRestoration = 'auto';
    });
  }

  /** Stores the scroll position of the current entry, and makes another one current. */
  leaveEntry(next: number): void {
    this.#scrolls.set(this.entry, [scrollX, scrollY]);
    this.entry = next;
  }

  scrollOf(entry = 0): [x: number, y: number] {
    return this.#scrolls.get(entry) ?? [0, 0];
  }
}
