import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'redis';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { waitFor } from '../support/wait.js';

/** More events than a process keeps of a channel. */
const COUNT = 250;

for (const [name, isFull] of Object.entries({ 'drops connections': false, 'is full and restarts': true })) {
  test(`a stream receives each event once while Redis ${name}`, async (t) => {
    const { redis, processes } = await startCluster(t, 2, { redis: { probeInterval: 300 } });
    const [first, second] = processes as [ClusterProcess, ClusterProcess];
    const admin = createClient({ url: redis.url }).on('error', () => {});
    await admin.connect();
    t.after(() => admin.destroy());
    const warnings = (text: string) => async () =>
      (await first.call<string[]>('warnings')).filter((line) => line.includes(text)).length;
    if (isFull) await admin.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);

    const stream = await EventClient.open(`${second.origin}/news`);
    const expected = Array.from({ length: COUNT }, (_, n) => String(n));
    for (const data of expected) await first.call('publish', data);
    const received: string[] = [];
    while (received.length < COUNT) received.push((await stream.nextData()) ?? '');
    assert.deepEqual(received, expected);
    assert.equal(await warnings('streams that reconnect')(), Number(isFull), 'what is lost is logged once');

    if (isFull) await redis.stop();
    else await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await waitFor(warnings('the adapter is down'));
    await first.call('publish', 'last', 'id');
    if (isFull) await redis.start();
    const rest: unknown[] = [];
    // A restarted Redis does not know what this process missed, so the stream ends, after this event or before.
    for (let event = await stream.next(); event; event = isFull ? await stream.next() : null)
      rest.push(event.data);
    const again = await EventClient.open(`${second.origin}/news`, stream.lastEventId);
    await second.call('publish', 'of the same id', 'id');
    const all = ['last', ...(isFull ? [] : ['missed nothing']), 'of the same id'];
    while (rest.length < all.length) rest.push(await again.nextData());
    assert.deepEqual(rest.sort(), all.sort(), 'no event comes again');
    stream.leave();
    again.leave();
  });
}
