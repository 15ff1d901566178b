import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrPage } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

type Query = Record<string, string>;

const browser = useBrowser();

/** A page `/former?tab=2` with a field `q` that is filled in, and a link to `/next?q=next`. */
async function openSite(t: TestContext, onVisit: (page: IssrPage | null) => Promise<void>) {
  const fastify = await createServer(t, { showErrors: false });
  const queries: Query[] = [];
  fastify.issrRoute<{ Querystring: Query }>('/former', ({ query }) => {
    queries.push({ ...query });
    return (
      <main>
        <h1>former</h1>
        <input name="q" />
        <a href="/next?q=next" onclick="rr(this)">
          next
        </a>
      </main>
    );
  });
  fastify.issrRoute<{ Querystring: Query }>('/next', async ({ query, issr }) => {
    if (!issr.firstTime) await onVisit(issr.page);
    return (
      <main>
        <h1>{JSON.stringify(query)}</h1>
        <button type="button" onclick="rr(this)" name="more" value="more">
          more
        </button>
      </main>
    );
  });
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const page = await browser.openPage(`${proxy.origin}/former?tab=2`);
  await fastify.issr.rr('/former', { pushed: 'x' });
  await page.fill('[name=q]', 'typed');
  return { page, fastify, proxy, queries };
}

test('a page that begins again amid a visit keeps its params, and arrives', async (t) => {
  let visits = 0;
  const { page, queries } = await openSite(t, async (joined) => {
    if (visits++ === 0) joined?.close();
  });
  const before = queries.length;
  await page.click('a');
  await shows(page, 'h1', '{"q":"next"}');
  for (const query of queries.slice(before)) assert.deepEqual(query, { tab: '2', pushed: 'x', q: 'typed' });
  assert.ok(queries.length > before);
});

test('a visit that ran while the connection was cut arrives with the params of its URL', async (t) => {
  let cut = async () => {};
  const { page, proxy, fastify } = await openSite(t, () => cut());
  cut = async () => {
    cut = async () => {};
    proxy.cut();
    await waitFor(() => fastify.issr.stats().connectedPages === 0);
  };
  await page.click('a');
  await shows(page, 'h1', '{"q":"next"}');
  assert.equal(new URL(page.url()).pathname, '/next');
  await page.click('button');
  await shows(page, 'h1', '{"q":"next","more":"more"}');
});
