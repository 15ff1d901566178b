import type { FastifyRequest } from 'fastify';
import type { DisconnectReason, IssrPage } from '../types/issr-page.js';

/** A route that runs again for an open page: channel `issr:dispatch`. */
export interface DispatchTrace {
  page: IssrPage;
  /** The reason for the render. */
  kind: 'event' | 'visit' | 'push';
  /** Number of the event in its page. 0 for a push. */
  event: number;
  /** Path and query of the request that Fastify sees. */
  url: string;
  /** HTTP status of the answer, from `asyncEnd` on. */
  status?: number;
}

/** A declared action that runs: channel `issr:action`. One that yields ends with its first value. */
export interface ActionTrace {
  /** `null` for a form that was sent without script. */
  page: IssrPage | null;
  request: FastifyRequest;
  name: string;
  /** Its input was invalid, so that it did not run. From `asyncEnd` on. */
  isRefused?: boolean;
}

/** JSX that becomes HTML: channel `issr:render`. */
export interface RenderTrace {
  /** `null` for a load, which opens a page later. */
  page: IssrPage | null;
  request: FastifyRequest;
  /** Length of the HTML in UTF-16 code units, from `asyncEnd` on. */
  length?: number;
}

/** Two renders of a page that are compared: channel `issr:diff`. */
export interface DiffTrace {
  page: IssrPage;
  /** Length of the instructions in UTF-16 code units, or `null` if the whole page is sent. From `end` on. */
  length?: number | null;
}

/** A message to a page: channel `issr:send`. */
export interface SendMessage {
  /** `null` before the page has joined. */
  page: IssrPage | null;
  /** Bytes of the message, without the frame around it and before compression. */
  bytes: number;
}

/** A page that has joined: channel `issr:connect`. */
export interface ConnectMessage {
  page: IssrPage;
  /** The same as that of the hook `onConnect`. */
  request: FastifyRequest;
}

/** A page that is about to be closed: channel `issr:disconnect`. */
export interface DisconnectMessage {
  page: IssrPage;
  reason: DisconnectReason;
}

/** Refused input: channel `issr:refused`. */
export interface RefusedMessage {
  /** An error code such as `ISSR_ERR_MESSAGE`, or a name such as `slow reader`. Never text from outside. */
  what: string;
}
