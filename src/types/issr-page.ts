import type { ParamValue } from '../protocol.js';
import type { OrUndefined } from './or-undefined.js';

/**
 * Types of an app, to be merged once:
 *
 * ```ts
 * declare module 'fastify-issr' {
 *   interface IssrTypes { data: { cart: string[] }; result: string }
 * }
 * ```
 *
 * `data` is the type of `page.data`, `result` that of `request.issr.result` on routes whose actions do
 * not say more.
 */
// biome-ignore lint/suspicious/noEmptyInterface: merged by the app
export interface IssrTypes {}

/** Type of `page.data`. */
export type PageData = IssrTypes extends { data: infer Data }
  ? OrUndefined<Partial<Data>>
  : Record<string, unknown>;

/** An open browser page. */
export interface IssrPage {
  /** Unguessable, and constant for the life of the page, reconnects included. */
  readonly id: string;
  /** Path of the page's URL, without the query. */
  readonly path: string;
  /** State of the page: the query of its URL and the values of its named elements. */
  readonly params: ReadonlyMap<string, ParamValue>;
  /**
   * The author's own data: kept until the page closes. With an adapter it goes along to another process as far as it is
   * JSON, also if the former process has closed: then it is kept for a minute at least, up to about 768 KiB.
   */
  readonly data: PageData;
  /**
   * Renders the page again, with `params` assigned to its state. Resolves when the change was sent.
   * During a render of the page it returns at once and the page is rendered again afterwards, so that a
   * handler or action may push to its own page.
   */
  rr(params?: Record<string, ParamValue>): Promise<void>;
  /** Closes the page and its connection. A browser that is still there joins again at once, through the hooks of the route. */
  close(): void;
}

/**
 * The reason why a page closed: its visitor left it, its connection was lost for longer than
 * `resumeWindow`, the app called `page.close()`, the server shuts down, or the page joined another process.
 */
export type DisconnectReason = 'left' | 'lost' | 'closed' | 'shutdown' | 'moved';
