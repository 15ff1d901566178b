import type { Presence } from '../cluster/presence.js';
import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';

export type InterestLimits = Pick<
  ResolvedOptions,
  'maxWatchedKeys' | 'maxWatchedKeyLength' | 'maxPresenceLength'
>;

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** The keys and presence records that one render names. They replace the page's earlier ones if it succeeds. */
export class Interests {
  readonly keys = new Set<string>();
  /** JSON by key. */
  records = NO_RECORDS;
  /** `Watches.generation` when the render began. */
  readonly since: number;
  /** The render listed its own page's record already. */
  showsOwnRecord = false;
  readonly #limits: InterestLimits;
  readonly #presence: Presence;

  constructor(limits: InterestLimits, presence: Presence, since: number) {
    this.#limits = limits;
    this.#presence = presence;
    this.since = since;
  }

  /** @throws ISSR_ERR_WATCH */
  watch(keys: Iterable<string>): void {
    const { maxWatchedKeys, maxWatchedKeyLength } = this.#limits;
    for (const key of keys) {
      if (typeof key !== 'string')
        throw new errors.ISSR_ERR_WATCH(`a key of type ${typeof key}, not a string`);
      if (key.length > maxWatchedKeyLength) {
        throw new errors.ISSR_ERR_WATCH(
          `a key of ${key.length} characters, at most ${maxWatchedKeyLength} (see maxWatchedKeyLength)`,
        );
      }
      this.keys.add(key);
      if (this.keys.size > maxWatchedKeys) {
        throw new errors.ISSR_ERR_WATCH(`more than ${maxWatchedKeys} keys (see maxWatchedKeys)`);
      }
    }
  }

  /**
   * @param page id of the page, `null` if it has not joined
   * @throws ISSR_ERR_WATCH
   */
  presence(page: string | null, key: string, record: unknown): unknown[] {
    this.watch([key]);
    const json = JSON.stringify(record) ?? 'null';
    const { maxPresenceLength } = this.#limits;
    if (json.length > maxPresenceLength) {
      throw new errors.ISSR_ERR_WATCH(
        `a presence record of ${json.length} characters, at most ${maxPresenceLength} (see maxPresenceLength)`,
      );
    }
    this.records = new Map(this.records).set(key, json);
    this.showsOwnRecord = page !== null;
    return this.#presence.list(key, page, json).map((each) => JSON.parse(each));
  }
}
