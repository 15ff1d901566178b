import assert from 'node:assert/strict';
import type { Writable } from 'node:stream';
import { test } from 'node:test';
import * as ws from 'ws';
import { SharedText } from '../../src/connection/transports/shared-text.js';

/** The types of ws lack its parser. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

test('a shared text is one websocket frame, whatever its length', async () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 100_000]) {
    const text = 'ü'.repeat(length >> 1) + 'x'.repeat(length & 1);
    const receiver = new Receiver({ isServer: false });
    const received = new Promise<string>((resolve, reject) => {
      receiver.on('message', (data: Buffer, isBinary: boolean) => resolve(`${isBinary} ${data}`));
      receiver.on('error', reject);
    });
    const shared = new SharedText(text);
    assert.equal(shared.frame, shared.frame);
    receiver.write(shared.frame);
    assert.equal(await received, `false ${text}`);
  }
});
