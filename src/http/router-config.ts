import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** Options of Fastify's router that decide which page a URL is. */
export interface RouterConfig {
  caseSensitive: boolean;
  ignoreTrailingSlash: boolean;
  ignoreDuplicateSlashes: boolean;
  useSemicolonDelimiter: boolean;
  maxParamLength: number;
}

/** Reads them from `routerOptions`, or from the server's options, where they were before. */
export function routerConfigOf({ initialConfig }: FastifyInstance): RouterConfig {
  const outer = initialConfig as Partial<RouterConfig>;
  const inner = (initialConfig.routerOptions ?? {}) as Partial<RouterConfig>;
  const either = (name: 'ignoreTrailingSlash' | 'ignoreDuplicateSlashes' | 'useSemicolonDelimiter') =>
    Boolean(inner[name] || outer[name]);
  return {
    caseSensitive: (inner.caseSensitive ?? true) && (outer.caseSensitive ?? true),
    ignoreTrailingSlash: either('ignoreTrailingSlash'),
    ignoreDuplicateSlashes: either('ignoreDuplicateSlashes'),
    useSemicolonDelimiter: either('useSemicolonDelimiter'),
    maxParamLength: Math.max(inner.maxParamLength ?? 0, outer.maxParamLength ?? 0),
  };
}

/**
 * Calls a function of an `onRoute` hook for each URL of the route. `/` below a prefix has two, and Fastify runs the hooks
 * for the first one only: it writes the second one into the same options right after.
 */
export function forEachUrl(route: RouteOptions, add: (url: string) => void): void {
  const { url } = route;
  add(url);
  queueMicrotask(() => {
    if (route.url !== url) add(route.url);
  });
}

type RewriteUrl = (this: FastifyInstance, request: IncomingMessage) => unknown;
/** The parts of a request that an open page has. */
export type RequestTarget = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Returns a function that gives the URL by which Fastify finds the route of a request: that of `rewriteUrl`. */
export function urlRewriterOf(fastify: FastifyInstance): (request: RequestTarget) => string {
  const rewriteUrl = rewriteUrlOf(fastify);
  return (request) => {
    const { url = '/' } = request;
    if (!rewriteUrl) return url;
    try {
      const rewritten = rewriteUrl.call(fastify, request as IncomingMessage);
      return typeof rewritten === 'string' ? rewritten : url;
    } catch {
      return url;
    }
  };
}

/** Reads `rewriteUrl` from a property that Fastify does not export: `initialConfig` leaves functions out. */
function rewriteUrlOf(fastify: FastifyInstance): RewriteUrl | undefined {
  for (let scope: object | null = fastify; scope; scope = Object.getPrototypeOf(scope)) {
    for (const symbol of Object.getOwnPropertySymbols(scope)) {
      if (symbol.description !== 'fastify.options') continue;
      return (scope as Record<symbol, { rewriteUrl?: RewriteUrl }>)[symbol]?.rewriteUrl;
    }
  }
  return undefined;
}
