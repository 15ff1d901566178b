import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { pathOf } from '../page/params.js';
import { DEFAULT_PING_INTERVAL, ScriptAttribute } from '../protocol.js';
import { escapeAttribute } from './document.js';

/** What only some pages fetch beside the script: a field of files needs one, an author's error the other. */
const PARTS = ['uploads', 'overlay'];

/** The built client: served by the plugin, and put into each page by a tag. */
export class ClientScript {
  /** By what their file's name adds to the script's: `''`, `'-uploads'`. */
  readonly #sources = new Map<string, string>();
  /** Part of the tag's URL, so that a new build is another URL and an old one may be cached for good. */
  readonly version: string;
  /** Attributes that say how all pages behave. */
  readonly #behaviour: string;
  /** The path from the site's root, below the plugin's prefix. */
  readonly #path: string;

  constructor(path: string, { progress, pingInterval }: { progress: boolean; pingInterval: number }) {
    const script = import.meta.resolve('fastify-issr/client');
    this.#sources.set('', readFileSync(new URL(script), 'utf8'));
    for (const part of PARTS)
      this.#sources.set(`-${part}`, readFileSync(new URL(`issr-${part}.js`, script), 'utf8'));
    const hash = createHash('sha256').update([...this.#sources.values()].join());
    this.version = hash.digest('base64url').slice(0, 12);
    this.#path = path;
    this.#behaviour =
      (progress ? '' : ` ${ScriptAttribute.progress}="false"`) +
      (pingInterval === DEFAULT_PING_INTERVAL ? '' : ` ${ScriptAttribute.ping}="${pingInterval}"`);
  }

  /** @param path of the script, without its ending */
  serve(fastify: FastifyInstance, path: string): void {
    for (const [part, source] of this.#sources) this.#serve(fastify, `${path}${part}.js`, source);
  }

  #serve(fastify: FastifyInstance, path: string, source: string): void {
    fastify.get<{ Querystring: { v?: string } }>(path, (request, reply) => {
      const forGood = request.query.v === this.version;
      return reply
        .header('cache-control', forGood ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('x-content-type-options', 'nosniff')
        .type('text/javascript; charset=utf-8')
        .send(source);
    });
  }

  /** The script tag for one page. Its address is relative, so that a proxy may put the site below a path of its own. */
  tag(id: string, token: string, url: string, reply: FastifyReply): string {
    const path = pathOf(url);
    const nonce = nonceOf(reply);
    return (
      `<script src="${relativePath(path, this.#path)}?v=${this.version}" defer noupdate` +
      ` ${ScriptAttribute.id}="${id}" ${ScriptAttribute.token}="${token}"` +
      ` ${ScriptAttribute.path}="${escapeAttribute(path)}"` +
      this.#behaviour +
      (nonce === undefined ? '' : ` nonce="${escapeAttribute(nonce)}"`) +
      '></script>'
    );
  }
}

/** `/a/b` → `/issr.js` is `../issr.js`. */
function relativePath(from: string, to: string): string {
  const depth = from.split('/').length - 2;
  return (depth > 0 ? '../'.repeat(depth) : './') + to.slice(1);
}

/** The nonce that @fastify/helmet made for this reply's Content-Security-Policy (`enableCSPNonces`). */
function nonceOf(reply: FastifyReply): string | undefined {
  return (reply as FastifyReply & { cspNonce?: { script?: string } }).cspNonce?.script;
}
