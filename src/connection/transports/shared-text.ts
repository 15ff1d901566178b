/** A text that is sent to many pages. It is encoded once for each transport. */
export class SharedText {
  readonly text: string;
  #frame: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /**
   * The text as an unmasked websocket frame.
   *
   * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
   */
  get frame(): Buffer {
    this.#frame ??= frameOf(Buffer.from(this.text));
    return this.#frame;
  }
}

const FINAL_TEXT = 0x81;

function frameOf(payload: Buffer): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = FINAL_TEXT;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}
