import type { ParamEntries } from '../protocol.js';
import { type Params, setParams } from './params.js';

const NO_NAMES: ReadonlySet<string> = new Set();

/** A page's params, and which of them the browser has yet to get from this process. Most pages never need the sets. */
export class PageParams {
  #current: Params;
  /** Names whose value this process assigned and the browser has not confirmed. */
  #assigned: Set<string> | undefined;
  /** Assigned names whose values the next answer of the route sends. */
  #unsent: Set<string> | undefined;

  constructor(params: Params) {
    this.#current = params;
  }

  get current(): Params {
    return this.#current;
  }

  /** Params that this process assigned and the browser has not confirmed. */
  unconfirmed(): ParamEntries {
    return this.#entriesOf(this.#assigned ?? NO_NAMES, this.#current);
  }

  get hasUnsent(): boolean {
    return this.#unsent !== undefined && this.#unsent.size > 0;
  }

  /** The params that were assigned since the last call. */
  takeUnsent(): ParamEntries {
    const entries = this.#entriesOf(this.#unsent ?? NO_NAMES, this.#current);
    this.#unsent = undefined;
    return entries;
  }

  /** The browser has other values for these names. */
  confirm(entries: ParamEntries): void {
    if (!this.#assigned) return;
    for (const [name] of entries) {
      this.#assigned.delete(name);
      this.#unsent?.delete(name);
    }
  }

  /** Assigns params that the browser does not have. */
  assign(entries: ParamEntries): void {
    if (entries.length === 0) return;
    this.#assigned ??= new Set();
    this.#unsent ??= new Set();
    setParams(this.#current, entries);
    for (const [name] of entries) {
      this.#assigned.add(name);
      this.#unsent.add(name);
    }
  }

  /**
   * Replaces the params by those that the browser has. If it may have missed a message, params that this process
   * assigned are sent again.
   */
  replace(params: Params, mayHaveMissed: boolean): void {
    const before = this.#current;
    this.#current = params;
    this.assign(this.#entriesOf((mayHaveMissed ? this.#assigned : this.#unsent) ?? NO_NAMES, before));
  }

  /** Starts again with the params of another URL. */
  reset(params: Params): void {
    this.#current = params;
    this.#assigned = this.#unsent = undefined;
  }

  #entriesOf(names: ReadonlySet<string>, params: Params): ParamEntries {
    return Array.from(names, (name) => [name, params.get(name) ?? '']);
  }
}
