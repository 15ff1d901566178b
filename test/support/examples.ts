import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSite } from '../../examples/site.js';
import type { BrowserUser } from './browser.js';
import { type Capability, unless } from './browsers/driver.js';
import { TcpProxy } from './tcp-proxy.js';

/** Transport of a page's events. */
export type Link = 'a websocket' | 'plain HTTP';

type UrlOf = (path: string) => string;

export interface LinkedExamples {
  /** The URL of a path, for the link of the test that runs. */
  url: UrlOf;
  /** The same past the proxy. */
  directUrl: UrlOf;
  /** A test that runs once over each link. */
  testEachLink(name: string, run: (link: Link) => Promise<void>, ...needed: Capability[]): void;
}

/** Chromium's log of a handshake that the proxy refuses. */
const REFUSED = /^WebSocket connection to .* failed: .* Unexpected response code: 403$/;

/** The site of the examples on a free port, for one test file. What it returns gives the URL of a path. */
export function useExamples(): UrlOf {
  return useSite(async (origin) => origin).url;
}

/** Two of them, so that no test finds what another left: one as it is, one behind a proxy that refuses websockets. */
export function useLinkedExamples(browser: BrowserUser): LinkedExamples {
  const closers: (() => void)[] = [];
  const open = useSite(async (origin) => origin);
  const hidden = useSite(async (origin) => {
    const t = { after: (close: () => void) => void closers.push(close) };
    return (await TcpProxy.open(t, origin, { websockets: 'refuse' })).origin;
  });
  after(() => {
    for (const close of closers) close();
  });
  let site = open;
  return {
    url: (path) => site.url(path),
    directUrl: (path) => site.directUrl(path),
    testEachLink(name, run, ...needed) {
      const skip = unless(...needed);
      test(name, { skip }, () => run('a websocket'));
      test(`${name} (over plain HTTP)`, { skip }, async () => {
        site = hidden;
        try {
          await run('plain HTTP');
          await assertFoundOnce(browser);
        } finally {
          site = open;
        }
      });
    },
  };
}

/** @param publish gives the origin by which pages reach the site's own */
function useSite(publish: (origin: string) => Promise<string>): Omit<LinkedExamples, 'testEachLink'> {
  let [origin, direct] = ['', ''];
  const site = createSite();
  before(async () => {
    const fastify = await site;
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    direct = fastify.listeningOrigin;
    origin = await publish(direct);
  });
  after(async () => (await site).close());
  return { url: (path) => origin + path, directUrl: (path) => direct + path };
}

/** Each tab has tried one websocket, and none on its later pages. Nothing else went wrong. */
async function assertFoundOnce(browser: BrowserUser): Promise<void> {
  // Without `requests` the counts are zero.
  const counts = unless('requests') ? [] : browser.websockets();
  for (const count of counts) assert.equal(count, 1, 'websockets tried in one tab');
  const errors = (await browser.takeErrors()).filter((error) => !REFUSED.test(error));
  assert.deepEqual(errors, [], 'no errors in pages');
}
