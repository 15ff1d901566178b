import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { RouteNames } from '../page/params.js';
import type { IssrPage } from '../types/issr-page.js';
import type { UploadedFiles } from '../uploads/page-uploads.js';
import type { UploadRules } from '../uploads/rule.js';

/** The names and upload rules that a route declares. */
export interface RouteDeclaration extends RouteNames {
  /** Rules of the route's file fields, by field name. */
  uploads: UploadRules;
}

/** The command of one event. */
export interface IssrAction {
  readonly name: string;
  readonly value: string;
}

/** `request.issr`: what a request of an ISSR route is. */
export interface IssrRequest {
  /** The page's id. */
  readonly id: string;
  /** A load by HTTP, not a re-render. */
  readonly firstTime: boolean;
  /** The open page; `null` in a load, when there is none yet. */
  readonly page: IssrPage | null;
  /** The event's command: `null` in a load, in a push, after a reconnect, and where the event has none. */
  readonly action: IssrAction | null;
  /** What the declared action returned; `undefined` where none ran. */
  readonly result: unknown;
  /**
   * The files that the page holds, or a form without script brought: for each field of the route's
   * `uploads`, in the order in which they were chosen; `[]` where there are none. They are removed when
   * the field holds others, when the page goes, and after the answer to a form without script.
   */
  readonly files: UploadedFiles;
}

/** The same with what route and re-render tell each other beside it. */
export class RequestState implements IssrRequest {
  readonly id: string;
  readonly page: IssrPage | null;
  readonly actions: readonly IssrAction[];
  action: IssrAction | null;
  result: unknown;
  files: UploadedFiles = {};
  /** Those that a form without script brought. */
  formFiles: UploadedFiles | undefined;
  /** It only asks whether its visitor may send files: nothing runs but the hooks. */
  readonly hooksOnly: boolean;
  /** How many pushes there had been as the handler began. */
  pushGeneration = 0;
  /** The handler returned a view. */
  isView = false;
  /** The handler's view was rendered, and its HTML is the payload. */
  rendered = false;
  /** What went through Fastify's error handling. */
  error: Error | undefined;
  /** Fastify's id of the request. */
  requestId = '';
  /** What the route declares, once its handler was reached. */
  declaration: RouteDeclaration | undefined;

  constructor(id: string, page: IssrPage | null, actions: readonly IssrAction[] = [], isProbe = false) {
    this.id = id;
    this.page = page;
    this.hooksOnly = isProbe;
    this.actions = actions;
    this.action = actions[0] ?? null;
  }

  get firstTime(): boolean {
    return this.page === null;
  }

  /** The answer is the page, and not an error's, a redirect's or another route's. */
  get isPage(): boolean {
    return this.rendered && this.error === undefined;
  }
}

/** On the raw request, as that is what a re-render makes and Fastify's `request` is made from. */
export const kState = Symbol('fastify-issr.state');

export type RawRequest = IncomingMessage & { [kState]?: RequestState };

/** What a request is to its page. One without a state is a load: the first to ask gives it an id. */
export function stateOf(request: FastifyRequest): RequestState {
  const raw: RawRequest = request.raw;
  raw[kState] ??= new RequestState(randomUUID(), null);
  return raw[kState];
}
