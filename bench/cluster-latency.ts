/**
 * Times a push, a `changed` and a presence change in one of two and three processes: from the call to the last of the
 * protocol pages, and to the last DOM of a page in Chromium at each process. Fails if a page gets a change twice.
 *
 * Run: `npx tsx bench/cluster-latency.ts [rounds]`
 */
import type { Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { chromium } from '../test/support/browsers/chromium.js';
import { ClusterProcess } from '../test/support/cluster.js';
import { openJoinedSocket } from '../test/support/joined-socket.js';
import { PageDriver } from '../test/support/page-driver.js';
import { RedisServer } from '../test/support/redis-server.js';
import { waitFor } from '../test/support/wait.js';
import { quantile } from './measure.js';

const ROUNDS = Number(process.argv[2] ?? 20);
/** Protocol pages of each process. */
const PAGES = 10;
const PATH = '/?key=board&who=reader';

declare global {
  interface Window {
    /** Times of the page's changes, by the clock of all processes. */
    changes: number[];
  }
}

/** The pages of a cluster, and the times at which each received a patch. */
interface Site {
  processes: ClusterProcess[];
  patches: number[][];
  tabs: Page[];
  /** Its record is what a presence change changes. */
  guest: PageDriver;
  close(): Promise<void>;
}

const now = () => performance.timeOrigin + performance.now();
const browser = await chromium.launch();

async function openSite(size: number): Promise<Site> {
  const redis = await RedisServer.start();
  const processes: ClusterProcess[] = [];
  const patches: number[][] = [];
  const tabs: Page[] = [];
  for (let i = 0; i < size; i++) processes.push(await ClusterProcess.start(redis.url));
  for (const { origin } of processes) {
    for (let i = 0; i < PAGES; i++) patches.push(recordPatches(await openJoinedSocket(origin, PATH)));
    tabs.push(await openTab(origin));
  }
  const [first] = processes as [ClusterProcess];
  const guest = await PageDriver.open(first.origin, '/?key=board&who=guest');
  const readers = Array(size * (PAGES + 1)).fill('reader');
  const present = ['guest', ...readers].join('+');
  for (const tab of tabs)
    await tab.waitForFunction((text) => document.querySelector('p')?.textContent === text, present);
  const close = async () => {
    await Promise.all(tabs.map((tab) => tab.close()));
    await Promise.all(processes.map((process) => process.kill()));
    await redis.close();
  };
  return { processes, patches, tabs, guest, close };
}

function recordPatches(socket: WebSocket): number[] {
  const times: number[] = [];
  socket.on('message', (data) => {
    if (String(data).startsWith('["patch"')) times.push(now());
  });
  return times;
}

async function openTab(origin: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin + PATH);
  await page.waitForSelector('html[data-issr=connected]');
  await page.evaluate(() => {
    window.changes = [];
    new MutationObserver(() => {
      window.changes.push(performance.timeOrigin + performance.now());
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  return page;
}

/** Makes a change, and returns the milliseconds to the last protocol page and to the last DOM. */
async function time({ patches, tabs, guest }: Site, change: () => unknown): Promise<[number, number]> {
  for (const times of patches) times.length = 0;
  for (const tab of tabs) await tab.evaluate(() => void window.changes.splice(0));
  const began = now();
  await change();
  await waitFor(() => patches.every((times) => times.length > 0));
  for (const tab of tabs) await tab.waitForFunction(() => window.changes.length > 0);
  await guest.settled();
  const twice = patches.filter((times) => times.length > 1).length;
  if (twice > 0) throw new Error(`${twice} pages got a change more than once.`);
  const shown = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.changes[0] as number)));
  return [Math.max(...patches.flat()) - began, Math.max(...shown) - began];
}

async function measure(size: number): Promise<void> {
  const site = await openSite(size);
  const { processes, guest } = site;
  const [first] = processes as [ClusterProcess];
  const kinds: Record<string, (round: number) => unknown> = {
    '`rr` of a path': () => first.call('rr', '/'),
    '`changed`': () => first.call('changed', 'board'),
    'a presence change': (round) => guest.rr({ changed: [['who', `guest${round}`]] }),
  };
  let count = 0;
  for (const [kind, change] of Object.entries(kinds)) {
    const times: [number, number][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      count++;
      if (change !== kinds['a presence change'])
        await Promise.all(processes.map((process) => process.call('setCount', count)));
      times.push(await time(site, () => change(round)));
    }
    const columns = [0, 1].map((place) => {
      const column = times.map((pair) => pair[place] as number);
      return `${quantile(column, 0.5).toFixed(1)}, ${quantile(column, 0.95).toFixed(1)}`;
    });
    console.log(`| ${[kind, size, ...columns].join(' | ')} |`);
  }
  await site.close();
}

console.log('| | processes | ms to the last protocol page: p50, p95 | ms to the last DOM: p50, p95 |');
console.log('| --- | ---: | ---: | ---: |');
for (const size of [2, 3]) await measure(size);
await browser.close();
process.exit();
