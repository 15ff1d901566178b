import type { FastifyInstance } from 'fastify';

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
