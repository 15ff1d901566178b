import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteProcess } from '../fuzz/hostile/site-process.js';
import { PageDriver } from '../support/page-driver.js';

/** Items of the smaller message. */
const N = 20_000;
/** Linear is 2. Sorting and hashing add to it. */
const MAX_RATIO = 3;
const ATTEMPTS = 6;
/** Nothing that takes less is worth a ratio, in milliseconds of CPU time. */
const FLOOR_MS = 15;

const list = <Item>(length: number, item: Item) => Array<Item>(length).fill(item);

/** Messages of each verb whose size is `n`, for each part that has a size. */
const messages: Record<string, (n: number) => unknown[]> = {
  'equal names': (n) => ['params', [list(n, ['a', '']), []]],
  'different names': (n) => ['params', [Array.from({ length: n }, (_, i) => [`p${i}`, '']), []]],
  'values of one name': (n) => ['params', [[['a', list(2 * n, '')]], []]],
  'a wide value': (n) => ['params', [[['a', '中'.repeat(n)]], []]],
  'removed names': (n) => ['params', [[], list(n, 'a')]],
  'values that are rendered': (n) => ['event', 1, [[['a', list(n, 'b')]], []], []],
  commands: (n) => ['event', 1, [[], []], list(n, ['run', 'x'])],
  'a visit': (n) => ['event', 1, [[], []], [], `/?${'a=1&'.repeat(n)}`],
  'a long path': (n) => ['event', 1, [[], []], [], `/${'a/'.repeat(n)}`],
  'files of a field': (n) => ['files', [['photo', list(n, 'a')]]],
  'fields of files': (n) => ['files', list(n, ['photo', []])],
  'a second join': (n) => ['join', 1, 'x', `/?${'a=1&'.repeat(n)}`, list(n, ['a', '']), 0, 0, 0],
  'nested lists': (n) => ['params', [JSON.parse('['.repeat(1000) + ']'.repeat(1000)), list(n, [])]],
};

test('the cost of a message grows with its size and no faster', async (t) => {
  const site = await SiteProcess.start(t, {
    maxMessageBytes: 1 << 24,
    maxParams: 1 << 20,
    maxParamValues: 1 << 20,
    maxParamsLength: 1 << 24,
    maxActions: 1 << 20,
    maxUnsentBytes: 1 << 26,
  });

  async function costOf(message: unknown[]): Promise<number> {
    const page = await PageDriver.open(site.origin, '/');
    const before = await site.cpu();
    page.sendRaw(JSON.stringify(message));
    page.sendRaw('["bye"]');
    await page.closed();
    return (await site.cpu()) - before;
  }

  for (const [name, create] of Object.entries(messages)) {
    await t.test(name, async () => {
      await costOf(create(100));
      const ratios: number[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const half = await costOf(create(N));
        const whole = await costOf(create(2 * N));
        if (whole < FLOOR_MS) return;
        ratios.push(whole / Math.max(half, FLOOR_MS / 2));
        if (whole <= MAX_RATIO * Math.max(half, FLOOR_MS / 2)) return;
      }
      assert.fail(`twice the size took ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')} times as long`);
    });
  }
});
