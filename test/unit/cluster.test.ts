import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Cluster } from '../../src/cluster/cluster.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import { Presence } from '../../src/cluster/presence.js';
import { RefusalLog } from '../../src/limits/refusal-log.js';

/** Two processes of one site, joined by one bus. */
async function openClusters(t: TestContext): Promise<[Cluster, Cluster]> {
  const shared = Object.assign(new MemoryAdapter(), { isShared: true });
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
  asked.answer('slow', () => new Promise(() => {}));
  asked.answer('fast', () => 'answer');
  const key = asked.createKey();
  while (!asking.isElsewhere(key)) await new Promise(setImmediate);
  return (kind: string, address: string, text = '') => asking.ask(key, kind, address, 60_000, text);
}

test('calls for one address leave room for others', async (t) => {
  const ask = await openTwo(t);
  for (let i = 0; i < 100; i++) void ask('slow', 'a');
  assert.equal(await ask('fast', 'a'), undefined);
  assert.equal(await ask('fast', 'b'), 'answer');
});

test('calls hold a limited number of characters', async (t) => {
  const ask = await openTwo(t);
  const MEBIBYTE = 1024 * 1024;
  void ask('slow', 'a', 'x'.repeat(4 * MEBIBYTE - 1));
  assert.equal(await ask('fast', 'a', 'xx'), undefined);
  assert.equal(await ask('fast', 'a', 'x'), 'answer');
  for (const address of ['b', 'c', 'd']) void ask('slow', address, 'x'.repeat(4 * MEBIBYTE));
  assert.equal(await ask('fast', 'e', 'x'), 'answer');
  void ask('slow', 'e', 'x');
  assert.equal(await ask('fast', 'f', 'x'), undefined);
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
  first.update('moved', new Map());
  for (const presence of [first, second])
    assert.deepEqual(presence.list('room', null, '').sort(), ['"new"', '"other"']);
});
