/** A frame's header: 2 bytes, then up to 8 of length and 4 of mask. */
const LENGTH_BYTES = { 126: 2, 127: 8 } as const;
const MASK_BYTES = 4;

/**
 * Parses the frame lengths in the bytes of a websocket. `ws` limits whole messages only, and a message may
 * consist of any number of frames.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class FrameLengths {
  readonly #header: number[] = [];
  /** Bytes of the current frame that have not arrived. */
  #left = 0;

  /** Returns the length of the longest payload announced in these bytes. */
  read(bytes: Uint8Array): number {
    let longest = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      this.#header.push(bytes[at++] ?? 0);
      const length = payloadLength(this.#header);
      if (length === undefined) continue;
      this.#left = length + ((this.#header[1] ?? 0) & 0x80 ? MASK_BYTES : 0);
      this.#header.length = 0;
      longest = Math.max(longest, length);
    }
    return longest;
  }
}

/** Returns undefined while the header is incomplete. */
function payloadLength([first, second, ...rest]: readonly number[]): number | undefined {
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  if (short !== 126 && short !== 127) return short;
  if (rest.length < LENGTH_BYTES[short]) return undefined;
  return rest.reduce((length, byte) => length * 256 + byte, 0);
}
