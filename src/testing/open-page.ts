import type { FastifyInstance } from 'fastify';
import { CookieJar } from 'jsdom';
import { isSecure } from './network.js';
import { TestPage, type TestVisitor } from './test-page.js';

export type { ElementQuery, Target } from './find.js';
export type { TestEvent, TestFile, TestPage } from './test-page.js';

export interface OpenPageOptions {
  /** Sent with each request and WebSocket handshake of the page. */
  headers?: Record<string, string> | undefined;
  /** Cookies that the visitor's browser has already. */
  cookies?: Record<string, string> | undefined;
  /** Scheme and host of the address bar. An app with the option `https` has `https:`. @default 'http://localhost' */
  origin?: string | undefined;
  /** Milliseconds that `settled` and `waitFor` wait at most. @default 5000 */
  timeout?: number | undefined;
}

/**
 * Opens a page of an app for a test, without a port and without a browser: the real client script runs in a DOM of jsdom
 * and talks to the app over streams in memory. Resolves when the page is connected. Each call is another visitor.
 *
 * @param fastify an app with the plugin; it is made ready, and need not listen
 * @param url a path, with or without query
 * @throws Error if the app takes HTTP/2 only
 */
export async function openPage(
  fastify: FastifyInstance,
  url: string,
  { headers = {}, cookies = {}, origin = originOf(fastify), timeout }: OpenPageOptions = {},
): Promise<TestPage> {
  assertHttp1(fastify);
  closeWithApp(fastify);
  await fastify.ready();
  const jar = new CookieJar();
  for (const [name, value] of Object.entries(cookies)) jar.setCookieSync(`${name}=${value}; Path=/`, origin);
  const visitor: TestVisitor = { cookies: jar, headers, channels: new Set(), tabs: new Set() };
  visitors.get(fastify)?.add(visitor);
  const page = new TestPage(fastify, visitor, timeout);
  await page.load(new URL(url, origin));
  return page;
}

/** @throws Error if an app takes HTTP/2 only, which no client here speaks */
function assertHttp1({ initialConfig: { http2, https } }: FastifyInstance): void {
  if (!http2 || (typeof https === 'object' && https.allowHTTP1)) return;
  throw new Error(
    'openPage speaks HTTP/1.1, and this app takes HTTP/2 only. ' +
      'Set allowHTTP1 in its option https, or create it without http2 in tests.',
  );
}

const originOf = (fastify: FastifyInstance): string => `http${isSecure(fastify) ? 's' : ''}://localhost`;

/** The visitors of each app that was not ready when its first page was opened. */
const visitors = new WeakMap<FastifyInstance, Set<TestVisitor>>();

/** A page without a connection does not notice that its app closed, and its timers would keep the process. */
function closeWithApp(fastify: FastifyInstance): void {
  if (visitors.has(fastify)) return;
  const opened = new Set<TestVisitor>();
  visitors.set(fastify, opened);
  try {
    fastify.addHook('onClose', async () => {
      for (const { tabs } of opened) for (const page of tabs) page.close();
    });
  } catch {
    // A ready app rejects new hooks. Its pages close with their connections.
  }
}
