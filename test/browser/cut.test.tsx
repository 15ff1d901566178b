import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Random } from '../fuzz/random.js';
import { firstSeed } from '../fuzz/seed.js';
import { connected, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();
const PAGES = 20;
const INCREMENTS = 500;
const CUTS = 500;
/** Longer than everything takes: the test is about the network, and the server lives. */
const resumeWindow = 10 * 60_000;

/** Pages that count, and what ran of each in its order. */
async function openSite(t: TestContext, random: Random) {
  const fastify = await createServer(
    t,
    { resumeWindow, pingInterval: 3000 },
    { forceCloseConnections: true },
  );
  const ran = new Map<string, number[]>();
  let total = 0;
  fastify.issrRoute(
    '/',
    {
      actions: {
        increment: ({ issr }) => {
          total++;
          const numbers = ran.get(issr.id) ?? [];
          ran.set(issr.id, [...numbers, Number(issr.action.value)]);
        },
      },
    },
    ({ issr }) => (
      <main>
        <input name="typed" />
        <output>{ran.get(issr.id)?.length ?? 0}</output>
      </main>
    ),
  );
  const proxy = await TcpProxy.open(t, await listen(fastify), { delay: () => random.below(8) });
  return { proxy, ran, total: () => total };
}

/** Asks for all its increments, some of them under way at any time. */
function begin(page: Page): Promise<void> {
  return page.evaluate((increments) => {
    const tally = {
      next: 0,
      lost: 0,
      async act(): Promise<void> {
        while (tally.next < increments) await window.rr({ action: 'increment', value: tally.next++ });
      },
    };
    document.addEventListener('issr:lost', () => tally.lost++);
    const acting = Array.from({ length: 6 }, () => tally.act());
    const done = Promise.all(acting).then(() => tally.lost);
    Object.assign(window, { done });
  }, INCREMENTS);
}

/** Counts the actions that a page reports as perhaps lost, once all of its events are answered. */
const doneOf = (page: Page) => page.evaluate(() => (window as unknown as { done: Promise<number> }).done);

/** Breaks the network as the pages go on: now a cut, now a stall that ends at a later step. */
async function breakAll(proxy: TcpProxy, random: Random, total: () => number): Promise<void> {
  const stalled: (() => void)[] = [];
  const live = () => proxy.connections.filter(({ path }) => /^\/issr(?!\.js)/.test(path));
  for (let cuts = 0; cuts < CUTS; ) {
    const isDue = () => total() >= (PAGES * INCREMENTS * cuts) / CUTS || stalled.length > 5;
    await waitFor(() => isDue() && live().length > 0);
    if (random.chance(0.3) || stalled.length > 5) stalled.shift()?.();
    const connection = random.pick(live());
    if (random.chance(0.2)) {
      connection.stall();
      stalled.push(() => connection.flow());
    } else {
      connection.cut();
      cuts++;
    }
  }
  for (const flow of stalled) flow();
}

test('ten thousand increments survive five hundred cuts, in order', async (t) => {
  const seed = firstSeed();
  t.diagnostic(`seed ${seed}`);
  const random = new Random(seed);
  const { proxy, ran, total } = await openSite(t, random);
  const pages = await Promise.all(Array.from({ length: PAGES }, () => browser.openPage(proxy.origin)));
  for (const page of pages) page.setDefaultTimeout(60_000);
  await Promise.all(pages.map(begin));
  await breakAll(proxy, random, total);
  assert.deepEqual(
    await Promise.all(pages.map(doneOf)),
    pages.map(() => 0),
    'nothing is lost while the server lives',
  );
  assert.equal(total(), PAGES * INCREMENTS);
  const inOrder = Array.from({ length: INCREMENTS }, (_, i) => i);
  for (const numbers of ran.values()) assert.deepEqual(numbers, inOrder);
  for (const page of pages) {
    await connected(page);
    assert.equal(await page.textContent('output'), String(INCREMENTS));
  }
  await browser.takeErrors();
});
