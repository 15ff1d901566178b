import { DEFAULT_PING_INTERVAL, ScriptAttribute } from '../src/protocol.js';
import { getAttribute, select } from './dom.js';

/** What the injected script tag says, and the site's addresses as browser and server see them. */
export interface Site {
  token: string;
  progress: boolean;
  /** Milliseconds. */
  pingInterval: number;
  /** A part of the script that few pages need. */
  part<Part>(name: string): Promise<Part>;
  /** An endpoint of the plugin, beside the script. */
  endpoint(path: string): URL;
  /** A URL of the address bar as the server sees it: a proxy's prefix taken off, the hash as well. */
  toServer(url: URL): string;
  /** A URL that the server gave, as the browser must ask for it. */
  toBrowser(url: string): URL;
  /** Whether a URL is below the site's prefix. `//x` is not: for a server it would be another host. */
  has(url: URL): boolean;
}

/** Undefined where there is no injected tag: the page is none of ours. */
export function findSite(): Site | undefined {
  const [tag] = select(`script[${ScriptAttribute.id}]`);
  if (!tag) return;
  const say = (name: string) => getAttribute(tag, name) ?? '';
  // Against the address and not `tag.src`, which a later `<base>` or a visit would change.
  const script = new URL(say('src'), location.href);
  const { pathname, origin } = location;
  const path = say(ScriptAttribute.path);
  const prefix = pathname.endsWith(path) ? pathname.slice(0, -path.length) : '';
  return {
    token: say(ScriptAttribute.token),
    progress: say(ScriptAttribute.progress) !== 'false',
    pingInterval: Number(say(ScriptAttribute.ping)) || DEFAULT_PING_INTERVAL,
    part: (name) => import(String(new URL(`issr-${name}.js${script.search}`, script))),
    endpoint: (to) => new URL(to, script),
    toServer: (url) => (url.pathname === pathname ? path : url.pathname.slice(prefix.length)) + url.search,
    toBrowser: (url) => new URL(/^\/(?!\/)/.test(url) ? prefix + url : url, location.href),
    has: (url) =>
      url.origin === origin &&
      url.pathname.startsWith(`${prefix}/`) &&
      url.pathname[prefix.length + 1] !== '/',
  };
}
