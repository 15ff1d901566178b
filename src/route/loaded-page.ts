import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestState } from '../dispatch/request-state.js';
import { identifyingHeaders } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import type { UnjoinedPage } from '../page/unjoined-pages.js';

const NO_COOKIES: readonly string[] = [];

/**
 * A load, as it is kept until its join. This is a class because V8 creates an object literal among the old objects once
 * many of the same place in the code have become old. There, each page that is dropped would keep its HTML until
 * the next full collection, and all small collections would copy it.
 */
export class LoadedPage implements UnjoinedPage {
  readonly url: string;
  /** Without a fraction: V8 keeps other numbers in objects of their own. */
  readonly rendered = Math.round(performance.now());
  readonly pushGeneration: UnjoinedPage['pushGeneration'];
  readonly interests: UnjoinedPage['interests'];
  readonly isPage: boolean;
  readonly flashes: UnjoinedPage['flashes'];
  readonly share: UnjoinedPage['share'];
  readonly headers: UnjoinedPage['headers'];
  readonly cookie: string | undefined;
  readonly setCookies: readonly string[];
  readonly ip: string;

  constructor(
    readonly html: string,
    state: RequestState,
    { originalUrl, raw: { headers }, ip }: FastifyRequest,
    reply: FastifyReply,
    readonly late: LateParts | undefined,
  ) {
    const setCookies = reply.getHeader('set-cookie');
    this.url = originalUrl;
    this.pushGeneration = state.pushGeneration;
    this.interests = state.interests;
    this.isPage = state.isPage;
    this.flashes = state.lastingFlashes;
    this.share = state.shareable;
    this.headers = identifyingHeaders(headers);
    this.cookie = headers.cookie;
    this.setCookies = setCookies === undefined ? NO_COOKIES : [setCookies].flat().map(String);
    this.ip = ip;
  }
}
