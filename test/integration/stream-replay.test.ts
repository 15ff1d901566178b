import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { EventClient } from '../support/event-client.js';
import { createServer, listen } from '../support/server.js';

/** A stream of the channels that its path names; the first event says whether it goes on where it stopped. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  fastify.issrStream('/:channels', (stream, { params }) => {
    const resumed = params.channels.split(',').map((channel) => stream.subscribe(channel));
    stream.send(resumed.every(Boolean), { event: 'resumed' });
  });
  const origin = await listen(fastify);
  return { fastify, open: (path: string, id?: string) => EventClient.open(`${origin}/${path}`, id) };
}

/** All data up to the `resumed` that is the last of what came at the beginning. */
async function opening(client: EventClient): Promise<{ missed: string[]; resumed: boolean }> {
  const missed: string[] = [];
  for (;;) {
    const event = await client.next();
    assert.ok(event, 'an event');
    if (event.type === 'resumed') return { missed, resumed: event.data === 'true' };
    missed.push(event.data);
  }
}

test('sends exactly the missed events to a reconnecting stream', async (t) => {
  for (const withIds of [false, true]) {
    const { fastify, open } = await openSite(t);
    let count = 0;
    const publish = (channel: string) =>
      fastify.issr.publish(channel, `${++count}`, withIds ? { id: `id-${count}` } : {});
    const client = await open('a,b');
    assert.deepEqual(await opening(client), { missed: [], resumed: false });
    for (const channel of ['a', 'b', 'c', 'a']) publish(channel);
    for (const data of ['1', '2']) assert.equal(await client.nextData(), data);
    const { lastEventId } = client;
    client.leave();
    for (const channel of ['b', 'c', 'a']) publish(channel);
    const back = await open('a,b', withIds ? 'id-2' : lastEventId.replace(/\d+$/, '2'));
    assert.deepEqual(await opening(back), { missed: ['4', '5', '7'], resumed: true });
    publish('b');
    assert.equal(await back.nextData(), '8');
  }
});

test('sends the first event to a stream that left before it', async (t) => {
  const { fastify, open } = await openSite(t);
  fastify.issr.publish('a', 'before');
  const client = await open('a');
  await client.placed();
  client.leave();
  fastify.issr.publish('a', 'missed');
  const back = await open('a', client.lastEventId);
  assert.deepEqual(await opening(back), { missed: ['missed'], resumed: true });
});

test('sends nothing when no event was missed', async (t) => {
  const { fastify, open } = await openSite(t);
  fastify.issr.publish('a', '1', { id: 'last €' });
  assert.deepEqual(await opening(await open('a', 'last €')), { missed: [], resumed: true });
});

test('maxReplayEvents limits the kept events of a channel', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayEvents: 3 });
  for (let i = 1; i <= 5; i++) fastify.issr.publish('a', `${i}`, { id: `${i}` });
  fastify.issr.publish('b', 'b', { id: 'b' });
  assert.deepEqual(await opening(await open('a', '3')), { missed: ['4', '5'], resumed: true });
  // The event was evicted: all kept events are sent.
  assert.deepEqual(await opening(await open('a', '1')), { missed: ['3', '4', '5'], resumed: false });
  assert.deepEqual(await opening(await open('b', '3')), { missed: ['b'], resumed: true });
});

test('kept events are replayed once, by the ids of their process', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayEvents: 2 });
  const client = await open('a,b');
  await client.placed();
  for (const channel of ['b', 'a', 'a', 'a']) fastify.issr.publish(channel, channel);
  for (let i = 0; i < 3; i++) await client.next();
  const id = client.lastEventId.replace(/\d+$/, '1');
  assert.deepEqual(await opening(await open('a,b', id)), { missed: ['a', 'a'], resumed: false });
});

test('maxReplayBytes evicts the least recently used channel', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayBytes: 2000 });
  const publish = (channel: string, length: number) =>
    fastify.issr.publish(channel, channel.repeat(length), { id: `${channel}${length}` });
  publish('a', 1);
  publish('b', 1);
  publish('a', 400);
  publish('c', 400);
  const a = await opening(await open('a', 'a1'));
  assert.deepEqual([a.missed.length, a.resumed], [1, true]);
  publish('d', 400);
  assert.deepEqual(await opening(await open('c', 'c400')), { missed: [], resumed: false });
  assert.equal((await opening(await open('a', 'a1'))).missed.length, 1);
  // An event above the limit is not kept, and `subscribe` returns false.
  publish('e', 2000);
  const e = await opening(await open('e', 'a400'));
  assert.deepEqual([e.missed, e.resumed], [[], false]);
});

test('an event above maxReplayBytes counts as dropped', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayBytes: 1 });
  fastify.issr.publish('a', 'before');
  const client = await open('a');
  await client.placed();
  client.leave();
  fastify.issr.publish('a', 'missed');
  assert.deepEqual(await opening(await open('a', client.lastEventId)), { missed: [], resumed: false });
});

test('counts the overhead of small events', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayBytes: 256 * 8 });
  for (let i = 1; i <= 100; i++) fastify.issr.publish('a', '', { id: `${i}` });
  assert.equal((await opening(await open('a', '1'))).missed.length, 7);
});

test('sends all kept events for an unknown or forged id', async (t) => {
  const { fastify, open } = await openSite(t);
  fastify.issr.publish('a', '1');
  const client = await open('a');
  await client.placed();
  const [process] = client.lastEventId.split('.');
  for (const id of ['unknown', '__proto__', 'AAAAAAAA.1', `${process}.x`, `${process}.-1`, `${process}.`]) {
    assert.deepEqual(await opening(await open('a', id)), { missed: ['1'], resumed: false }, id);
  }
  assert.deepEqual(await opening(await open('a', `${process}.999999999999`)), { missed: [], resumed: true });
});

test('a stream continues after the first kept event of several with one id', async (t) => {
  const { fastify, open } = await openSite(t, { maxReplayEvents: 3 });
  const publish = (data: string, id: string) => fastify.issr.publish('a', data, { id });
  for (const data of ['1', '2', '3']) publish(data, 'same');
  assert.deepEqual(await opening(await open('a', 'same')), { missed: ['2', '3'], resumed: true });
  publish('4', 'other');
  assert.deepEqual(await opening(await open('a', 'same')), { missed: ['2', '3', '4'], resumed: false });
});
