/// <reference path="./client-sources.d.ts" />
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, onResponseHookHandler } from 'fastify';
import sources from '#client-sources';
import { errors } from '../errors.js';
import { OWN_ROUTE, queryValue } from '../http/own-route.js';
import type { ResolvedOptions } from '../options/options.js';
import { pathOf } from '../params/params.js';
import { DEFAULT_PING_INTERVAL, ScriptAttribute } from '../protocol.js';
import { escapeAttribute } from './document.js';

/** The options that the browser's script has to know. */
type ScriptOptions = Pick<
  ResolvedOptions,
  'progress' | 'pingInterval' | 'links' | 'prefetch' | 'transition' | 'showErrors' | 'debug' | 'latency'
>;

interface ScriptFile {
  /** Empty for the script itself, `-patch` for `issr-patch.js`. */
  part: string;
  source: string;
  onResponse: onResponseHookHandler[];
}

/** The built client script: serves it and creates its tag for each page. */
export class ClientScript {
  /** Part of the script's URL: a new build has a new URL, so browsers may cache each forever. */
  readonly version: string;
  /** Attributes that configure all pages. */
  readonly #behaviour: string;
  /** Path of the script from the site's root, plugin prefix included. */
  readonly #path: string;

  constructor(path: string, options: ScriptOptions) {
    const { progress, pingInterval, links, prefetch, transition, showErrors, debug, latency } = options;
    const navigation = [links && 'links', prefetch && 'prefetch', transition && 'transition'].filter(Boolean);
    const hash = createHash('sha256').update(Object.values(sources).join());
    this.version = hash.digest('base64url').slice(0, 12);
    this.#path = path;
    this.#behaviour =
      (progress ? '' : ` ${ScriptAttribute.progress}="false"`) +
      (showErrors || debug ? ` ${ScriptAttribute.development}="${showErrors ? latency : ''}"` : '') +
      (debug ? ` ${ScriptAttribute.debug}="${debug === true ? 'open' : debug}"` : '') +
      (pingInterval === DEFAULT_PING_INTERVAL ? '' : ` ${ScriptAttribute.ping}="${pingInterval}"`) +
      (navigation.length === 0 ? '' : ` ${ScriptAttribute.navigation}="${navigation.join(' ')}"`);
  }

  /**
   * @param path path of the script, without its extension
   * @param onResponse hook of the script's route, and not of its parts
   */
  serve(fastify: FastifyInstance, path: string, onResponse: onResponseHookHandler[]): void {
    for (const [part, source] of Object.entries(sources))
      this.#serve(fastify, `${path}${part}.js`, { part, source, onResponse: part === '' ? onResponse : [] });
  }

  /** A part serves its own version only: the names of members that script and part share differ between builds. */
  #serve(fastify: FastifyInstance, path: string, { part, source, onResponse }: ScriptFile): void {
    const options = { ...OWN_ROUTE, onResponse };
    fastify.get(path, options, (request, reply) => {
      const v = queryValue(request, 'v');
      const forGood = v === this.version;
      if (part !== '' && v !== undefined && !forGood) throw new errors.ISSR_ERR_VERSION(v, this.version);
      return reply
        .header('cache-control', forGood ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('x-content-type-options', 'nosniff')
        .type('text/javascript; charset=utf-8')
        .send(source);
    });
  }

  /** The attributes that all pages at a path have. The URL is relative: a proxy may serve the site below a path of its own. */
  attributes(path: string): string {
    return (
      `src="${relativePath(path, this.#path)}?v=${this.version}" defer noupdate` +
      ` ${ScriptAttribute.path}="${escapeAttribute(path)}"${this.#behaviour}`
    );
  }

  /** The URL of the connection for a page at a path. */
  endpoint(path: string): string {
    return relativePath(path, this.#path.slice(0, -'.js'.length));
  }
}

/** Creates the script tags of one route's pages. Most of them have the path of the last one. */
export class ScriptTags {
  readonly #script: ClientScript;
  #path: string | undefined;
  #start = '';

  constructor(script: ClientScript) {
    this.#script = script;
  }

  create(token: string, url: string, reply: FastifyReply): string {
    const path = pathOf(url);
    if (path !== this.#path) {
      this.#path = path;
      this.#start = `<script ${this.#script.attributes(path)} ${ScriptAttribute.token}="`;
    }
    const nonce = nonceOf(reply);
    const end = nonce === undefined ? '"></script>' : `" nonce="${escapeAttribute(nonce)}"></script>`;
    return this.#start + token + end;
  }
}

/** `/a/b` → `/issr.js` is `../issr.js`. */
function relativePath(from: string, to: string): string {
  let up = '';
  for (let at = from.indexOf('/', 1); at !== -1; at = from.indexOf('/', at + 1)) up += '../';
  return (up || './') + to.slice(1);
}

/** Returns the script nonce that @fastify/helmet created for this reply (`enableCSPNonces`). */
function nonceOf(reply: FastifyReply): string | undefined {
  return (reply as FastifyReply & { cspNonce?: { script?: string } }).cspNonce?.script;
}
