import { errors } from '../errors.js';
import type { OnConnect, OnDisconnect } from '../options/options.js';
import type { Hooks } from '../page/hooks.js';
import { Page } from '../page/page.js';
import type { Pages } from '../page/pages.js';
import type { ParamValue } from '../protocol.js';
import type { Channels, PublishOptions } from '../streams/channels.js';
import type { IssrPage } from '../types/issr-page.js';

/** Which pages: one, several, all of a path, or all for which a predicate holds. */
export type RerenderTarget = IssrPage | Iterable<IssrPage> | string | ((page: IssrPage) => boolean);

/** `fastify.issr` */
export class Issr {
  readonly #pages: Pages;
  readonly #hooks: Hooks;
  readonly #channels: Channels;

  constructor(pages: Pages, hooks: Hooks, channels: Channels) {
    this.#pages = pages;
    this.#hooks = hooks;
    this.#channels = channels;
  }

  /** The pages of this registration that joined, by id, those whose connection dropped within `resumeWindow` included. */
  get pages(): ReadonlyMap<string, IssrPage> {
    return this.#pages.joined;
  }

  /**
   * Renders pages again. Of one page, any number of calls while a render of it is under way become one
   * more. A page whose connection dropped is rendered as it comes back.
   *
   * @param target a page, several, a path such as `/scores`, or a predicate
   * @param params assigned to each page's state first
   * @returns how many pages, after the change has been sent to each; a page whose render is under way is
   *   not waited for, so that a handler or action may ask for its own
   * @throws ISSR_ERR_TARGET
   */
  async rr(target: RerenderTarget, params?: Record<string, ParamValue>): Promise<number> {
    const pages = this.#resolve(target);
    await Promise.all(pages.map((page) => page.rr(params)));
    return pages.length;
  }

  /**
   * Publishes an event to all streams of this process that hear the channel, and keeps it for those who come
   * back (`maxReplayEvents`, `maxReplayBytes`).
   *
   * @param data a string, or anything that JSON can say
   * @param options `event` is its type (`message` when left out), `id` names it among the events of all
   *   channels (the process gives one when left out); neither may have line breaks
   * @returns to how many streams
   * @throws ISSR_ERR_EVENT
   */
  publish(channel: string, data: unknown, options?: PublishOptions): number {
    return this.#channels.publish(channel, data, options);
  }

  /** Adds a hook that runs after a page joined. */
  onConnect(fn: OnConnect): void {
    this.#hooks.onConnect(fn);
  }

  /** Adds a hook that runs before a page is forgotten. */
  onDisconnect(fn: OnDisconnect): void {
    this.#hooks.onDisconnect(fn);
  }

  #resolve(target: RerenderTarget): IssrPage[] {
    if (target instanceof Page) return [target];
    if (typeof target === 'string') return this.#filter((page) => page.path === target);
    if (typeof target === 'function') return this.#filter(target);
    if (typeof target !== 'object' || target === null || !(Symbol.iterator in target)) {
      throw new errors.ISSR_ERR_TARGET(String(target));
    }
    const pages = [...target];
    if (!pages.every((page) => page instanceof Page))
      throw new errors.ISSR_ERR_TARGET('a list with something else in it');
    return pages;
  }

  #filter(holds: (page: IssrPage) => boolean): IssrPage[] {
    this.#pages.pushGeneration++;
    return [...this.#pages.joined.values()].filter(holds);
  }
}
