/** Bytes in front of a text, for its length. */
const LENGTH = 4;
/** Bytes in front of the first text of a pair, for the place of the second one. */
const PLACE = 8;

class Chunk {
  /** Texts in it, each as often as it was added. */
  count = 0;
  /** Characters in it, those of removed texts included. */
  used = 0;

  constructor(
    readonly number: number,
    /** Place of its first text. */
    readonly start: number,
    readonly bytes: Buffer,
  ) {}

  hasRoom(length: number): boolean {
    return 2 * (this.used + length) <= this.bytes.length;
  }

  /** Returns the place of a text that is to be written, and of the bytes in front of it. */
  reserve(length: number): number {
    const place = this.start + this.used;
    this.count++;
    this.used += length;
    return place;
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
  /** The chunk that texts are added to. */
  #current = new Chunk(0, 0, Buffer.alloc(0));
  readonly #chunkLength: number;
  /** The last second text of each group, if it is in `#current`. */
  readonly #last = new Map<symbol, { text: string; place: number }>();
  #bytes = 0;

  /** @param chunkLength characters of a chunk. A longer text gets a chunk of its own, which is not used again. */
  constructor(chunkLength: number) {
    this.#chunkLength = chunkLength;
  }

  /** Memory of all chunks, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns the place of the pair.
   *
   * @param group of pairs whose second texts are often equal. Such a text is written once in each chunk.
   */
  add(first: string, second: string, group?: symbol): number {
    const secondPlace = this.#addSecond(second, group);
    const length = (LENGTH + PLACE) / 2 + first.length;
    const chunk = this.#chunkFor(length);
    const place = chunk.reserve(length);
    writeText(chunk.bytes, first, chunk.bytes.writeDoubleLE(secondPlace, this.#offsetOf(place)));
    return place;
  }

  /** The texts of a place: the second one is read only if the first one is wanted. */
  read(place: number, isWanted: (first: string) => boolean): [first: string, second: string] | undefined {
    const { bytes } = this.#chunkOf(place);
    const at = this.#offsetOf(place);
    const first = readText(bytes, at + PLACE);
    if (!isWanted(first)) return undefined;
    const second = bytes.readDoubleLE(at);
    return [first, readText(this.#chunkOf(second).bytes, this.#offsetOf(second))];
  }

  /** Removes the pair of a place, once. */
  remove(place: number): void {
    const chunk = this.#chunkOf(place);
    this.#leave(this.#chunkOf(chunk.bytes.readDoubleLE(this.#offsetOf(place))));
    this.#leave(chunk);
  }

  #addSecond(text: string, group: symbol | undefined): number {
    const last = group && this.#last.get(group);
    if (last?.text === text) {
      this.#current.count++;
      return last.place;
    }
    const length = LENGTH / 2 + text.length;
    const chunk = this.#chunkFor(length);
    const place = chunk.reserve(length);
    writeText(chunk.bytes, text, this.#offsetOf(place));
    if (group && chunk === this.#current) this.#last.set(group, { text, place });
    return place;
  }

  /** A text of the chunk was removed. */
  #leave(chunk: Chunk): void {
    chunk.count--;
    if (chunk.count > 0) return;
    if (chunk !== this.#current) return this.#close(chunk);
    chunk.used = 0;
    this.#last.clear();
  }

  #chunkFor(length: number): Chunk {
    if (length > this.#chunkLength) return this.#open(length);
    if (!this.#current.hasRoom(length)) {
      this.#current = this.#open(length);
      this.#last.clear();
    }
    return this.#current;
  }

  #open(length: number): Chunk {
    const bytes = length > this.#chunkLength ? undefined : this.#spare.pop();
    const number = this.#numbers.pop() ?? this.#chunks.length;
    const chunk = new Chunk(
      number,
      number * this.#chunkLength,
      bytes ?? Buffer.allocUnsafeSlow(2 * Math.max(this.#chunkLength, length)),
    );
    this.#chunks[number] = chunk;
    this.#bytes += chunk.bytes.length;
    return chunk;
  }

  #close(chunk: Chunk): void {
    this.#chunks[chunk.number] = undefined;
    this.#bytes -= chunk.bytes.length;
    this.#numbers.push(chunk.number);
    if (chunk.bytes.length === 2 * this.#chunkLength) this.#spare.push(chunk.bytes);
    const inUse = this.#chunks.length - this.#numbers.length;
    if (this.#spare.length > inUse) this.#spare.length = inUse;
  }

  #chunkOf(place: number): Chunk {
    return this.#chunks[Math.floor(place / this.#chunkLength)] as Chunk;
  }

  /** Returns the place in bytes from the start of its chunk. */
  #offsetOf(place: number): number {
    return 2 * (place % this.#chunkLength);
  }
}

function writeText(bytes: Buffer, text: string, at: number): void {
  bytes.write(text, bytes.writeUInt32LE(text.length, at), 'utf16le');
}

/** V8 keeps a text of ISO 8859-1 in half the memory, but not one that was read as UTF-16. */
function readText(bytes: Buffer, at: number): string {
  const start = at + LENGTH;
  const text = bytes.toString('utf16le', start, start + 2 * bytes.readUInt32LE(at));
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : text;
}
