import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

const plugin = { plugin: { allowedOrigins: ['http://site.example'] } };
const SITE = { headers: { origin: 'http://site.example' } };

/** Puts things into the cart of a page, one after the other. */
async function fill(page: PageDriver, ...things: string[]): Promise<void> {
  for (const thing of things) assert.equal((await page.click('put', thing))[0], 'patch');
}

test('a page keeps page.data, its field and its focus through a rolling deploy', async (t) => {
  const { processes, origin, restart } = await startRecordCluster(t);
  const page = await browser.openPage(`${origin}/cart`);
  const process = () => page.textContent('p');
  const cart = () => page.textContent('output');
  await page.click('button');
  await waitFor(async () => (await cart()) === 'tea');
  await page.focus('input');
  let things = 1;
  for (const index of processes.keys()) {
    await page.keyboard.type('x');
    const before = await process();
    const holds = before === `of ${await processes[index]?.call('pid')}`;
    await processes[index]?.close();
    if (holds) await waitFor(async () => (await process()) !== before, 'the page is at another process');
    await page.evaluate(() => window.rr({ action: 'put', value: 'milk' }));
    things++;
    assert.equal((await cart())?.split(',').length, things, `the cart after close ${index}`);
    await restart(index);
  }
  assert.deepEqual(
    await page.evaluate(() => [document.querySelector('input')?.value, document.activeElement?.nodeName]),
    ['x'.repeat(processes.length), 'INPUT'],
  );
  await browser.takeErrors();
});

test('a single process that restarts keeps page.data in a browser', async (t) => {
  const { redis, processes } = await startCluster(t, 1);
  const [first] = processes;
  assert.ok(first);
  const page = await browser.openPage(`${first.origin}/cart`);
  for (const count of [1, 2, 3]) {
    await page.click('button');
    await waitFor(async () => (await page.textContent('output')) === Array(count).fill('tea').join());
    await processes[0]?.close();
    processes[0] = await ClusterProcess.start(redis.url, { port: first.port });
    const shown = `of ${await processes[0].call('pid')}`;
    await waitFor(async () => (await page.textContent('p')) === shown, 'the page is back');
    assert.equal(await page.textContent('output'), Array(count).fill('tea').join());
  }
  await browser.takeErrors();
});

test('a page goes from close to close with its data, and any process takes it', async (t) => {
  const { redis, processes } = await startCluster(t, 3, plugin);
  let page = await PageDriver.open(processes[0]?.origin ?? '', '/cart', SITE);
  await fill(page, '0');
  for (let move = 1; move <= 4; move++) {
    const [from, to] = [(move - 1) % 3, move % 3];
    const closing = processes[from]?.close();
    assert.deepEqual(await page.closed(), { code: 1001, reason: 'shutdown' });
    await closing;
    page = await page.follow(processes[to]?.origin ?? '');
    assert.deepEqual(await page.join(), ['joined', page.event, true]);
    await fill(page, String(move));
    assert.match(page.text, new RegExp(`^${Array.from({ length: move + 1 }, (_, i) => i).join()}of`));
    processes[from] = await ClusterProcess.start(redis.url, plugin);
  }
});

test('a Redis that is frozen or gone does not keep a process from closing', async (t) => {
  const { redis, processes } = await startCluster(t, 3, plugin);
  const [first, second, third] = processes as [ClusterProcess, ClusterProcess, ClusterProcess];
  const pages = await Promise.all(
    [first, second].map(async ({ origin }) => PageDriver.open(origin, '/cart', SITE)),
  );
  for (const page of pages) await fill(page, 'tea');
  // A process that waited for Redis would never end, because Redis stays frozen or gone until then.
  redis.pause();
  await first.close();
  redis.resume();
  await redis.stop();
  await second.close();
  for (const page of pages) {
    assert.deepEqual(await page.closed(), { code: 1001, reason: 'shutdown' });
    const follower = await page.follow(third.origin);
    assert.deepEqual(await follower.join(), ['joined', page.event, false]);
    assert.equal((await follower.rr())[0], 'patch');
  }
});
