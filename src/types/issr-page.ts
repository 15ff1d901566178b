import type { ParamValue } from '../protocol.js';

/** One open browser page. */
export interface IssrPage {
  /** Unguessable, the same for the page's life, reconnects included. */
  readonly id: string;
  /** The path of its URL, without the query. */
  readonly path: string;
  /** Its state: the URL's query and its named elements' values. */
  readonly params: ReadonlyMap<string, ParamValue>;
  /** For the author: kept until the page is forgotten, in this process only. */
  readonly data: Record<string, unknown>;
  /**
   * Renders it again, with `params` assigned to its state. Resolves when the change has been sent. While
   * a render of it is under way it is rendered once more after that, and not waited for: so a handler
   * or action may ask for its own page.
   */
  rr(params?: Record<string, ParamValue>): Promise<void>;
  /** Ends its connection and forgets it. */
  close(): void;
}
