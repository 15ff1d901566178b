import type { HtmlStore, Transition } from '../../html/store/html-store.js';
import { atTurnEnd } from '../../limits/turn-end.js';
import type { Answer, PrefetchNonces, ServerMessage } from '../../protocol.js';
import type { PageConnection } from './page-connection.js';
import { ShadowHtml } from './shadow-html.js';

/** Sends the messages of one page by its current connection, and records the HTML that its browser has. */
export class PageOutput {
  /** Number of the last event whose render began. */
  lastAnsweredEvent = 0;
  readonly #shadow: ShadowHtml;
  #connection: PageConnection | null = null;
  #lastAnswer: Answer | undefined;
  /** Sends the answer to the last event, at the end of the turn. */
  #delayed: (() => void) | undefined;

  constructor(store: HtmlStore) {
    this.#shadow = new ShadowHtml(store);
  }

  /** The record of the browser's shadow, with all changes so far. */
  get shadow(): ShadowHtml {
    this.flush();
    return this.#shadow;
  }

  /** Null while the page waits for another connection, and after its end. */
  get connection(): PageConnection | null {
    return this.#connection;
  }

  /** Starts to use a connection. Ends the one before with `replaced`, if that is given. */
  connect(connection: PageConnection, replaced?: { code: number; reason: string }): void {
    this.flush();
    if (replaced) this.#connection?.end(replaced.code, replaced.reason);
    this.#connection = connection;
  }

  /** Stops using a connection that was lost. */
  disconnect(): void {
    this.flush();
    this.#connection = null;
  }

  /** Releases the HTML and ends the connection of a closed page. */
  release(code: number, reason: string): void {
    this.shadow.drop();
    this.shadow.dropPrefetched();
    this.#connection?.end(code, reason);
    this.#connection = null;
  }

  /**
   * Sends a change at the end of this turn of the event loop, or before the next message, event or look at the shadow.
   *
   * @param sendChange must not throw
   */
  sendAtTurnEnd(sendChange: () => void): void {
    this.#delayed = sendChange;
    atTurnEnd(() => this.flush());
  }

  /** Sends a change that waits for the end of the turn. */
  flush(): void {
    const delayed = this.#delayed;
    this.#delayed = undefined;
    delayed?.();
  }

  send(message: ServerMessage): void {
    this.flush();
    this.#connection?.send(message);
  }

  /** Sends an answer and keeps it: a connection that ends may take it along. */
  sendAnswer(answer: Answer): void {
    this.keepAnswer(answer);
    this.send(answer);
  }

  keepAnswer(answer: Answer | undefined): void {
    this.#lastAnswer = answer;
  }

  /** The last such answer, if the browser has seen those up to `event` only. */
  answerAfter(event: number): Answer | undefined {
    return this.#lastAnswer && this.#lastAnswer[1] > event ? this.#lastAnswer : undefined;
  }

  /**
   * Sends the change to `html`: its instructions, or the whole page.
   *
   * @param isShared other pages get the same change
   */
  sendTransition(transition: Transition, html: string, isShared = false): void {
    const { after, patch } = transition;
    this.#shadow.advance(after);
    if (patch === null) this.send(['page', this.lastAnsweredEvent, after.html ?? html]);
    else if (isShared) this.#connection?.sendShared(this.lastAnsweredEvent, transition);
    else this.#connection?.sendPatch(this.lastAnsweredEvent, patch);
  }

  /** Makes the browser apply the messages that wait for a change. */
  sendEmptyPatch(): void {
    this.shadow.countPatch();
    this.#connection?.sendPatch(this.lastAnsweredEvent, '');
  }

  /** Sends a change that the browser may show ahead, and whose HTML is kept until then. The page stays as it is. */
  sendPrefetched(id: number, { after, patch }: Transition, html: string, nonces?: PrefetchNonces): void {
    const { patchCount } = this.shadow;
    if (patch !== null) return this.#connection?.sendPrefetched(id, patchCount, patch, nonces);
    const whole = after.html ?? html;
    this.send(nonces ? ['prefetched', id, patchCount, whole, nonces] : ['prefetched', id, patchCount, whole]);
  }
}
