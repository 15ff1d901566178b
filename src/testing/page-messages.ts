import type { ClientMessage, ServerMessage } from '../protocol.js';

/** Follows the messages of one document: its page's id, and the events without an answer. */
export class PageMessages {
  /** The page's id on the server, once it joined. */
  id: string | undefined;
  #lastSent = 0;
  #lastAnswered = 0;

  get hasUnanswered(): boolean {
    return this.#lastSent > this.#lastAnswered;
  }

  onSent([verb, event]: ClientMessage): void {
    if (verb === 'event') this.#lastSent = Number(event);
  }

  onReceived(message: ServerMessage): void {
    switch (message[0]) {
      case 'joined':
        this.id = message[4].split('.')[0];
        this.#onAnswer(message[1]);
        return;
      case 'patch':
      case 'page':
      case 'redirect':
      case 'error':
        this.#onAnswer(message[1]);
    }
  }

  #onAnswer(event: number): void {
    this.#lastAnswered = Math.max(this.#lastAnswered, event);
  }
}
