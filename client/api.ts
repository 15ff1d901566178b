/**
 * The client's public surface: `rr` and `drr`, and the DOM events on `document`. Published as the types of
 * `fastify-issr/client`, so it imports nothing.
 */

/** An argument of `rr`: an element, an event of an element, or an element's action or name given by hand. */
export type RrArgument =
  | Element
  | Event
  | { action: string; value?: unknown }
  | { name: string; value?: unknown }
  | null
  | undefined;

/** The outcome of an `rr` call. */
export interface RrOutcome {
  /** The server rendered the page, and refused nothing. */
  ok: boolean;
  /** The HTTP status of the answer; 422 if the action was refused; 0 if nothing was sent, or if the action may have been lost. */
  status: number;
  /** `request.issr.errors` of the render. */
  errors: Record<string, string>;
  /** The part of the action's result that its `response` schema declares. */
  result?: unknown;
}

/** Functions that the client adds to `window`. */
export interface Rr {
  /** Sends the page's params, and the arguments' actions and names. Resolves when the answer was applied. Never throws. */
  rr: {
    (...args: RrArgument[]): Promise<RrOutcome>;
    /** Makes a live element what the server last sent, as after a drag that was refused. @param element default `<body>` */
    restore(element?: Element): Promise<void>;
    /**
     * Delays what the page sends, to feel a slow line. Exists while the option `showErrors` is on, soon after the page has connected.
     * @param ms 0 ends it
     */
    latency?(ms: number): void;
  };
  /** Debounced `rr(element)`. @param ms default 800 */
  drr(element: Element, ms?: number): Promise<RrOutcome>;
  /** Returns a function that calls the debounced `rr` for the element with this id, as in the original. */
  drr(id: string, ms?: number): () => Promise<RrOutcome>;
}

/** The `detail` of each `issr:<name>` event. `event` is the number of the last event answered. */
export interface IssrEventDetails {
  connect: object;
  disconnect: object;
  /** Cancelable: a cancelled change is skipped, and the next change sends the whole page. */
  'before-patch': { event: number };
  patch: { event: number };
  /**
   * `code` names a broken limit of the plugin. `message` and `stack` are there with the plugin's option `showErrors`.
   * With `status` 0 and the code `ISSR_MESSAGE`, a patch failed in this browser: the rest of it shows, and the whole page follows.
   */
  error: {
    event: number;
    status: number;
    requestId: string;
    code?: string;
    message?: string;
    stack?: string;
  };
  lost: { actions: { name: string; value: string }[] };
}

export type IssrDomEvents = {
  [Name in keyof IssrEventDetails as `issr:${Name}`]: CustomEvent<IssrEventDetails[Name]>;
};

declare global {
  interface Window extends Rr {
    /** Starts the page, as in the original. Pages start by themselves, so calling it is optional. */
    connect(): void;
  }

  interface DocumentEventMap extends IssrDomEvents {}
}
