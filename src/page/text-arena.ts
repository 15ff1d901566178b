/** Characters of a chunk. A longer pair gets a chunk of its own. */
const CHUNK = 128 * 1024;
/** Characters in front of a pair, for the lengths of its texts. */
const LENGTHS = 4;

class Chunk {
  /** Pairs in it. */
  count = 0;
  /** Characters in it, those of removed pairs included. */
  used = 0;

  constructor(
    /** Its pairs have places from `CHUNK` times this number on. */
    readonly number: number,
    readonly bytes: Buffer,
  ) {}

  hasRoom(length: number): boolean {
    return 2 * (this.used + length) <= this.bytes.length;
  }
}

/**
 * Keeps pairs of texts in buffers, where the garbage collector does not see them. On V8's heap, a text that is kept for
 * some seconds is copied up to three times. The encoding is UTF-16, which loses nothing, and is written ten times as fast
 * as UTF-8 if a text is not ASCII.
 */
export class TextArena {
  readonly #chunks: (Chunk | undefined)[] = [];
  /** Numbers of closed chunks. */
  readonly #numbers: number[] = [];
  /** Buffers of closed chunks, so that a busy site allocates none. */
  readonly #spare: Buffer[] = [];
  /** The chunk that pairs are added to. */
  #current = new Chunk(0, Buffer.alloc(0));
  #bytes = 0;

  /** Memory of all chunks, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the place of the pair. */
  add(first: string, second: string): number {
    const length = LENGTHS + first.length + second.length;
    const chunk = this.#chunkFor(length);
    const { bytes, used, number } = chunk;
    chunk.count++;
    chunk.used += length;
    let at = bytes.writeUInt32LE(first.length, 2 * used);
    at = bytes.writeUInt32LE(second.length, at);
    at += bytes.write(first, at, 'utf16le');
    bytes.write(second, at, 'utf16le');
    return number * CHUNK + used;
  }

  /** The texts of a place: the second one is read only if the first one is wanted. */
  read(place: number, isWanted: (first: string) => boolean): [first: string, second: string] | undefined {
    const { bytes } = this.#chunkOf(place);
    const at = 2 * (place % CHUNK);
    const start = at + 2 * LENGTHS;
    const middle = start + 2 * bytes.readUInt32LE(at);
    const first = readText(bytes, start, middle);
    if (!isWanted(first)) return undefined;
    return [first, readText(bytes, middle, middle + 2 * bytes.readUInt32LE(at + 4))];
  }

  /** Removes the pair of a place, once. */
  remove(place: number): void {
    const chunk = this.#chunkOf(place);
    chunk.count--;
    if (chunk.count > 0) return;
    if (chunk === this.#current) chunk.used = 0;
    else this.#close(chunk);
  }

  #chunkFor(length: number): Chunk {
    if (length > CHUNK) return this.#open(length);
    if (!this.#current.hasRoom(length)) this.#current = this.#open(length);
    return this.#current;
  }

  #open(length: number): Chunk {
    const bytes = length > CHUNK ? undefined : this.#spare.pop();
    const number = this.#numbers.pop() ?? this.#chunks.length;
    const chunk = new Chunk(number, bytes ?? Buffer.allocUnsafeSlow(2 * Math.max(CHUNK, length)));
    this.#chunks[number] = chunk;
    this.#bytes += chunk.bytes.length;
    return chunk;
  }

  #close(chunk: Chunk): void {
    this.#chunks[chunk.number] = undefined;
    this.#bytes -= chunk.bytes.length;
    this.#numbers.push(chunk.number);
    if (chunk.bytes.length === 2 * CHUNK) this.#spare.push(chunk.bytes);
    const inUse = this.#chunks.length - this.#numbers.length;
    if (this.#spare.length > inUse) this.#spare.length = inUse;
  }

  #chunkOf(place: number): Chunk {
    return this.#chunks[Math.floor(place / CHUNK)] as Chunk;
  }
}

/** V8 keeps a text of ISO 8859-1 in half the memory, but not one that was read as UTF-16. */
function readText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf16le', from, to);
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : text;
}
