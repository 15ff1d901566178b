import { textFrame } from './text-frame.js';

/** A text that is sent to many pages. It is encoded once for each transport. */
export class SharedText {
  readonly text: string;
  #frame: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The text as a frame of a websocket. */
  get frame(): Buffer {
    this.#frame ??= textFrame(this.text);
    return this.#frame;
  }
}
