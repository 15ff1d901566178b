import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestState } from '../dispatch/request-state.js';
import { identifyingHeaders } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import type { UnjoinedPage } from '../page/unjoined-pages.js';

const NO_COOKIES: readonly string[] = [];

/** Returns what a load keeps until its join. */
export function loadedPage(
  html: string,
  state: RequestState,
  { originalUrl, raw: { headers }, ip }: FastifyRequest,
  reply: FastifyReply,
  late: LateParts | undefined,
): UnjoinedPage {
  const setCookies = reply.getHeader('set-cookie');
  return {
    url: originalUrl,
    html,
    rendered: performance.now(),
    pushGeneration: state.pushGeneration,
    isPage: state.isPage,
    interests: state.interests,
    flashes: state.lastingFlashes,
    share: state.shareable,
    late,
    headers: identifyingHeaders(headers),
    cookie: headers.cookie,
    setCookies: setCookies === undefined ? NO_COOKIES : [setCookies].flat().map(String),
    ip,
  };
}
