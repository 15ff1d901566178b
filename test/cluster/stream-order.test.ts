import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ClusterProcess } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { RedisServer } from '../support/redis-server.js';
import { type ProxyOptions, TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const redis = { probeInterval: 300, commandTimeout: 1000 };

/** Two processes that reach Redis through a proxy each, and a stream at each of them. */
async function startTwo(t: TestContext, options: ProxyOptions = {}) {
  const server = await RedisServer.start();
  const processes: ClusterProcess[] = [];
  t.after(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await server.close();
  });
  const start = async () => {
    const proxy = await TcpProxy.open(t, server.url.replace('redis', 'http'), options);
    const process = await ClusterProcess.start(proxy.origin.replace('http', 'redis'), { redis });
    processes.push(process);
    const open = async (id?: string) => {
      const stream = await EventClient.open(`${process.origin}/news`, id);
      t.after(() => stream.leave());
      return stream;
    };
    return {
      proxy,
      process,
      open,
      publish: (data: string) => process.call('publish', data),
      all: await open(),
    };
  };
  return [await start(), await start()] as const;
}

async function take(stream: EventClient, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push((await stream.nextData()) ?? 'the end');
  return taken;
}

async function takeUntil(stream: EventClient, last: string): Promise<string[]> {
  const taken = await take(stream, 1);
  while (taken.at(-1) !== last) taken.push(...(await take(stream, 1)));
  return taken;
}

test('a stream that moves receives events of two processes once', async (t) => {
  const two = await startTwo(t, { delay: () => 100 });
  const moving = await Promise.all(two.map(({ open }) => open()));
  await Promise.all(two.map(({ publish }, i) => publish(`of ${i}`)));
  const received = await Promise.all(
    moving.map(async (stream) => {
      const first = await take(stream, 1);
      stream.leave();
      return [...first, ...stream.came.map(({ data }) => data)];
    }),
  );
  const [order, other] = await Promise.all(two.map(({ all }) => take(all, 2)));
  assert.deepEqual(order, other);
  for (const [i, { lastEventId }] of moving.entries()) {
    const moved = await two[1 - i]?.open(lastEventId);
    assert.ok(moved);
    const missed = await take(moved, 3 - (received[i]?.length ?? 0));
    assert.deepEqual([...(received[i] ?? []), ...missed], [...(order ?? []), 'missed nothing']);
  }
});

test('a stream that moves learns that events differ after an outage', async (t) => {
  const [cutOff, other] = await startTwo(t);
  await other.publish('before');
  for (const { all } of [cutOff, other]) assert.deepEqual(await take(all, 1), ['before']);
  const { lastEventId: before } = cutOff.all;
  const atCutOff = await cutOff.open(before);
  const atOther = await other.open(before);
  for (const stream of [atCutOff, atOther]) assert.deepEqual(await take(stream, 1), ['missed nothing']);

  cutOff.proxy.swallow();
  await other.publish('of the other');
  await cutOff.publish('of the cut-off');
  assert.deepEqual(await take(atCutOff, 1), ['of the cut-off']);
  assert.deepEqual(await take(atOther, 1), ['of the other']);
  for (const stream of [atCutOff, atOther]) stream.leave();
  const toOther = await other.open(atCutOff.lastEventId);
  assert.deepEqual(await take(toOther, 2), ['before', 'of the other']);
  await waitFor(async () =>
    (await cutOff.process.call<string[]>('warnings')).some((line) => line.includes('is down')),
  );

  cutOff.proxy.letThrough();
  cutOff.proxy.cut();
  assert.deepEqual(await take(toOther, 1), ['of the cut-off']);
  assert.deepEqual(await take(other.all, 2), ['of the other', 'of the cut-off']);
  assert.deepEqual(await take(cutOff.all, 2), ['of the cut-off', 'of the other']);
  const toCutOff = await cutOff.open(atOther.lastEventId);

  await cutOff.publish('after');
  const all = ['before', 'of the cut-off', 'of the other', 'after'];
  assert.deepEqual(await takeUntil(toCutOff, 'after'), all);
  for (const stream of [toOther, other.all, cutOff.all]) assert.deepEqual(await take(stream, 1), ['after']);
  for (const [from, to] of [
    [cutOff, other],
    [other, cutOff],
  ] as const) {
    assert.deepEqual(await take(await to.open(from.all.lastEventId), 1), ['missed nothing']);
    const missed = await take(await to.open(before), 4);
    assert.deepEqual(missed.sort(), ['after', 'missed nothing', 'of the cut-off', 'of the other']);
  }
});
