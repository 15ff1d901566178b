import {
  DEFAULT_PING_INTERVAL,
  Endpoint,
  SCRIPT_TAG,
  ScriptAttribute,
  type ScriptPart,
} from '../src/protocol.js';
import { getAttribute, select } from './dom.js';

/** The data of the injected script tag, and the site's addresses as browser and server see them. */
export interface Site {
  token: string;
  /** Given by the server when the page joined. Kept in memory only: it is what makes this document the page. */
  secret: string;
  progress: boolean;
  /** Milliseconds. */
  pingInterval: number;
  /** Imports a part of the script that few pages need. */
  loadModule<Part>(name: ScriptPart): Promise<Part>;
  /** The URL of one of the plugin's endpoints, which are beside the script. */
  endpoint(path: string): URL;
  /** The path that a proxy strips. */
  prefix: string;
  /** A URL of the address bar as the server sees it: without a proxy's prefix, without the hash. */
  toServer(url: URL): string;
  /** A URL from the server as the browser must request it. */
  toBrowser(url: string): URL;
  /** Returns true for a URL below the site's prefix. `//x` is not: a server reads it as another host. */
  has(url: URL): boolean;
}

/** Returns undefined if the injected tag is missing: the page is not an ISSR page. */
export function findSite(): Site | undefined {
  const [tag] = select(SCRIPT_TAG);
  if (!tag) return;
  const attr = (name: string) => getAttribute(tag, name) ?? '';
  // Resolved against the address: a `<base>` or a visit would change `tag.src`.
  const script = new URL(attr('src'), location.href);
  const { pathname, origin } = location;
  const path = attr(ScriptAttribute.path);
  /** Part of the URL: Firefox never requests a module again that failed to load. */
  let failures = 0;
  const prefix = pathname.endsWith(path) ? pathname.slice(0, -path.length) : '';
  return {
    token: attr(ScriptAttribute.token),
    secret: '',
    progress: attr(ScriptAttribute.progress) !== 'false',
    pingInterval: Number(attr(ScriptAttribute.ping)) || DEFAULT_PING_INTERVAL,
    loadModule: (name) =>
      import(String(new URL(`${Endpoint.connection}-${name}.js${script.search}#${failures}`, script))).catch(
        (error) => {
          failures++;
          throw error;
        },
      ),
    prefix,
    endpoint: (to) => new URL(to, script),
    toServer: (url) => (url.pathname === pathname ? path : url.pathname.slice(prefix.length)) + url.search,
    // Not resolved: read as a URL, `//x` is another host.
    toBrowser: (url) => new URL(url[0] === '/' ? origin + prefix + url : url),
    has: (url) =>
      url.origin === origin &&
      url.pathname.startsWith(`${prefix}/`) &&
      url.pathname[prefix.length + 1] !== '/',
  };
}
