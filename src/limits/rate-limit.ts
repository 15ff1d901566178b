import { setTimeout as sleep } from 'node:timers/promises';
import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';
import type { Params } from '../page/params.js';
import type { ParamEntries } from '../protocol.js';

/** @throws ISSR_ERR_PARAMS when a message names too many params, or one too long */
export function limitEntries(
  entries: ParamEntries,
  { maxParams, maxParamNameLength }: ResolvedOptions,
): void {
  if (entries.length > maxParams) throw new errors.ISSR_ERR_PARAMS(`${entries.length} params`);
  for (const [name] of entries) {
    if (name.length > maxParamNameLength)
      throw new errors.ISSR_ERR_PARAMS(`a name of ${name.length} characters`);
  }
}

/** @throws ISSR_ERR_PARAMS when a page has come to hold too much */
export function limitParams(params: Params, { maxParams, maxParamsLength }: ResolvedOptions): void {
  if (params.size > maxParams) throw new errors.ISSR_ERR_PARAMS(`${params.size} params`);
  if (params.totalLength > maxParamsLength)
    throw new errors.ISSR_ERR_PARAMS(`${params.totalLength} characters`);
}

/**
 * A token bucket: `burst` at once, `perSecond` in the long run. What comes faster waits, as it may be
 * the visitor's typing; how much may wait is the queue's limit.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filled = Date.now();

  constructor({
    maxEventsPerSecond,
    maxEventBurst,
  }: Pick<ResolvedOptions, 'maxEventsPerSecond' | 'maxEventBurst'>) {
    this.#perSecond = maxEventsPerSecond;
    this.#burst = this.#tokens = maxEventBurst;
  }

  /** Undefined: go on at once. */
  take(): Promise<void> | undefined {
    const now = Date.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filled) / 1000) * this.#perSecond);
    this.#filled = now;
    this.#tokens--;
    if (this.#tokens >= 0) return undefined;
    return sleep((-this.#tokens / this.#perSecond) * 1000);
  }
}

/** How many things may be under way at once; the others wait in their order. */
export class Gate {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Undefined: go on at once. Who has entered must leave. */
  enter(): Promise<void> | undefined {
    if (this.#inside < this.#max) {
      this.#inside++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}
