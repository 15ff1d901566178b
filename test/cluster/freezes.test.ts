import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { RedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { chooseOne, filesIn, postFile, stateOf, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** Milliseconds of a freeze. A silent process counts as dead after 20 s at the latest. */
const FREEZE = 22_000;
const headers = { origin: 'http://site.example' };

/** A page whose file another process has stored. */
async function openWithFile(holder: ClusterProcess, keeper: ClusterProcess, name: string) {
  const page = await PageDriver.open(holder.origin, '/album', { headers });
  const there = { origin: keeper.origin, token: page.credentials, headers };
  const id = await chooseOne(there, 3, 'text/plain', name);
  assert.deepEqual(await stateOf(await postFile(there, id, Buffer.from('abc'))), [id, 3, true]);
  page.send(['files', [['photo', [id]]]]);
  return page;
}

test('a freeze of a process loses no stored file and no presence', async (t) => {
  const folder = uploadFolder(t);
  const [store, saves] = [join(folder, 'store'), join(folder, 'saves')];
  mkdirSync(store);
  const { processes } = await startCluster(t, 2, {
    store,
    saves,
    plugin: { allowedOrigins: [headers.origin] },
  });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const ann = await PageDriver.open(first.origin, '/?who=ann', { headers });
  const bob = await PageDriver.open(second.origin, '/?who=bob', { headers });
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');
  const live = await openWithFile(first, second, 'live.txt');
  const frozen = await openWithFile(second, first, 'frozen.txt');

  const texts = bob.recordTexts();
  second.pause();
  await sleep(FREEZE);
  await waitFor(() => ann.text.endsWith('ann'));
  second.resume();
  await waitFor(() => ann.text.endsWith('ann+bob'));
  await second.call('setCount', 7);
  await first.call('changed', 'key');
  await waitFor(() => bob.text === '7ann+bob');
  assert.ok(texts.length > 0 && texts.every((text) => text.includes('ann')), texts.join());
  for (const page of [live, frozen]) await page.click('save', 'all');
  assert.equal(readFileSync(saves, 'utf8'), 'all live.txt=a1b1c1\nall frozen.txt=a1b1c1\n');
});

/** Milliseconds after which a process forgets a page that it has handed over. */
const HANDOVER_MEMORY = 5000;

/**
 * A page with a stored file at the first of two processes, and a visitor there.
 *
 * @param onHandover called when the page is on its way to the second process, which has not received it
 */
async function startHandover(t: TestContext, onHandover: (first: ClusterProcess, page: PageDriver) => void) {
  const folder = uploadFolder(t);
  const [store, saves] = [join(folder, 'store'), join(folder, 'saves')];
  mkdirSync(store);
  const redis = await RedisServer.start();
  const target = redis.url.replace('redis', 'http');
  let watch = (_piece: Buffer) => {};
  const proxies = [
    await TcpProxy.open(t, target),
    await TcpProxy.open(t, target, { delay: () => 10, onDown: (piece) => watch(piece) }),
  ] as const;
  const options = { store, saves, plugin: { allowedOrigins: [headers.origin], resumeWindow: 1000 } };
  const processes = await Promise.all(
    proxies.map(({ origin }) => ClusterProcess.start(origin.replace('http', 'redis'), options)),
  );
  t.after(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await redis.close();
  });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const ann = await PageDriver.open(first.origin, '/', { headers });
  const page = await openWithFile(first, first, 'kept.txt');
  await page.click('save', 'before');
  watch = (piece) => {
    if (!piece.includes('hadFiles')) return;
    watch = () => {};
    onHandover(first, page);
  };
  await page.drop();
  await page.connect({}, second.origin);
  return {
    redis,
    proxies,
    first,
    second,
    page,
    /** Waits until the first process has read all messages of the second. */
    async settled(): Promise<void> {
      await first.call('setCount', 7);
      await waitFor(async () => {
        await second.call('changed', 'key');
        return ann.text === '7';
      });
    },
    saved: () => readFileSync(saves, 'utf8').replaceAll(' kept.txt=a1b1c1\n', ' '),
    storedFiles: () => filesIn(store).length,
  };
}

for (const isCut of [false, true]) {
  const loss = isCut ? ', and loses its connection to Redis,' : '';
  test(`a process that freezes amid a handover${loss} deletes no file of the page`, async (t) => {
    const site = await startHandover(t, (first) => first.pause());
    const { proxies, first, page } = site;
    assert.deepEqual(await page.join(), ['joined', 1, true]);
    await page.click('save', 'at-once');
    await sleep(HANDOVER_MEMORY);
    if (isCut) proxies[0].cut();
    first.resume();
    await site.settled();
    await page.click('save', 'later');
    assert.equal(site.saved(), 'before at-once later ');
    page.send(['bye']);
    await waitFor(() => site.storedFiles() === 0);
  });
}

test('a page that is asked for again as its files expire keeps them', async (t) => {
  const site = await startHandover(t, (first, page) => {
    first.pause();
    void page.drop();
  });
  const { redis, first, second, page } = site;
  // It outlives Redis for a moment when the test ends.
  const bus = await createClient({ url: redis.url })
    .on('error', () => {})
    .connect();
  t.after(() => bus.destroy());
  page.sendJoin();
  await page.closed();
  await sleep(HANDOVER_MEMORY);
  await bus.pSubscribe('*', (message) => message.includes('"handover"') && first.resume());
  await page.connect({}, second.origin);
  assert.deepEqual(await page.join(), ['joined', 1, true]);
  await site.settled();
  await page.click('save', 'later');
  assert.equal(site.saved(), 'before later ');
});

test('a stored file of a page that does not arrive is deleted', async (t) => {
  const site = await startHandover(t, (_first, page) => void page.drop());
  site.page.sendJoin();
  await site.page.closed();
  assert.equal(site.storedFiles(), 1);
  await waitFor(() => site.storedFiles() === 0);
});

test('a process that closes amid a handover deletes no file of the page', async (t) => {
  let closed: Promise<void> | undefined;
  const { page, saved } = await startHandover(t, (first) => {
    closed = first.close();
  });
  assert.deepEqual(await page.join(), ['joined', 1, true]);
  await closed;
  await page.click('save', 'later');
  assert.equal(saved(), 'before later ');
});

test('a process that closes deletes a stored file of a page that does not arrive', async (t) => {
  const site = await startHandover(t, (_first, page) => void page.drop());
  site.page.sendJoin();
  await site.page.closed();
  assert.equal(site.storedFiles(), 1);
  await site.first.close();
  assert.equal(site.storedFiles(), 0);
});
