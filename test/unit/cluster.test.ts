import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import { Cluster } from '../../src/cluster/cluster.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import { RefusalLog } from '../../src/limits/refusal-log.js';

/** Two processes of one site, joined by one bus. The second answers no call of kind `slow`. */
async function openTwo(t: TestContext) {
  const shared = Object.assign(new MemoryAdapter(), { isShared: true });
  const { log } = Fastify();
  const services = { log, refusals: new RefusalLog(log) };
  const [asking, asked] = [new Cluster(shared, 'secret', services), new Cluster(shared, 'secret', services)];
  for (const cluster of [asking, asked]) {
    await cluster.open();
    t.after(() => cluster.close());
  }
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
