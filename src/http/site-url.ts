import type { FastifyInstance } from 'fastify';
import { errors } from '../errors.js';
import { type RouterConfig, routerConfigOf } from './router-config.js';

/** Reads URLs of pages as the app's router does. */
export class SiteUrls {
  readonly #config: RouterConfig;

  constructor(scope: FastifyInstance) {
    this.#config = routerConfigOf(scope);
  }

  /**
   * With `ignoreDuplicateSlashes`, `//page///1` is the page `/page/1`. With `useSemicolonDelimiter`, `/page;x=1` is
   * `/page?x=1`. Read as a URL, `//page` is another host, so it stands only where a wildcard route makes it a page.
   *
   * @throws ISSR_ERR_MESSAGE if it is not a URL of this site
   */
  read(url: string, isPage: (url: string) => boolean): string {
    const query = this.hidesQuery(url) ? url.replace(';', '?') : url;
    const read = query.replace(/^[^?]*/, (path) => this.#withoutDuplicateSlashes(path));
    if (/^\/[/\\]/.test(read) && !(read[1] === '/' && isPage(read)))
      throw new errors.ISSR_ERR_MESSAGE("'url' is not a path of this site");
    return read;
  }

  /** A browser takes the query of `/page;x=1` for a part of the path. */
  hidesQuery(url: string): boolean {
    return this.#config.useSemicolonDelimiter && /^[^?;]*;/.test(url);
  }

  /** Returns the same key for paths that are one page to the router. */
  keyOf(path: string): string {
    const { caseSensitive, ignoreTrailingSlash } = this.#config;
    const decoded = decodePath(this.#withoutDuplicateSlashes(path));
    const cased = caseSensitive ? decoded : decoded.toLowerCase();
    return ignoreTrailingSlash && cased.length > 1 && cased.endsWith('/') ? cased.slice(0, -1) : cased;
  }

  #withoutDuplicateSlashes(path: string): string {
    return this.#config.ignoreDuplicateSlashes ? path.replace(/\/{2,}/g, '/') : path;
  }
}

/** `/tea%20%C3%84` and `/tea Ä` are one page. An encoded slash or another delimiter stays encoded, as in the router. */
function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
