import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import type { Page } from './page.js';
import { SharedPushes, type SharedPushServices, type SharedRender } from './shared-pushes.js';

/** `share` of a route: pages with the same string show the same. */
export type ShareKey = (request: FastifyRequest) => string | undefined;

/** `share` of one route, and the pushes to pages that share. */
export class RouteShare {
  readonly path: string;
  readonly pushes = new Map<string, SharedPushes>();
  /** A difference between pages that share was reported. */
  isReported = false;
  /** Shared pushes so far. */
  count = 0;
  readonly #share: ShareKey;

  constructor(path: string, share: ShareKey) {
    this.path = path;
    this.#share = share;
  }

  /**
   * Returns the key of a request; undefined if its page is rendered by itself. Pages of different paths never share.
   *
   * @throws ISSR_ERR_SHARE
   */
  keyOf(request: FastifyRequest, path: string): string | undefined {
    const key: unknown = this.#share.call(request.server, request);
    if (key === undefined) return undefined;
    // A promise would be the same text for every visitor.
    if (typeof key !== 'string') throw new errors.ISSR_ERR_SHARE(this.path, typeof key);
    return `${path} ${key}`;
  }
}

/** A render whose HTML other pages may get. */
export interface ShareableRender {
  share: RouteShare;
  key: string;
  path: string;
  request: FastifyRequest;
  /** Number of its handler's begin: a later one saw later data. */
  number: number;
}

/** A page that shares, and its last render of its own. */
interface Member extends ShareableRender {
  /** Time of the next render of its own, hooks included. */
  expires: number;
}

/** The services that sharing uses. */
export interface SharesServices extends Omit<SharedPushServices, 'numberOf'> {
  /** Compares two pages that got the same HTML. */
  check(share: RouteShare, source: Page, other: Page, html: string): void;
}

/** Shared pushes of a route between two checks that its pages are equal. */
const CHECK_EVERY = 20;

export interface SharesOptions {
  maxShareAge: number;
}

/**
 * Pages whose next push may be another page's render. A page is among them from a render of its own until its
 * params, cookies or connection change.
 */
export class Shares {
  readonly #options: SharesOptions;
  readonly #services: SharedPushServices & SharesServices;
  readonly #members = new Map<Page, Member>();
  #lastNumber = 0;

  constructor(options: SharesOptions, services: SharesServices) {
    this.#options = options;
    this.#services = { ...services, numberOf: (page) => this.#members.get(page)?.number };
  }

  /** A handler that shares begins. */
  createNumber(): number {
    return ++this.#lastNumber;
  }

  /** A render of the page's own succeeded. */
  enter(page: Page, render: ShareableRender | undefined): void {
    if (!render) return;
    const { maxShareAge } = this.#options;
    // Pages that joined together do not expire together.
    const expires = performance.now() + maxShareAge * (0.5 + Math.random() / 2);
    this.#members.set(page, { ...render, expires });
  }

  /** Gives the HTML of a page's own render to the pages that wait for it. */
  offer(page: Page, render: ShareableRender, create: () => SharedRender): void {
    render.share.pushes.get(render.key)?.offer(page, create);
  }

  /** The page is rendered by itself at its next push. */
  leave(page: Page): void {
    this.#members.delete(page);
  }

  /**
   * Pushes to a page together with others of its key.
   *
   * @returns a promise that resolves once all of them are sent; undefined if the page does not share
   */
  push(page: Page): Promise<void> | undefined {
    const member = this.#members.get(page);
    if (!member || page.queue.isRunning || member.expires <= performance.now()) return undefined;
    const { share, key } = member;
    if (currentKey(member) !== key) return undefined;
    let pushes = share.pushes.get(key);
    if (!pushes) {
      pushes = this.#createPushes(share, key);
      share.pushes.set(key, pushes);
    }
    return pushes.push(page);
  }

  #createPushes(share: RouteShare, key: string): SharedPushes {
    const { check } = this.#services;
    return new SharedPushes(this.#services, {
      onIdle: () => share.pushes.delete(key),
      onShared: (source, other, html) => {
        share.count++;
        if (share.count % CHECK_EVERY === 0) check(share, source, other, html);
      },
    });
  }
}

/** The key may depend on more than the request. An error is reported by the page's own render. */
function currentKey({ share, request, path }: Member): string | undefined {
  try {
    return share.keyOf(request, path);
  } catch {
    return undefined;
  }
}
