import type { HtmlPieces } from '../pieces/html-pieces.js';
import type { HtmlStore, Transition } from './html-store.js';
import type { StoredHtml } from './stored-html.js';

/** The changes of pages that become equal. Each is found once for all pages that had the same HTML before. */
export class SharedTransitions {
  readonly html: string;
  readonly #store: HtmlStore;
  readonly #pieces: HtmlPieces | undefined;
  readonly #transitions = new Map<StoredHtml | undefined, Transition>();

  constructor(store: HtmlStore, html: string, pieces?: HtmlPieces) {
    this.#store = store;
    this.#pieces = pieces;
    this.html = html;
  }

  /** Returns the change from `before`. Its HTML is retained for the caller. */
  from(before: StoredHtml | undefined): Transition {
    let transition = this.#transitions.get(before);
    if (!transition) {
      transition = this.#store.transition(before, this.#pieces ?? this.html);
      this.#transitions.set(before, transition);
    }
    transition.after.references++;
    return transition;
  }

  /** Ends the use of the HTML here. The pages keep theirs. */
  release(): void {
    for (const { after } of this.#transitions.values()) this.#store.release(after);
    this.#transitions.clear();
  }
}
