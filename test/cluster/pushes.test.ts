import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { waitFor } from '../support/wait.js';

const PAGES = 5;
/** Seconds that Redis stays away, beside the work that is done meanwhile. */
const OUTAGE = Number(process.env.ISSR_OUTAGE_SECONDS ?? 0);

for (const size of [2, 3]) {
  test(`a push and a visitor in ${size} processes reach each page once`, async (t) => {
    const { processes } = await startCluster(t, size);
    const pages = await Promise.all(
      processes.flatMap(({ origin }) =>
        Array.from({ length: PAGES }, (_, i) => PageDriver.open(origin, `/?key=${i % 2 ? 'odd' : 'even'}`)),
      ),
    );
    const [first] = processes;
    assert.ok(first);
    const setCount = (count: number) =>
      Promise.all(processes.map((process) => process.call('setCount', count)));

    await setCount(1);
    assert.equal(await first.call('rr', '/'), PAGES);
    await waitFor(() => pages.every(({ text }) => text === '1'));

    await setCount(2);
    assert.equal(await first.call('changed', 'odd'), 2);
    const odd = pages.filter(({ url }) => url.endsWith('odd'));
    await waitFor(() => odd.every(({ text }) => text === '2'));
    await Promise.all(pages.map((page) => page.settled()));
    for (const page of pages) assert.equal(patchesOf(page), odd.includes(page) ? 2 : 1);

    // Pages that see one another: a visitor who comes is one change for each of the others.
    const visitors: PageDriver[] = [];
    for (const [i, { origin }] of [...processes, ...processes].entries()) {
      const before = visitors.map(patchesOf);
      visitors.push(await PageDriver.open(origin, `/?key=room&who=${i}`));
      const names = [...visitors.keys()].join('+');
      await waitFor(() => visitors.every(({ text }) => text === `2${names}`));
      await Promise.all(visitors.map((page) => page.settled()));
      assert.deepEqual(
        visitors.slice(0, -1).map(patchesOf),
        before.map((patches) => patches + 1),
      );
    }
  });
}

test("presence lists all processes' visitors until they end", async (t) => {
  const { processes } = await startCluster(t, 3);
  const [first, second, third] = processes;
  assert.ok(first && second && third);
  const ann = await PageDriver.open(first.origin, '/?who=ann');
  const bob = await PageDriver.open(second.origin, '/?who=bob');
  const eve = await PageDriver.open(third.origin, '/?who=eve');
  await waitFor(() => [ann, bob, eve].every(({ text }) => text.endsWith('ann+bob+eve')));

  await second.close();
  await waitFor(() => ann.text.endsWith('0ann+eve'));

  const killed = performance.now();
  await third.kill();
  await waitFor(() => ann.text.endsWith('0ann'));
  const delay = performance.now() - killed;
  t.diagnostic(`presence right ${Math.round(delay)} ms after SIGKILL`);
  // 15 s, and as much for a machine that has no time.
  assert.ok(delay < 30_000);
});

test('a process that starts later learns who is present', async (t) => {
  const { redis, processes } = await startCluster(t, 1);
  const [first] = processes;
  assert.ok(first);
  const ann = await PageDriver.open(first.origin, '/?who=ann');
  await waitFor(() => ann.text === '0ann');
  const second = await ClusterProcess.start(redis.url);
  processes.push(second);
  const bob = await PageDriver.open(second.origin, '/?who=bob');
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');
});

test('pages catch up after an outage of Redis', async (t) => {
  const { redis, processes } = await startCluster(t, 2, {
    redis: { probeInterval: 500, commandTimeout: 500 },
  });
  const [first, second] = processes;
  assert.ok(first && second);
  const ann = await PageDriver.open(first.origin, '/?who=ann');
  const bob = await PageDriver.open(second.origin, '/?who=bob');
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');

  await redis.stop();
  await first.call('setCount', 7);
  await second.call('setCount', 7);
  await first.call('changed', 'key');
  await waitFor(() => ann.text === '7ann+bob', 'a push within the process works while Redis is away');
  const eve = await PageDriver.open(second.origin, '/?who=eve');
  await waitFor(() => eve.text === '7ann+bob+eve');

  await sleep(OUTAGE * 1000);
  const back = performance.now();
  await redis.start();
  await waitFor(() => [ann, bob, eve].every(({ text }) => text === '7ann+bob+eve'));
  t.diagnostic(`pages right ${Math.round(performance.now() - back)} ms after Redis was back`);
});

function patchesOf({ messages }: PageDriver): number {
  return messages.filter(([verb]) => verb === 'patch').length;
}
