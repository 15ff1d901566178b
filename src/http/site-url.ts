import type { FastifyInstance } from 'fastify';
import { errors } from '../errors.js';

/** Reads a URL of a page as the app's router does. @throws ISSR_ERR_MESSAGE if it is not a URL of this site */
export type ReadUrl = (url: string) => string;

interface RouterConfig {
  ignoreDuplicateSlashes?: boolean;
}

/**
 * With `ignoreDuplicateSlashes`, `//page///1` is the page `/page/1`, and counts as that for pushes by path.
 * Without it, `//page` stays refused: read as a URL, it is another host.
 */
export function createReadUrl({ initialConfig }: FastifyInstance): ReadUrl {
  const { routerOptions, ignoreDuplicateSlashes } = initialConfig as RouterConfig & {
    routerOptions?: RouterConfig;
  };
  const collapses = routerOptions?.ignoreDuplicateSlashes || ignoreDuplicateSlashes;
  return (url) => {
    const read = collapses ? url.replace(/^[^?]*/, (path) => path.replace(/\/{2,}/g, '/')) : url;
    if (/^\/[/\\]/.test(read)) throw new errors.ISSR_ERR_MESSAGE("'url' is not a path of this site");
    return read;
  };
}
