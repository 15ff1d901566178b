import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import { CutAdapter } from '../support/cut-adapter.js';
import { EventClient } from '../support/event-client.js';
import { createGate } from '../support/gate.js';
import { createServer, listen } from '../support/server.js';

/** Events that the store keeps, or a process during an outage. */
const KEPT = 4;
const many = Array.from({ length: 2 * KEPT }, (_, i) => String(i));

/** Two processes with a stream at each. A stream begins with `state` if it may have missed events. */
async function openTwo(t: TestContext) {
  const store = new MemoryAdapter();
  const start = async () => {
    const adapter = new CutAdapter(store);
    const secret = 'the secret of both processes of this test';
    const fastify = await createServer(t, { adapter, maxReplayBytes: KEPT * 300, secret });
    const [subscribed, begin] = [createGate(t), createGate(t)];
    fastify.issrStream<'/', { Querystring: { waits?: string } }>('/', async (stream, { query }) => {
      if (!stream.subscribe('news')) stream.send('state');
      if (!query.waits) return;
      subscribed.open();
      await begin.opened;
    });
    const origin = await listen(fastify);
    const open = async (id?: string) => {
      const stream = await EventClient.open(origin, id);
      t.after(() => stream.leave());
      return stream;
    };
    const publish = (data: string, id?: string) => fastify.issr.publish('news', data, { id });
    const stream = await open();
    assert.deepEqual(await take(stream, 1), ['state']);
    return { origin, adapter, open, publish, stream, subscribed, begin };
  };
  return [await start(), await start()] as const;
}

/** The data of the next events, until there are `count` of them, or the given one, or the end. */
async function take(stream: EventClient, until?: number | string): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length !== until && (taken.length === 0 || taken.at(-1) !== until)) {
    const data = await stream.nextData();
    if (data === undefined) break;
    taken.push(data);
  }
  return taken;
}

for (const before of [[], ['seen']]) {
  test(`a stream ends if its process missed more events than are kept, after ${before.length}`, async (t) => {
    const [cutOff, other] = await openTwo(t);
    for (const data of before) other.publish(data);
    cutOff.adapter.cut();
    for (const data of many) other.publish(data);
    cutOff.adapter.hear();
    other.publish('heard early');
    cutOff.adapter.restore();
    assert.deepEqual(await take(cutOff.stream), [...before, 'heard early']);
    const again = await cutOff.open(cutOff.stream.lastEventId);
    other.publish('last');
    assert.deepEqual(await take(again, 'last'), [...many.slice(1 - KEPT), 'state', 'last']);
    assert.deepEqual(await take(other.stream, 'last'), [...before, ...many, 'heard early', 'last']);
  });
}

test('streams of other processes end if a process cannot keep its events through an outage', async (t) => {
  const [cutOff, other] = await openTwo(t);
  other.publish('seen');
  for (const { stream } of [cutOff, other]) assert.deepEqual(await take(stream, 1), ['seen']);
  cutOff.adapter.cut();
  for (const data of many) cutOff.publish(data);
  cutOff.adapter.restore();
  assert.deepEqual((await take(other.stream)).slice(0, KEPT), many.slice(-KEPT));
  const again = await other.open(other.stream.lastEventId);
  cutOff.publish('last');
  assert.deepEqual(await take(again, 'last'), ['state', 'last']);
  assert.deepEqual(await take(cutOff.stream, 'last'), [...many, 'last']);

  cutOff.adapter.cut();
  cutOff.adapter.restore();
  other.publish('after');
  assert.deepEqual(await take(cutOff.stream, 'after'), ['after'], 'the next outage loses nothing');
});

test('a stream that begins while events are lost is told too', async (t) => {
  const [cutOff, other] = await openTwo(t);
  const opening = EventClient.open(`${cutOff.origin}/?waits=1`);
  await cutOff.subscribed.opened;
  cutOff.adapter.cut();
  for (const data of many) other.publish(data);
  cutOff.adapter.restore();
  await take(cutOff.stream);
  cutOff.begin.open();
  const stream = await opening;
  assert.deepEqual([await take(stream), stream.response.statusCode, stream.lastEventId], [[], 200, '']);
});

test('two events with one id are both delivered, and repeated rather than missed', async (t) => {
  const two = await openTwo(t);
  for (const { publish } of two) publish('twin', 'same');
  two[0].publish('last');
  for (const { stream } of two) assert.deepEqual(await take(stream, 'last'), ['twin', 'twin', 'last']);
  const again = await two[1].open('same');
  assert.deepEqual(await take(again, 'last'), ['twin', 'last']);
});
