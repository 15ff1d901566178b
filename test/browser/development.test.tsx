import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

async function open(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query: { x = '0' } }) => (
    <main>
      <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1} name="x">
        {x}
      </button>
    </main>
  ));
  return browser.openPage(await listen(fastify));
}

test('latency delays each event of a page', async (t) => {
  const page = await open(t, { showErrors: true, latency: 500 });
  await page.waitForFunction(() => window.rr.latency);
  const click = async (shown: string) => {
    const started = performance.now();
    await page.click('button');
    await shows(page, 'button', shown);
    return performance.now() - started;
  };
  assert.ok((await click('1')) >= 500);
  await page.evaluate(() => window.rr.latency?.(1500));
  assert.ok((await click('2')) >= 1500);
  await page.evaluate(() => window.rr.latency?.(0));
  await click('3');
});

test('a page in production loads nothing for its author', async (t) => {
  const page = await open(t, { showErrors: false, latency: 60_000 });
  await page.click('button');
  await shows(page, 'button', '1');
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => /issr-control/.test(name)),
  );
  const parts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.deepEqual(
    parts.filter((name) => /issr-dev/.test(name)),
    [],
  );
  assert.equal(await page.evaluate(() => typeof window.rr.latency), 'undefined');
});
