import { mirrorParams, type Params, paramsOfUrl, pathOf } from '../params/params.js';

/** The URL of a visit, and its params. */
interface Target {
  url: string;
  params: Params;
}

type HistoryMode = 'push' | 'replace';

const NO_NAMES: readonly string[] = [];

/** The place of a page in its site: its address, and the URL that its visitor wants to go to. */
export class PagePlace {
  /** The page's path is an ISSR route. False until a render has looked it up. A visit that arrives keeps it true. */
  isAtRoute = false;
  /** The path that a proxy strips from the page's URL. */
  prefix = '';
  #path: string;
  #address: string;
  #target: Target | undefined;
  #mirrored = NO_NAMES;
  #mode: HistoryMode = 'replace';

  constructor(url: string) {
    this.#path = pathOf(url);
    this.#address = url;
  }

  get path(): string {
    return this.#path;
  }

  /** The URL in the address bar, without a proxy's prefix. */
  get address(): string {
    return this.#address;
  }

  /** A visit whose route's hooks have not answered. */
  get target(): Target | undefined {
    return this.#target;
  }

  /** Sets out for a URL, or stays at the page's own. */
  setTarget(url: string | undefined): void {
    this.#target = url === undefined ? undefined : { url, params: paramsOfUrl(url) };
  }

  /** Completes a visit and returns the params of its URL. Returns undefined if the page was not on a visit. */
  arrive(): Params | undefined {
    const target = this.#target;
    if (!target) return undefined;
    this.#address = target.url;
    this.#path = pathOf(target.url);
    this.#target = undefined;
    return target.params;
  }

  /** The last render names the params that the address mirrors, and how their next change enters the history. */
  setMirror(names = NO_NAMES, mode: HistoryMode = 'replace'): void {
    this.#mirrored = names;
    this.#mode = mode;
  }

  /**
   * Mirrors params in the address. Returns the new address, or undefined if it has them already. A command adds one
   * history entry at most, also if a patch changes the params.
   */
  mirror(params: Params): [address: string, mode: HistoryMode] | undefined {
    if (this.#mirrored.length === 0) return undefined;
    const address = mirrorParams(this.#address, this.#mirrored, params);
    if (address === this.#address) return undefined;
    const mode = this.#mode;
    this.#address = address;
    this.#mode = 'replace';
    return [address, mode];
  }
}
