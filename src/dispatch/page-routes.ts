import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, RouteOptions } from 'fastify';
import findMyWay from 'find-my-way';
import { forEachUrl, routerConfigOf, urlRewriterOf } from '../http/router-config.js';
import { pathOf } from '../params/params.js';
import type { RouteDeclaration } from './request-state.js';

/** In a route's `config`: the declaration of an ISSR page. */
export const kPageRoute = Symbol('fastify-issr.page');

interface PageConfig {
  [kPageRoute]?: RouteDeclaration;
}

interface PageRoute {
  pattern: string;
  declaration: RouteDeclaration;
}

/**
 * Tells the URLs of ISSR pages from all others, without running a route. A visit or a join may name any URL of
 * the app, and a re-render of another route would run its side effects once more than its load does.
 */
export class PageRoutes {
  readonly #fastify: FastifyInstance;
  readonly #router: findMyWay.Instance<findMyWay.HTTPVersion.V1>;
  /** Options of pages with all that `onRoute` hooks added. */
  readonly #options = new WeakMap<RouteDeclaration, RouteOptions>();
  readonly #rewrite: ReturnType<typeof urlRewriterOf>;

  /** Has to see each later route of `fastify`: it matches as Fastify's router does. */
  constructor(fastify: FastifyInstance) {
    const { routerOptions } = fastify.initialConfig;
    this.#fastify = fastify;
    this.#rewrite = urlRewriterOf(fastify);
    this.#router = findMyWay({
      ...(routerOptions as object | undefined),
      ...routerConfigOf(fastify),
      // Fastify has checked the pattern.
      allowUnsafeRegex: true,
      querystringParser: () => ({}),
      defaultRoute: () => undefined,
      onBadUrl: () => undefined,
    });
    fastify.addHook('onRoute', (route) => forEachUrl(route, (url) => this.#add(url, route)));
  }

  /** @param headers for the route's constraints */
  hasPage(url: string, headers: IncomingHttpHeaders): boolean {
    return this.find(url, headers) !== undefined;
  }

  /**
   * Returns the declaration of the page at a URL. Returns undefined if another route or none is there.
   *
   * @param headers for the route's constraints
   */
  find(url: string, headers: IncomingHttpHeaders): RouteDeclaration | undefined {
    return this.#lookUp(url, headers)?.declaration;
  }

  /** Returns the other path of a page in a prefix: `/team` for `/team/`, which are one route. Undefined if it has none. */
  otherPathOf(path: string): string | undefined {
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    const [found, otherFound] = [path, other].map((url) => this.#lookUp(url, {}));
    const isOneRoute = found !== undefined && found.declaration === otherFound?.declaration;
    // A path that ends in a wildcard is another page with each slash.
    return isOneRoute && found.pattern !== otherFound?.pattern ? other : undefined;
  }

  #lookUp(url: string, headers: IncomingHttpHeaders): PageRoute | undefined {
    const request = { method: 'GET', url, headers } as IncomingMessage;
    request.url = this.#rewrite(request);
    const found = this.#router.lookup(request, {} as ServerResponse) as PageRoute | undefined;
    if (found === undefined) return undefined;
    return this.#isFirst(found, pathOf(request.url)) ? found : undefined;
  }

  /** Returns false if a static route outside of the plugin's scope goes before a page whose pattern has params. */
  #isFirst({ pattern }: PageRoute, path: string): boolean {
    // A path with these characters would be read as a pattern.
    if (pattern === path || /[:*]/.test(path)) return true;
    // A pattern that ends in an optional param has a static route too.
    return this.#router.hasRoute('GET', path) || !this.#fastify.hasRoute({ method: 'GET', url: path });
  }

  /** Returns whether no other `onSend` hook of a page's route runs after this one. */
  isLastOnSend(declaration: RouteDeclaration, hook: unknown): boolean {
    const hooks = this.#options.get(declaration)?.onSend;
    return (Array.isArray(hooks) ? hooks.at(-1) : hooks) === hook;
  }

  #add(url: string, options: RouteOptions): void {
    const { method, constraints, config } = options;
    if (![method].flat().includes('GET')) return;
    const declaration = (config as PageConfig | undefined)?.[kPageRoute];
    if (declaration) this.#options.set(declaration, options);
    const route: PageRoute | undefined = declaration && { pattern: url, declaration };
    const found = () => route;
    try {
      this.#router.on('GET', url, { constraints: constraints as { [name: string]: unknown } }, found);
    } catch {
      // Fastify refuses a duplicate itself. A constraint of the app's own counts as fulfilled.
      if (route && !this.#router.findRoute('GET', url)) this.#router.on('GET', url, found);
    }
  }
}
