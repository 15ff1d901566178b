import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openHttpPair, openWsPair } from '../support/transports.js';
import { waitFor } from '../support/wait.js';

const texts = ['["ping"]', '["ä\u2028😀\\n"]', JSON.stringify(['x'.repeat(1_000_000)]), '[]'];

for (const [kind, open] of Object.entries({ ws: openWsPair, http: openHttpPair })) {
  suite(`a transport of kind ${kind}`, () => {
    test('carries texts both ways, whole and in order', async (t) => {
      const { transport, peer, told } = await open(t);
      assert.equal(transport.kind, kind);
      for (const text of texts) await peer.send(text);
      await waitFor(() => told.length === texts.length);
      assert.deepEqual(
        told,
        texts.map((text) => ['message', text]),
      );
      for (const text of texts) transport.send(text);
      for (const text of texts) assert.equal(await peer.next(), text);
    });

    test('reports code and reason of a close and ends once', async (t) => {
      const { transport, peer, told } = await open(t);
      transport.close(4409, 'joined again');
      assert.deepEqual(await peer.closed(), [4409, 'joined again']);
      await waitFor(() => told.length > 0);
      assert.deepEqual(told, [['close', 4409, 'joined again']]);
      transport.send('[]');
      transport.ping();
      transport.close(1000, 'twice');
      transport.terminate();
      await new Promise(setImmediate);
      assert.equal(told.length, 1);
    });

    test('tells once that the other side is gone', async (t) => {
      const { transport, peer, told } = await open(t);
      peer.drop();
      await waitFor(() => told.length > 0);
      assert.deepEqual(told, [['close', 1006, '']]);
      transport.send('[]');
      transport.terminate();
      await new Promise(setImmediate);
      assert.equal(told.length, 1);
    });

    test('ends without a closing handshake when it is terminated', async (t) => {
      const { transport, told } = await open(t);
      transport.terminate();
      await waitFor(() => told.length > 0);
      assert.deepEqual(told, [['close', 1006, '']]);
    });

    test('hears a sign of life after a ping', async (t) => {
      const { transport, peer, told } = await open(t);
      transport.ping();
      transport.send('[]');
      assert.equal(await peer.next(), '[]');
      await waitFor(() => told.length > 0);
      assert.match(String(told[0]), /^(pong|message,\["ping"\])/);
    });

    test('says what has not been read, and when it has', async (t) => {
      const { transport, peer, told } = await open(t);
      const large = 'x'.repeat(5_000_000);
      transport.send(large);
      assert.ok(transport.unsentBytes > 0);
      assert.equal((await peer.next()).length, large.length);
      await waitFor(() => told.some(([what]) => what === 'drain'));
      assert.equal(transport.unsentBytes, 0);
    });
  });
}
