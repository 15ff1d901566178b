import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameLengths } from '../../src/sockets/frames.js';
import { frame } from '../support/raw-websocket.js';

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 130 }),
  fc.integer({ min: 65_530, max: 65_540 }),
  fc.constantFrom(0, 125, 126, 127),
);
const frames = fc.array(
  fc.record({ opcode: fc.integer({ min: 0, max: 15 }), length: lengths, masked: fc.boolean() }),
  {
    maxLength: 8,
  },
);

test("finds each frame's length, wherever the network cuts it", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 70_000 }), { maxLength: 20 }), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.map(({ opcode, length, masked }) => frame(opcode, Buffer.alloc(length, 0xff), { masked })),
      );
      const reader = new FrameLengths();
      let longest = 0;
      let from = 0;
      for (const size of [...cuts, bytes.length]) {
        longest = Math.max(longest, reader.read(bytes.subarray(from, from + size)));
        from += size;
      }
      assert.equal(longest, Math.max(0, ...frames.map(({ length }) => length)));
    }),
  );
});

test('a length of eight bytes is found as it is announced', () => {
  const reader = new FrameLengths();
  assert.equal(reader.read(frame(2, '', { length: 2 ** 40 })), 2 ** 40);
});
