import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import type { ParamValue } from '../protocol.js';
import type { Page, SharedState } from './page.js';
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
   * Returns the key of a request; undefined if its page is rendered by itself.
   *
   * @throws ISSR_ERR_SHARE
   */
  keyOf(request: FastifyRequest): string | undefined {
    const key: unknown = this.#share.call(request.server, request);
    if (key === undefined) return undefined;
    // A promise would be the same text for every visitor.
    if (typeof key !== 'string') throw new errors.ISSR_ERR_SHARE(this.path, typeof key);
    return key;
  }
}

/** A render whose HTML other pages may get. */
export interface ShareableRender extends SharedState {
  share: RouteShare;
  /** Result of `RouteShare.keyOf`. */
  key: string;
  /** Path and key. Pages of different paths never share. */
  group: string;
  request: FastifyRequest;
}

/** A page that shares, and its last render of its own. */
interface Member extends ShareableRender {
  /** Time of the next render of its own, hooks included. */
  expires: number;
}

/** The services that sharing uses. */
export interface SharesServices extends SharedPushServices {
  /** Compares two pages that got the same HTML. */
  check(share: RouteShare, source: Page, other: Page, html: string): void;
}

/** Shared pushes of a route between two checks that its pages are equal. */
const CHECK_EVERY = 20;

export interface SharesOptions {
  maxShareAge: number;
}

/**
 * Decides which pages get the render of another page at their next push: `Page.share` is set from a render of their
 * own until their params, cookies or connection change.
 */
export class Shares {
  readonly #options: SharesOptions;
  readonly #services: SharesServices;
  #lastNumber = 0;
  /** Resolves when all pages of the calls of `pushAll` so far were asked to render. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(options: SharesOptions, services: SharesServices) {
    this.#options = options;
    this.#services = services;
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
    const member: Member = { ...render, expires };
    page.share = member;
  }

  /** Gives the HTML of a page's own render to the pages that wait for it. */
  offer(page: Page, render: ShareableRender, create: () => SharedRender): void {
    render.share.pushes.get(render.group)?.offer(page, create);
  }

  /**
   * Pushes to pages. Asking thousands of them takes several turns of the event loop, and one render still serves all
   * that share.
   *
   * @param params see `Page.rr`
   * @returns a promise that resolves once the change was sent to each
   */
  async pushAll(pages: Iterable<Page>, params?: Record<string, ParamValue>): Promise<void> {
    // Pages that share have one promise.
    const sent = new Set<Promise<void>>();
    const since = this.#lastNumber;
    const asked = this.#services.turn.each(pages, (page) => sent.add(page.push(params, since)));
    this.#asked = Promise.all([this.#asked, asked.catch(() => {})]);
    await asked;
    await Promise.all(sent);
  }

  /**
   * Pushes to a page together with others of its key.
   *
   * @param since number of the last handler that had begun at the change
   * @returns a promise that resolves once all of them are sent; undefined if the page does not share
   */
  push(page: Page, since = this.#lastNumber): Promise<void> | undefined {
    const member = page.share as Member | undefined;
    if (!member || page.queue.isRunning || member.expires <= performance.now()) return undefined;
    const { share, group } = member;
    if (!hasSameKey(member)) return undefined;
    let pushes = share.pushes.get(group);
    if (!pushes) {
      pushes = this.#createPushes(share, group);
      share.pushes.set(group, pushes);
    }
    return pushes.push(page, since);
  }

  #createPushes(share: RouteShare, group: string): SharedPushes {
    const { check } = this.#services;
    return new SharedPushes(this.#services, {
      now: () => this.#lastNumber,
      whenAsked: () => this.#asked,
      onIdle: () => share.pushes.delete(group),
      onShared: (source, other, html) => {
        share.count++;
        if (share.count % CHECK_EVERY === 0) check(share, source, other, html);
      },
    });
  }
}

/** The key may depend on more than the request. An error is reported by the page's own render. */
function hasSameKey({ share, request, key }: Member): boolean {
  try {
    return share.keyOf(request) === key;
  } catch {
    return false;
  }
}
