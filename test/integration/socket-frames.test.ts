import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrSocketOptions } from '../../src/index.js';
import { closeFrame, frame, Opcode, RawWebsocket } from '../support/raw-websocket.js';
import { createServer, listen } from '../support/server.js';

const { continuation, text, binary, ping, pong } = Opcode;

/** A resource that echoes, and tells of its closes. */
async function openEcho(t: TestContext, options: IssrSocketOptions = {}, early?: Buffer) {
  const fastify = await createServer(t);
  const closes: { code: number; reason: string }[] = [];
  let onClose = () => {};
  const closed = new Promise<void>((resolve) => {
    onClose = resolve;
  });
  const resource = fastify.issrSocket('/echo', options, {
    message: (socket, message) => socket.send(`echo ${message}`),
    close: (_socket, code, reason) => {
      closes.push({ code, reason });
      onClose();
    },
  });
  const raw = await RawWebsocket.open(await listen(fastify), '/echo', early);
  t.after(() => raw.socket.destroy());
  return { resource, raw, closes, closed };
}

test('joins fragments and answers control frames between them', async (t) => {
  const { raw } = await openEcho(t);
  raw.send(
    frame(text, 'frag', { fin: false }),
    frame(ping, 'between'),
    frame(continuation, 'men', { fin: false }),
    frame(pong, 'unasked'),
    frame(continuation, '', { fin: false }),
    frame(continuation, 'ted'),
  );
  assert.deepEqual(await raw.next(), { opcode: pong, payload: Buffer.from('between') });
  assert.equal(await raw.nextText(), 'echo fragmented');
});

test('accepts frames byte by byte and characters cut by fragments', async (t) => {
  const { raw } = await openEcho(t, { maxFrameBytes: 1000 });
  const euro = Buffer.from('€');
  const bytes = Buffer.concat([
    frame(text, euro.subarray(0, 1), { fin: false }),
    frame(continuation, Buffer.concat([euro.subarray(1), Buffer.from('x'.repeat(300))])),
  ]);
  for (const byte of bytes) {
    raw.send(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await raw.nextText(), `echo €${'x'.repeat(300)}`);
});

test('keeps data behind the handshake in the same packet', async (t) => {
  const { raw } = await openEcho(t, { maxFrameBytes: 1000 }, frame(text, 'early'));
  assert.equal(await raw.nextText(), 'echo early');
});

test('answers a ping with its payload, up to 125 bytes', async (t) => {
  const { raw } = await openEcho(t);
  for (const payload of ['', 'hello', 'x'.repeat(125)]) {
    raw.send(frame(ping, payload));
    assert.deepEqual(await raw.next(), { opcode: pong, payload: Buffer.from(payload) });
  }
});

const broken: [what: string, bytes: Buffer, code: number][] = [
  ['invalid UTF-8', frame(text, Buffer.from([0xc3, 0x28])), 1007],
  ['a surrogate in UTF-8', frame(text, Buffer.from([0xed, 0xa0, 0x80])), 1007],
  ['an unmasked frame', frame(text, 'x', { masked: false }), 1002],
  ['reserved bit 1', frame(text, 'x', { reserved: 0x40 }), 1002],
  ['reserved bit 2', frame(text, 'x', { reserved: 0x20 }), 1002],
  ['reserved bit 3', frame(text, 'x', { reserved: 0x10 }), 1002],
  ['an unknown opcode', frame(3, 'x'), 1002],
  ['an unknown control opcode', frame(11, 'x'), 1002],
  ['a continuation of nothing', frame(continuation, 'x'), 1002],
  ['a message within another', Buffer.concat([frame(text, 'a', { fin: false }), frame(text, 'b')]), 1002],
  ['a control frame in fragments', frame(ping, 'x', { fin: false }), 1002],
  ['a control frame above 125 bytes', frame(ping, 'x'.repeat(126)), 1002],
  ['a close with half a code', frame(Opcode.close, 'x'), 1002],
  ['a close with a reserved code', closeFrame(1005), 1002],
  ['a close with an unknown code', closeFrame(2999), 1002],
  ['a close whose reason is no UTF-8', frame(Opcode.close, Buffer.from([0x03, 0xe8, 0xff])), 1007],
  ['a binary message', frame(binary, 'x'), 1003],
  [
    'a message in too many fragments',
    Buffer.concat([
      frame(text, '', { fin: false }),
      ...Array.from({ length: 16 * 1024 }, () => frame(continuation, '', { fin: false })),
    ]),
    1008,
  ],
  ['a length above what a number holds', frame(text, '', { length: Number.MAX_SAFE_INTEGER + 1 }), 1009],
];

for (const [what, bytes, code] of broken) {
  test(`${what} closes with ${code}`, async (t) => {
    const { raw, closes, closed, resource } = await openEcho(t);
    raw.send(bytes);
    assert.equal((await raw.closed()).code, code);
    raw.socket.end();
    await closed;
    assert.equal(closes[0]?.code, code);
    assert.equal(resource.clients.size, 0);
  });
}

test('maxMessageBytes allows a message of its size, in any frames', async (t) => {
  for (const [fits, tooBig] of [
    [frame(text, 'x'.repeat(1000)), frame(text, 'x'.repeat(1001))],
    [
      Buffer.concat([frame(text, 'x'.repeat(500), { fin: false }), frame(continuation, 'x'.repeat(500))]),
      Buffer.concat([frame(text, 'x'.repeat(500), { fin: false }), frame(continuation, 'x'.repeat(501))]),
    ],
  ] as const) {
    const { raw } = await openEcho(t, { maxMessageBytes: 1000 });
    raw.send(fits);
    assert.equal((await raw.nextText()).length, 1005);
    raw.send(tooBig);
    assert.equal((await raw.closed()).code, 1009);
  }
});

test('maxFrameBytes allows a frame of its size', async (t) => {
  const { raw, closes, closed } = await openEcho(t, { maxMessageBytes: 100_000, maxFrameBytes: 200 });
  const parts = Array.from({ length: 100 }, (_, i) =>
    frame(i === 0 ? text : continuation, 'x'.repeat(200), { fin: i === 99 }),
  );
  raw.send(...parts);
  assert.equal((await raw.nextText()).length, 20_005);
  raw.send(frame(text, 'x'.repeat(201)));
  assert.deepEqual(await raw.closed(), { code: 1009, reason: 'frame too big' });
  raw.socket.end();
  await closed;
  assert.deepEqual(closes, [{ code: 1009, reason: 'frame too big' }]);
});

test('refuses a frame by its announced length', async (t) => {
  const { raw } = await openEcho(t, { maxMessageBytes: 1000 });
  raw.send(frame(text, 'x', { length: 2 ** 40 }));
  assert.equal((await raw.closed()).code, 1009);
});

test('answers a close with its code', async (t) => {
  for (const [sent, code, reason] of [
    [closeFrame(1000, 'done'), 1000, 'done'],
    [closeFrame(1001), 1001, ''],
    [closeFrame(4999, 'ö'), 4999, 'ö'],
    [frame(Opcode.close), 1005, ''],
  ] as const) {
    const { raw, closes, closed } = await openEcho(t);
    raw.send(frame(text, 'last'), sent, frame(text, 'after the close'));
    assert.equal(await raw.nextText(), 'echo last');
    assert.equal((await raw.closed()).code, code);
    await raw.ended();
    raw.socket.end();
    await closed;
    assert.deepEqual(closes, [{ code, reason }]);
  }
});

test('reads a half-closed connection to its end', async (t) => {
  const { raw, closes, closed, resource } = await openEcho(t);
  raw.send(frame(text, 'last words'));
  assert.equal(await raw.nextText(), 'echo last words');
  raw.socket.end();
  await raw.ended();
  await closed;
  assert.deepEqual(closes, [{ code: 1006, reason: '' }]);
  assert.equal(resource.clients.size, 0);
});

test('releases a client that resets the connection', async (t) => {
  const { raw, closes, closed } = await openEcho(t);
  raw.socket.resetAndDestroy();
  await closed;
  assert.deepEqual(closes, [{ code: 1006, reason: '' }]);
});

test('cuts a client after closeTimeout', async (t) => {
  const { raw, closes, closed, resource } = await openEcho(t, { closeTimeout: 50 });
  for (const socket of resource.clients) socket.close(4000, 'go');
  assert.deepEqual(await raw.closed(), { code: 4000, reason: 'go' });
  await closed;
  assert.deepEqual(closes, [{ code: 4000, reason: 'go' }]);
});
