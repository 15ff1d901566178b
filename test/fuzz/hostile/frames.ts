import type { Random } from '../random.js';

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Differences of a frame from a browser's. */
export interface FrameOptions {
  fin?: boolean;
  /** The reserved bits, as a number from 0 to 7. */
  reserved?: number;
  masked?: boolean;
  /** Payload length in the header. */
  length?: number;
}

/** Builds a websocket frame (RFC 6455, section 5.2), valid or not. */
export function frame(opcode: number, payload: string | Buffer = '', options: FrameOptions = {}): Buffer {
  const data = Buffer.from(payload);
  const { fin = true, reserved = 0, masked = true, length = data.length } = options;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const header = length < 126 ? Buffer.from([first, mask | length]) : longHeader(first, mask, length);
  // The mask is zero: it changes nothing, and a payload stays readable in a trace.
  return Buffer.concat(masked ? [header, Buffer.alloc(4), data] : [header, data]);
}

function longHeader(first: number, mask: number, length: number): Buffer {
  if (length < 65_536) return Buffer.from([first, mask | 126, length >> 8, length & 255]);
  const header = Buffer.from([first, mask | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

export interface Frame {
  opcode: number;
  payload: Buffer;
}

/** The whole frames that a server sent: never masked, never in fragments. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] as number) & 127;
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const start = at + 2 + extra;
    if (start > bytes.length) break;
    const length =
      extra === 8 ? Number(bytes.readBigUInt64BE(at + 2)) : extra ? bytes.readUInt16BE(at + 2) : short;
    if (start + length > bytes.length) break;
    frames.push({ opcode: (bytes[at] as number) & 15, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}

/** A message in frames that are legal and unusual: in pieces, some empty, with control frames between. */
export function fragmented(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text);
  const frames: Buffer[] = [];
  let at = 0;
  for (let count = 1 + random.below(5); count > 0; count--) {
    const end = at + random.below(bytes.length - at + 1);
    frames.push(
      frame(frames.length ? Opcode.continuation : Opcode.text, bytes.subarray(at, end), { fin: false }),
    );
    if (random.chance(0.3)) frames.push(frame(random.pick([Opcode.ping, Opcode.pong]), 'between'));
    at = end;
  }
  // A pong needs no ping.
  return Buffer.concat([...frames, frame(Opcode.continuation, bytes.subarray(at))]);
}

type Maker = (random: Random, text: string) => Buffer;

const CLOSE_PAYLOADS = [
  '',
  'x',
  '\x03\xe8',
  '\x03\xed',
  '\x00\x00',
  '\xff\xff',
  '\x03\xe8\xff\xfe',
  '\x0f\xa0bye',
];

/** Frames that break RFC 6455 or this protocol's use of it. Nothing that follows them is read. */
const broken: Maker[] = [
  (_, text) => frame(Opcode.text, text, { masked: false }),
  (random, text) => frame(Opcode.text, text, { reserved: 1 + random.below(7) }),
  (random, text) => frame(random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), text),
  (_, text) => frame(Opcode.binary, text),
  (_, text) => frame(Opcode.continuation, text),
  (_, text) => Buffer.concat([frame(Opcode.text, text, { fin: false }), frame(Opcode.text, text)]),
  (random, text) => frame(random.pick([Opcode.ping, Opcode.close]), text, { fin: false }),
  () => frame(Opcode.ping, Buffer.alloc(126)),
  () => frame(Opcode.text, Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d])),
  (random) => frame(Opcode.close, Buffer.from(random.pick(CLOSE_PAYLOADS), 'latin1')),
  (random, text) => frame(Opcode.text, text, { length: random.pick([2 ** 20, 2 ** 32, 2 ** 53, 2 ** 63]) }),
  (random, text) => frame(Opcode.text, text, { length: Buffer.byteLength(text) + 1 + random.below(100) }),
  (random, text) => {
    const whole = frame(Opcode.text, text);
    return whole.subarray(0, random.below(whole.length));
  },
  (random) => Buffer.from(Array.from({ length: 1 + random.below(40) }, () => random.below(256))),
  () =>
    Buffer.concat([
      frame(Opcode.text, '', { fin: false }),
      ...Array(500).fill(frame(Opcode.continuation, '', { fin: false })),
    ]),
];

/** Some frames that are refused, or wait for bytes that never come. */
export function brokenFrames(random: Random, text: string): Buffer {
  return random.pick(broken)(random, text);
}
