/** The longest header of a frame: 2 bytes, 8 of length, 4 of mask. */
const LENGTH_BYTES = { 126: 2, 127: 8 } as const;
const MASK_BYTES = 4;

/**
 * Reads along the bytes of a websocket, and says how long its frames are. `ws` has a limit for messages
 * only, and a message may come in any number of frames.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class FrameLengths {
  readonly #header: number[] = [];
  /** Bytes of the current frame that are still to come. */
  #left = 0;

  /** The length of the longest payload that is announced in these bytes. */
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

/** Undefined while the header is not complete. */
function payloadLength([first, second, ...rest]: readonly number[]): number | undefined {
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  if (short !== 126 && short !== 127) return short;
  if (rest.length < LENGTH_BYTES[short]) return undefined;
  return rest.reduce((length, byte) => length * 256 + byte, 0);
}
