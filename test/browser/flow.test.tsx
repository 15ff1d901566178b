import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IssrOptions } from '../../src/index.js';
import { connected, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A page whose action takes `ms`, and the lengths of the values that it got. */
async function openSlow(t: TestContext, options: IssrOptions, ms: number, transport = 'a websocket') {
  const fastify = await createServer(t, options);
  const ran: number[] = [];
  const save = async ({ issr }: { issr: { action: { value: string } | null } }) => {
    await sleep(ms);
    ran.push(issr.action?.value.length ?? 0);
  };
  fastify.issrRoute('/', { actions: { save } }, () => (
    <main>
      <input name="count" value={ran.length} />
    </main>
  ));
  const origin = await listen(fastify);
  const page = await browser.openPage(
    transport === 'plain HTTP' ? (await TcpProxy.open(t, origin, { websockets: 'refuse' })).origin : origin,
  );
  await browser.takeErrors();
  await page.evaluate(() => {
    const log: string[] = [];
    Object.assign(window, { log });
    for (const name of ['issr:lost', 'issr:disconnect'] as const)
      document.addEventListener(name, () => log.push(name));
  });
  const log = () => page.evaluate(() => (window as unknown as { log: string[] }).log);
  /** Resolves when the visitor has left and the last messages have run: a browser that is closed before may hang. */
  const left = () => waitFor(() => fastify.issr.pages.size === 0);
  return { page, ran, log, left };
}

for (const transport of ['a websocket', 'plain HTTP']) {
  for (const maxQueuedEvents of [1, 2, 10]) {
    test(`30 commands at once all run (${transport}, maxQueuedEvents ${maxQueuedEvents})`, async (t) => {
      const { page, ran, log } = await openSlow(t, { maxQueuedEvents }, 5, transport);
      await page.evaluate(async () => {
        for (let i = 0; i < 29; i++) void window.rr({ action: 'save', value: 'x' });
        await window.rr({ action: 'save', value: 'x' });
      });
      assert.equal(ran.length, 30);
      assert.deepEqual(await log(), []);
      await connected(page);
    });
  }

  test(`8 commands of 400 KB all run over ${transport}`, async (t) => {
    const { page, ran, log } = await openSlow(t, {}, 20, transport);
    await page.evaluate(() => {
      const value = 'x'.repeat(400_000);
      return Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => window.rr({ action: 'save', value })));
    });
    assert.deepEqual(ran, Array(8).fill(400_000));
    assert.deepEqual(await log(), []);
  });
}

test('50 commands all run if the visitor leaves at once', async (t) => {
  const { page, ran, left } = await openSlow(t, {}, 1);
  await page.evaluate(() => {
    for (let i = 0; i < 50; i++) void window.rr({ action: 'save', value: 'x' });
    location.assign('about:blank');
  });
  await page.waitForURL('about:blank');
  await waitFor(() => ran.length === 50);
  await left();
});

test('commands that could not be sent are reported when the visitor leaves', async (t) => {
  const { page, ran, left } = await openSlow(t, { maxQueuedEvents: 10 }, 20);
  await page.evaluate(() => {
    let lost = 0;
    document.addEventListener('issr:lost', () => lost++);
    addEventListener('pagehide', () => sessionStorage.setItem('lost', String(lost)));
    for (let i = 0; i < 50; i++) void window.rr({ action: 'save', value: 'x' });
    location.assign('/issr.js');
  });
  await page.waitForURL('**/issr.js');
  const lost = Number(await page.evaluate(() => sessionStorage.getItem('lost')));
  assert.ok(lost > 0);
  await waitFor(() => ran.length === 50 - lost);
  await left();
});

test('commands too long for a last message are reported when the visitor leaves', async (t) => {
  const { page, ran, left } = await openSlow(t, { maxQueuedEvents: 10 }, 20);
  await page.evaluate(() => {
    const lost: number[] = [];
    document.addEventListener('issr:lost', ({ detail }) => lost.push(detail.actions.length));
    addEventListener('pagehide', () => sessionStorage.setItem('lost', String(lost.length)));
    for (let i = 0; i < 6; i++) void window.rr({ action: 'save', value: 'ü'.repeat(10_000) });
    location.assign('/issr.js');
  });
  await page.waitForURL('**/issr.js');
  const lost = Number(await page.evaluate(() => sessionStorage.getItem('lost')));
  assert.ok(lost > 0);
  await waitFor(() => ran.length >= 6 - lost);
  await left();
});
