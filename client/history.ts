import { listen } from './dom.js';

/** A change of the page's address that an event asks for, made when the answer arrives. */
export interface Visit {
  url: URL;
  mode: 'push' | 'replace' | 'pop';
  /** The history entry that Back or Forward went to. */
  entry?: number;
  /** Redirects in a row that led here. */
  redirects?: number;
  /** Records the params of the page that arrives. */
  onArrival?: () => void;
}

/** Compares two addresses without their hash, which is a place in the page. */
export const isSame = (a: { href: string }, b: { href: string }) =>
  a.href.replace(/#.*/, '') === b.href.replace(/#.*/, '');

/** The address of the page on show, and the history entries of this script. */
export class Address {
  shown = new URL(location.href);
  /** The current entry's number, also kept in its state, so that it survives a reload. */
  entry: number = history.state?.issr ?? 0;
  readonly #scrolls = new Map<number, [x: number, y: number]>();
  /** Called before the page or its address changes. Set by the part that keeps fields. */
  declare onLeave?: (visit: Visit) => void;

  /** The last visit whose page has not arrived. */
  readonly pendingVisit: () => Visit | undefined;

  /** @param onJump another place of the page on show; `known` is the number of its entry, unless it is new */
  constructor(
    onPop: (visit: Visit) => void,
    onJump: (known: number | undefined) => void,
    pendingVisit: () => Visit | undefined,
  ) {
    this.pendingVisit = pendingVisit;
    // A jump to a hash has scrolled already when it is announced.
    listen(window, 'scroll', () => this.leaveEntry(this.entry));
    listen(window, 'popstate', () => {
      // Not the event's: a jump to a hash has none (visits/arrive.ts).
      const known: number | undefined = history.state?.issr;
      const entry = known ?? Date.now();
      const url = new URL(location.href);
      if (isSame(url, this.shown) && !pendingVisit()) {
        this.shown = url;
        this.entry = entry;
        onJump(known);
      } else {
        this.leaveEntry(entry);
        onPop({ url, mode: 'pop', entry });
      }
    });
    // The browser restores scroll positions better at a load.
    listen(window, 'pagehide', () => {
      history.scrollRestoration = 'auto';
    });
  }

  /** Stores the scroll position of the current entry, unless Back or Forward has left its page, and makes another one current. */
  leaveEntry(next: number): void {
    if (this.pendingVisit()?.mode !== 'pop') this.#scrolls.set(this.entry, [scrollX, scrollY]);
    this.entry = next;
  }

  scrollOf(entry = 0): [x: number, y: number] {
    return this.#scrolls.get(entry) ?? [0, 0];
  }
}
