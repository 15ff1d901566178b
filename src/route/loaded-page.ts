import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestState } from '../dispatch/request-state.js';
import type { LoadContext } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import type { UnjoinedPage } from '../page/unjoined-pages.js';
import { pathOf } from '../params/params.js';

const NO_COOKIES: readonly string[] = [];

/**
 * A load, as it is kept until its join. These are classes because V8 creates an object literal among the old objects once
 * many of the same place in the code have become old. There, each page that is dropped would keep its HTML and headers until
 * the next full collection, and all small collections would copy them.
 */
export class LoadedPage implements UnjoinedPage {
  readonly url: string;
  readonly pushGeneration: UnjoinedPage['pushGeneration'];
  readonly interests: UnjoinedPage['interests'];
  readonly isPage: boolean;
  readonly flashes: UnjoinedPage['flashes'];
  readonly share: UnjoinedPage['share'];
  readonly load: LoadContext;

  constructor(
    readonly html: string,
    state: RequestState,
    request: FastifyRequest,
    reply: FastifyReply,
    readonly late: LateParts | undefined,
  ) {
    this.url = request.originalUrl;
    this.pushGeneration = state.pushGeneration;
    this.interests = state.interests;
    this.isPage = state.isPage;
    this.flashes = state.lastingFlashes;
    this.share = state.shareable;
    this.load = new Load(request, reply);
  }
}

class Load implements LoadContext {
  readonly headers: LoadContext['headers'];
  readonly setCookies: readonly string[];
  readonly path: string;
  readonly ip: string;

  constructor({ originalUrl, raw, ip }: FastifyRequest, reply: FastifyReply) {
    const cookies = reply.getHeader('set-cookie');
    this.headers = raw.headers;
    this.setCookies = cookies === undefined ? NO_COOKIES : [cookies].flat().map(String);
    this.path = pathOf(originalUrl);
    this.ip = ip;
  }
}
