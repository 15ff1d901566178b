import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A TCP proxy that stops after a number of bytes, or cuts connections. It has an origin of its own. */
export async function openHeldLink(t: TestContext, origin: string) {
  const target = new URL(origin);
  const pairs = new Set<{ browser: Socket; sent: number }>();
  let limit = Number.POSITIVE_INFINITY;
  const server = createServer((browser) => {
    const site = connect(Number(target.port), target.hostname);
    const pair = { browser, sent: 0 };
    pairs.add(pair);
    const feed = () => {
      const chunk = pair.sent < limit ? browser.read() : null;
      if (chunk === null) return;
      pair.sent += chunk.length;
      site.write(chunk, feed);
    };
    browser.on('readable', feed);
    site.on('data', (chunk) => browser.write(chunk));
    for (const socket of [browser, site]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        browser.destroy();
        site.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroyAll = () => {
    for (const { browser } of pairs) browser.destroy();
  };
  t.after(() => {
    server.close();
    destroyAll();
  });
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    /** Lets this number of bytes through each connection from now on, then holds it. */
    hold(bytes: number) {
      limit = bytes;
    },
    /** Cuts what is held, and holds nothing more. */
    cut() {
      limit = Number.POSITIVE_INFINITY;
      destroyAll();
    },
  };
}
