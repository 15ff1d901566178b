import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opcodes of RFC 6455. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  opcode: number;
  payload: Buffer;
}

interface FrameOptions {
  /** The last of its message. */
  fin?: boolean;
  masked?: boolean;
  /** Reserved bits: 0x40, 0x20, 0x10. */
  reserved?: number;
  /** The length that the header says, where it is not the payload's. */
  length?: number;
}

/** The bytes of a frame as a client sends it; with options, one that it must not send. */
export function frame(opcode: number, payload: string | Buffer = '', options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0 } = options;
  const data = Buffer.from(payload as string);
  const length = options.length ?? data.length;
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const size = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) size.writeUInt16BE(length);
  if (short === 127) size.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([(fin ? 0x80 : 0) | reserved | opcode, (masked ? 0x80 : 0) | short]);
  if (!masked) return Buffer.concat([head, size, data]);
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, size, mask, data.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

/** A close frame with its code and reason. */
export function closeFrame(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(Opcode.close, payload);
}

/** A websocket client that sends what it is told, byte for byte, right or wrong. */
export class RawWebsocket {
  readonly socket: Socket;
  #received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** @param early bytes that follow the handshake's without waiting for its answer */
  static async open(origin: string, path: string, early: Buffer = Buffer.alloc(0)): Promise<RawWebsocket> {
    const { hostname, port, host } = new URL(origin);
    // Half-open: what the server does at our end is seen, and not done by Node.
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    await once(socket, 'connect');
    const raw = new RawWebsocket(socket);
    const head = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Origin: ${origin}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ].join('\r\n');
    raw.send(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), early]));
    const answer = await raw.#takeUntil('\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 101 /);
    // The example of RFC 6455, section 1.3.
    assert.match(answer, /sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
    return raw;
  }

  send(...bytes: Buffer[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** The server's next frame; null after its end. */
  async next(): Promise<Frame | null> {
    if (!(await this.#fill(2))) return null;
    assert.equal((this.#received[1] ?? 0) & 0x80, 0, 'a server masks nothing');
    const short = (this.#received[1] ?? 0) & 0x7f;
    const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    await this.#fill(2 + sizeBytes);
    const size = this.#received.subarray(2, 2 + sizeBytes);
    const length = sizeBytes === 0 ? short : Number(`0x${size.toString('hex')}`);
    await this.#fill(2 + sizeBytes + length);
    const opcode = (this.#received[0] ?? 0) & 0x0f;
    const payload = this.#received.subarray(2 + sizeBytes, 2 + sizeBytes + length);
    this.#received = this.#received.subarray(2 + sizeBytes + length);
    return { opcode, payload };
  }

  async nextText(): Promise<string> {
    const next = await this.next();
    assert.equal(next?.opcode, Opcode.text);
    return String(next?.payload);
  }

  /** The code and reason of the server's close, which must be its last frame, and the end of its side. */
  async closed(): Promise<{ code: number; reason: string }> {
    const next = await this.next();
    assert.equal(next?.opcode, Opcode.close);
    const payload = next?.payload ?? Buffer.alloc(0);
    if (payload.length === 0) return { code: 1005, reason: '' };
    return { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() };
  }

  /** Resolves when the server has ended its side. */
  async ended(): Promise<void> {
    assert.equal(await this.next(), null);
  }

  async #takeUntil(end: string): Promise<string> {
    while (!this.#received.includes(end)) assert.ok(await this.#read(), 'an answer to the handshake');
    const at = this.#received.indexOf(end) + end.length;
    const text = this.#received.subarray(0, at).toString();
    this.#received = this.#received.subarray(at);
    return text;
  }

  async #fill(count: number): Promise<boolean> {
    while (this.#received.length < count) {
      if (!(await this.#read())) return false;
    }
    return true;
  }

  async #read(): Promise<boolean> {
    for (;;) {
      const bytes = this.socket.read() as Buffer | null;
      if (bytes) {
        this.#received = Buffer.concat([this.#received, bytes]);
        return true;
      }
      if (this.socket.readableEnded || this.socket.destroyed) return false;
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const event of ['readable', 'end', 'close', 'error']) this.socket.off(event, done);
          resolve();
        };
        for (const event of ['readable', 'end', 'close', 'error']) this.socket.on(event, done);
      });
    }
  }
}
