import { Params, setParams } from '../params/params.js';
import type { ActionEntries, ParamChange, ParamValue } from '../protocol.js';
import { type Flash, NO_FLASHES } from '../signed/flash-cookies.js';

/** Most renders share it. */
export const NO_NAMES: ReadonlySet<string> = new Set();

const NO_PARAMS: ReadonlyMap<string, ParamValue> = new Map();

/** Limits of a page's memory. */
export interface PageMemoryOptions {
  maxParams: number;
  maxParamsLength: number;
}

/**
 * State of a page that its browser does not hold: fields that the visitor touched, earlier values of
 * changed params, and the outcome of the last action. It ends with the process, or with a visit.
 */
export class PageMemory {
  /** Names that the last render found invalid. */
  invalid: ReadonlySet<string> = NO_NAMES;
  /** Return value of the last action. */
  result: unknown;
  /** Flashes that the page shows until its next action or visit. */
  flashes: readonly Flash[] = NO_FLASHES;
  /** Name of the action that was refused last, until it runs. */
  refusedAction: string | undefined;
  #touched: Set<string> | undefined;
  #former: Params | undefined;
  readonly #options: PageMemoryOptions;

  constructor(options: PageMemoryOptions) {
    this.#options = options;
  }

  /** A copy for a render that changes nothing of the page. */
  copy(): PageMemory {
    const copy = new PageMemory(this.#options);
    Object.assign(copy, this);
    copy.#touched = this.#touched && new Set(this.#touched);
    copy.#former = this.#former && setParams(new Params(), [...this.#former]);
    return copy;
  }

  /** Starts again for a visit. */
  reset(): void {
    this.invalid = NO_NAMES;
    this.result = undefined;
    this.flashes = NO_FLASHES;
    this.refusedAction = undefined;
    this.#touched = this.#former = undefined;
  }

  /** Marks a field that the visitor changed or left: its errors are shown from now on. */
  touch(name: string): void {
    this.#touched ??= new Set();
    if (this.#touched.size < this.#options.maxParams) this.#touched.add(name);
  }

  /** Marks the params that an event changed, removed or assigned. */
  touchAll({ change: [changed, removed], actions }: { change: ParamChange; actions: ActionEntries }): void {
    for (const [name] of changed) this.touch(name);
    for (const [name] of actions) this.touch(name);
    for (const name of removed) this.touch(name);
  }

  isTouched(name: string): boolean {
    return this.#touched?.has(name) === true;
  }

  /** After an action ran: hides the errors of its fields, or of all fields, until the next touch. */
  settle(names?: Iterable<string>): void {
    if (!names) this.#touched = undefined;
    else for (const name of names) this.#touched?.delete(name);
  }

  /** Keeps the values of valid params that are about to change. */
  keepFormer(params: Params, [changed, removed]: ParamChange): void {
    for (const [name] of changed) this.#keep(name, params);
    for (const name of removed) this.#keep(name, params);
  }

  #keep(name: string, params: Params): void {
    const value = params.get(name);
    if (value === undefined || this.invalid.has(name)) return;
    this.#former ??= new Params();
    this.#former.set(name, value);
    const { maxParams, maxParamsLength } = this.#options;
    if (this.#former.size > maxParams || this.#former.encodedLength > maxParamsLength)
      this.#former = undefined;
  }

  /** Values that changed params had when they were valid. */
  get former(): ReadonlyMap<string, ParamValue> {
    return this.#former ?? NO_PARAMS;
  }
}
