import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import helmet from '@fastify/helmet';
import { Type } from '@fastify/type-provider-typebox';
import { defineActions } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { forkBundled } from '../support/fork-bundled.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Chromium's log of a handshake that the proxy refuses. */
const REFUSED = /^WebSocket connection to .* failed: .* Unexpected response code: 403$/;

/** A form whose answer comes in pieces, which the test gives, and a button beside it. */
async function openSite(t: TestContext) {
  let take: ((piece: string | null) => void) | undefined;
  let likes = 0;
  const actions = defineActions({
    ask: {
      response: Type.String(),
      async *handler() {
        for (let text = ''; ; ) {
          const piece = await new Promise<string | null>((resolve) => {
            take = resolve;
          });
          if (piece === null) return text;
          text += piece;
          yield text;
        }
      },
    },
    like: () => void likes++,
  });
  const fastify = await createServer(t);
  await fastify.register(helmet, {
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
  fastify.issrRoute('/', { actions }, ({ issr }) => (
    <main>
      <form {...actions.ask.form()}>
        <input name="q" /> <button>ask</button>
      </form>
      <button id="like" type="button" {...actions.like()}>
        {likes}
      </button>
      <output>{String(issr.result ?? 'nothing')}</output>
    </main>
  ));
  const give = async (piece: string | null) => {
    await waitFor(() => take, 'the action waits for a piece');
    take?.(piece);
    take = undefined;
  };
  return { url: await listen(fastify), give };
}

for (const transport of ['a websocket', 'plain HTTP']) {
  test(`a form is busy and locked until its action ends, over ${transport}`, async (t) => {
    const { url, give } = await openSite(t);
    const proxy =
      transport === 'plain HTTP' ? await TcpProxy.open(t, url, { websockets: 'refuse' }) : undefined;
    const page = await browser.openPage(proxy?.origin ?? url);
    await page.click('form button');
    await page.waitForSelector('form[aria-busy=true]');
    await give('one ');
    await shows(page, 'output', 'one ');
    await page.click('#like');
    await shows(page, '#like', '1');
    assert.equal(await page.getAttribute('form', 'aria-busy'), 'true');
    await page.click('form button');
    await give('two');
    await shows(page, 'output', 'one two');
    await give(null);
    await page.waitForSelector('form:not([aria-busy])');
    await shows(page, 'output', 'one two');
    await page.click('form button');
    await page.waitForSelector('form[aria-busy=true]');
    const errors = (await browser.takeErrors()).filter((error) => !(proxy && REFUSED.test(error)));
    assert.deepEqual(errors, []);
  });
}

test('rr resolves when the action ends, with its result', async (t) => {
  const { url, give } = await openSite(t);
  const page = await browser.openPage(url);
  await page.evaluate(() => {
    Object.assign(window, { ended: window.rr({ action: 'ask' }) });
  });
  await page.waitForFunction(() => document.querySelector('output')?.textContent === 'nothing');
  await page.click('#like');
  await shows(page, '#like', '1');
  await give('all');
  await shows(page, 'output', 'all');
  await give(null);
  const outcome = await page.evaluate(() => (window as unknown as { ended: Promise<object> }).ended);
  assert.deepEqual(outcome, { ok: true, status: 200, errors: {}, result: 'all' });
});

test('a process that is killed in the middle of an action gives issr:lost', async (t) => {
  let child: ChildProcess | undefined;
  const start = async (port: string) => {
    const file = join(import.meta.dirname, '../support/mortal-server.tsx');
    child = await forkBundled(file, [port, '']);
    return String((await once(child, 'message'))[0]);
  };
  const kill = async () => {
    child?.kill('SIGKILL');
    if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  t.after(kill);
  const origin = await start('0');
  const page = await browser.openPage(`${origin}/count`);
  await page.evaluate(() => {
    document.addEventListener('issr:lost', ({ detail }) => {
      document.body.dataset.lost = detail.actions.map(({ name }) => name).join();
    });
    Object.assign(window, { ended: window.rr({ action: 'count' }) });
  });
  await shows(page, 'output', 'counting');
  await kill();
  await start(new URL(origin).port);
  // The page does not wait for the end of its backoff.
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForSelector('body[data-lost=count]');
  const outcome = await page.evaluate(() => (window as unknown as { ended: Promise<object> }).ended);
  assert.deepEqual(outcome, { ok: false, status: 0, errors: {} });
  await shows(page, 'output', 'nothing');
  await browser.takeErrors();
});
