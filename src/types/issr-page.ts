import type { ParamValue } from '../protocol.js';

/** An open browser page. */
export interface IssrPage {
  /** Unguessable, and constant for the life of the page, reconnects included. */
  readonly id: string;
  /** Path of the page's URL, without the query. */
  readonly path: string;
  /** State of the page: the query of its URL and the values of its named elements. */
  readonly params: ReadonlyMap<string, ParamValue>;
  /** The author's own data: kept until the page closes, in this process only. */
  readonly data: Record<string, unknown>;
  /**
   * Renders the page again, with `params` assigned to its state. Resolves when the change was sent.
   * During a render of the page it returns at once and the page is rendered again afterwards, so that a
   * handler or action may push to its own page.
   */
  rr(params?: Record<string, ParamValue>): Promise<void>;
  /** Closes the page and its connection. */
  close(): void;
}
