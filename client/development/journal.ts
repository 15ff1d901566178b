import type { ClientMessage, ServerMessage } from '../../src/protocol.js';
import { listen } from '../dom.js';

/** Notes that are kept until a panel reads them: about 50 events. The oldest is dropped first. */
const MAX_NOTES = 200;

/** A step of page or server, with its time of `performance.now()`. */
export type Note = { at: number } & (
  | { kind: 'sent'; message: ClientMessage }
  | { kind: 'received'; message: ServerMessage }
  | { kind: 'patching' }
  | { kind: 'patched'; event: number }
);

/** Keeps the last notes, so that a panel that is opened later shows what came before. */
export class Journal {
  #notes: Note[] = [];
  #read?: (note: Note) => void;

  constructor() {
    listen(document, 'issr:before-patch', () => this.add({ kind: 'patching', at: performance.now() }));
    listen(document, 'issr:patch', ({ detail }) =>
      this.add({ kind: 'patched', event: detail.event, at: performance.now() }),
    );
  }

  add(note: Note): void {
    if (this.#read) return this.#read(note);
    this.#notes.push(note);
    if (this.#notes.length > MAX_NOTES) this.#notes.shift();
  }

  /** Reads all notes so far, and from now on each as it is made. */
  readBy(read: (note: Note) => void): void {
    this.#read = read;
    this.#notes.forEach(read);
    this.#notes = [];
  }
}
