import { setMaxListeners } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import { errors } from '../errors.js';
import type { LateHost } from './late-host.js';
import { LatePart, type LateWork } from './late-part.js';
import { LateParts } from './late-parts.js';

/** Renders in a row whose `when` differed from the one that was computed for them. */
const MAX_WASTED = 10;

export interface LateRenderSettings {
  host: LateHost;
  log: FastifyBaseLogger;
  /** The address's key among the slots of all pages. */
  key: string;
  /** Parts of the page's earlier renders. */
  parts?: LateParts | undefined;
  /** The render waits for its parts until this aborts. Without it, the render shows what is there. */
  whole?: AbortSignal | undefined;
  /** The parts run in the slot of the part around them. */
  isNested?: boolean;
}

/** The late parts that one render names. They replace the page's earlier ones if it succeeds. */
export class LateRender {
  readonly #settings: LateRenderSettings;
  #used = new Map<string, LatePart>();
  /** Parts of this render's first attempt, which met an async component. */
  #attempted: ReadonlyMap<string, LatePart> = new Map();
  readonly #shown = new Set<LatePart>();

  constructor(settings: LateRenderSettings) {
    this.#settings = settings;
    // Every part listens to it. `maxLateParts` limits them.
    if (settings.whole) setMaxListeners(0, settings.whole);
  }

  /** The render waits for its parts. */
  get isWhole(): boolean {
    return this.#settings.whole !== undefined;
  }

  /** The render shows a part that is not there yet. */
  get isPending(): boolean {
    return [...this.#used.values()].some(({ isSettled }) => !isSettled);
  }

  /** Begins the second attempt of a render. */
  restart(): void {
    this.#attempted = new Map([...this.#attempted, ...this.#used]);
    this.#used = new Map();
  }

  /**
   * Returns the part at a place of the page: the page's own if it has one for an equal `when`, else a new one.
   *
   * @param place no other part of the render has it: `placeOf`
   * @throws ISSR_ERR_LATE above `maxLateParts`, or if `when` is never equal
   */
  use(place: string, when: readonly unknown[], work: LateWork): LatePart {
    const { host, parts } = this.#settings;
    const known = this.#attempted.get(place) ?? parts?.get(place);
    const part = reusable(known, when) ?? this.#create(when, work, known);
    this.#used.set(place, part);
    if (this.#used.size > host.options.maxLateParts)
      throw new errors.ISSR_ERR_LATE(
        `for more than ${host.options.maxLateParts} parts of a page (see maxLateParts)`,
      );
    for (const one of [part, part.previous]) if (one?.content !== undefined) host.touch(one);
    if (part.isSettled) this.#shown.add(part);
    return part;
  }

  /** The render of a part's content, which waits for the parts inside. */
  nested(whole: AbortSignal): LateRender {
    const { host, log, key } = this.#settings;
    return new LateRender({ host, log, key, whole, isNested: true });
  }

  /** Makes the parts those of the page, once the render is sent. */
  commit(): LateParts {
    const parts = this.#settings.parts ?? new LateParts(this.#settings.host, this.#settings.key);
    for (const part of this.#shown) part.wasShown = true;
    parts.replace(this.#used);
    return parts;
  }

  #create(when: readonly unknown[], work: LateWork, replaced: LatePart | undefined): LatePart {
    const part = new LatePart(when, work, this.#settings.log, replaced);
    if (part.wasted >= MAX_WASTED)
      throw new errors.ISSR_ERR_LATE("with a 'when' that differs at each render, as a new object does");
    if (this.isWhole) this.#run(part);
    return part;
  }

  #run(part: LatePart): void {
    const { host, key, whole, isNested } = this.#settings;
    if (isNested) void part.run(host.deadlines);
    else void host.slots.run(key, () => part.run(host.deadlines));
    if (whole?.aborted) part.stop();
    whole?.addEventListener('abort', () => part.stop(), { once: true });
  }
}

/** The content may be that of `when` again, while another is being computed. */
function reusable(known: LatePart | undefined, when: readonly unknown[]): LatePart | undefined {
  return [known, known?.previous].find(
    (part) => part && areSame(part.when, when) && !(part.state === 'ready' && part.content === undefined),
  );
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
