import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Cluster } from '../../src/cluster/cluster.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import { Presence } from '../../src/cluster/presence.js';
import { RefusalLog } from '../../src/limits/refusal-log.js';
import { Receptions } from '../../src/uploads/cluster/receptions.js';
import type { Upload } from '../../src/uploads/upload.js';

/** Two processes of one site, joined by one bus. */
async function openClusters(
  t: TestContext,
  shared = Object.assign(new MemoryAdapter(), { isShared: true }),
): Promise<[Cluster, Cluster]> {
  const { log } = Fastify();
  const services = { log, refusals: new RefusalLog(log) };
  const [first, second] = [new Cluster(shared, 'secret', services), new Cluster(shared, 'secret', services)];
  for (const cluster of [first, second]) {
    await cluster.open();
    t.after(() => cluster.close());
  }
  return [first, second];
}

/** The second of two processes answers no call of kind `slow`. */
async function openTwo(t: TestContext) {
  const [asking, asked] = await openClusters(t);
  const ends: (() => void)[] = [];
  asked.answer('slow', () => new Promise<void>((end) => void ends.push(end)));
  asked.answer('fast', () => 'answer');
  const key = asked.createKey();
  while (!asking.isElsewhere(key)) await new Promise(setImmediate);
  const ask = (kind: string, address: string, text = '', timeout = 60_000) =>
    asking.ask(key, kind, address, timeout, text);
  return { ask, ends };
}

test('calls for one address leave room for others', async (t) => {
  const { ask, ends } = await openTwo(t);
  for (let i = 0; i < 100; i++) void ask('slow', 'a');
  const waiting = [1, 2].map(() => ask('fast', 'a'));
  assert.equal(await ask('fast', 'a', '', 1), undefined, 'its turn does not come in time');
  assert.equal(await ask('fast', 'b'), 'answer');
  ends[0]?.();
  assert.deepEqual(await Promise.all(waiting), ['answer', 'answer']);
});

test('a limited number of calls waits for its turn', async (t) => {
  const { ask } = await openTwo(t);
  for (let i = 0; i < 1099; i++) void ask('slow', 'a');
  const waiting = ask('fast', 'a');
  assert.equal(await ask('fast', 'a'), undefined);
  assert.equal(await Promise.race([waiting, ask('fast', 'b')]), 'answer');
});

test('calls hold a limited number of characters', async (t) => {
  const { ask } = await openTwo(t);
  const MEBIBYTE = 1024 * 1024;
  void ask('slow', 'a', 'x'.repeat(4 * MEBIBYTE - 1));
  assert.equal(await ask('fast', 'a', 'xx'), undefined);
  assert.equal(await ask('fast', 'a', 'x'), 'answer');
  for (const address of ['b', 'c', 'd']) void ask('slow', address, 'x'.repeat(4 * MEBIBYTE));
  assert.equal(await ask('fast', 'e', 'x'), 'answer');
  void ask('slow', 'e', 'x');
  assert.equal(await ask('fast', 'f', 'x'), undefined);
});

test('a process that has closed waits for no other', async (t) => {
  const [asking, asked] = await openClusters(t);
  const key = asked.createKey();
  while (!asking.isElsewhere(key)) await new Promise(setImmediate);
  await asking.close();
  const later = new Promise((resolve) => setImmediate(resolve, 'it waits'));
  assert.equal(await Promise.race([asking.ask(key, 'any', 'a', 60_000), later]), undefined);
});

test('a page that two processes hold is listed once', async (t) => {
  const [first, second] = (await openClusters(t)).map((cluster) => new Presence(cluster, () => {}));
  assert.ok(first && second);
  for (const presence of [first, second]) {
    presence.open();
    t.after(() => presence.close());
  }
  const show = (presence: Presence, page: string, record: string) =>
    presence.update(page, new Map([['room', record]]));
  show(first, 'moved', '"old"');
  show(first, 'other', '"other"');
  show(second, 'moved', '"new"');
  assert.deepEqual(first.list('room', null, ''), ['"new"', '"other"']);
  assert.deepEqual(second.list('room', 'moved', '"now"'), ['"now"', '"other"']);
  first.move('moved');
  first.move('other');
  for (const presence of [first, second])
    assert.deepEqual(presence.list('room', null, '').sort(), ['"new"', '"other"']);
  second.update('moved', new Map());
  for (const presence of [first, second])
    assert.deepEqual(presence.list('room', null, ''), ['"other"'], 'it has left, the other is under way');
  show(second, 'other', '"here"');
  assert.deepEqual(first.list('room', null, ''), ['"here"']);
  await first.moved();
});

const DAY = 24 * 3_600_000;

/** Two processes whose time and bus the test controls. */
async function openSilenceable(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const bus = Object.assign(new MemoryAdapter(), { isShared: true });
  const [first, second] = await openClusters(t, bus);
  const publish = bus.publish.bind(bus);
  const left: boolean[] = [];
  first.onLeave((_instance, hasClosed) => left.push(hasClosed));
  return {
    first,
    second,
    /** Arguments of the first process's `onLeave`. */
    left,
    cut: () => Object.assign(bus, { publish: async () => {} }),
    mend: () => Object.assign(bus, { publish }),
    run: (ms: number) => t.mock.timers.tick(ms),
    /** The clock goes on, and no timer runs. */
    freeze: (ms: number) => {
      const now = performance.now.bind(performance);
      t.mock.method(performance, 'now', () => now() + ms);
    },
  };
}

test('a process that was frozen takes no other as dead', async (t) => {
  const { first, second, left, freeze, cut, run } = await openSilenceable(t);
  freeze(DAY);
  cut();
  run(15_000);
  assert.equal(first.knows(second.instance), true);
  assert.deepEqual(left, []);
  run(5000);
  assert.equal(first.knows(second.instance), false);
  assert.deepEqual(left, [false]);
});

test('a silent process is known again by its next message', async (t) => {
  const { first, second, left, cut, mend, run } = await openSilenceable(t);
  cut();
  run(20_000);
  mend();
  run(5000);
  assert.equal(first.knows(second.instance), true);
  await second.close();
  assert.equal(first.knows(second.instance), false);
  assert.deepEqual(left, [false, true]);
});

test('presence of live processes stays after a freeze', async (t) => {
  const { first, second, freeze, cut, run } = await openSilenceable(t);
  const changes: string[] = [];
  const presence = new Presence(first, (keys) => changes.push(...keys));
  const other = new Presence(second, () => {});
  for (const each of [presence, other]) each.open();
  other.update('page', new Map([['room', '"bob"']]));
  assert.deepEqual(changes.splice(0), ['room']);
  freeze(DAY);
  cut();
  run(11_000);
  assert.deepEqual(changes, []);
  run(1000);
  assert.deepEqual(changes, ['room']);
  assert.deepEqual(presence.list('room', null, ''), []);
});

test('stored files outlive a silence of their process for a day', async (t) => {
  const { first, second, cut, mend, run } = await openSilenceable(t);
  const receptions = new Receptions(first);
  const removed: string[] = [];
  const add = (lease: string) => {
    const remove = async () => removed.push(lease);
    receptions.add(lease, { remove } as unknown as Upload, second.instance);
  };
  add('a');
  cut();
  run(20_000);
  mend();
  run(2 * DAY);
  assert.deepEqual(removed, [], 'the process came back');
  cut();
  run(20_000);
  run(DAY - 1);
  assert.deepEqual(removed, []);
  run(1);
  assert.deepEqual(removed, ['a']);
  mend();
  run(5000);
  add('b');
  await second.close();
  assert.deepEqual(removed, ['a', 'b']);
});
