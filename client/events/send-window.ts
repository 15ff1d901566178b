import type { QueueWindow } from '../../src/protocol.js';

/** The limits of a server that names none. */
const DEFAULT_WINDOW: QueueWindow = [32, 1 << 20, 0, 0];

/** Counts the messages that wait on the server, so that the page sends none that the server would refuse. */
export class SendWindow {
  #maxCount = 0;
  #maxChars = 0;
  /** The messages of each event, or after it, that is sent and unanswered. */
  #inFlight: { event: number; count: number; chars: number }[] = [];

  /** @param event the last event that the server received */
  onJoined(event: number, [maxCount, maxChars, count, chars] = DEFAULT_WINDOW): void {
    this.#maxCount = maxCount;
    this.#maxChars = maxChars;
    this.#inFlight = count > 0 ? [{ event, count, chars }] : [];
  }

  /** Returns true if a message may be sent. Two places stay free, for files and a resync. */
  get isOpen(): boolean {
    let count = 2;
    let chars = 0;
    for (const entry of this.#inFlight) {
      count += entry.count;
      chars += entry.chars;
    }
    return !this.#inFlight.length || (count <= this.#maxCount && chars <= this.#maxChars);
  }

  /** @param event the last unanswered event, which acknowledges the message; 0 if nothing does */
  onSent(event: number, chars: number): void {
    if (event) this.#inFlight.push({ event, count: 1, chars });
  }

  onAnswer(event: number): void {
    this.#inFlight = this.#inFlight.filter((entry) => entry.event > event);
  }
}
