import { randomUUID } from 'node:crypto';

/** The id of a page, and the token that proves it. */
export interface SignedId {
  readonly id: string;
  readonly token: string;
}

/** Most ids that are signed at once. */
const MAX_AHEAD = 64;
/** Milliseconds for which signed ids are kept: the lifetime of a token begins when it is signed. */
const MAX_AGE = 1000;

/**
 * Issues ids that are signed already. Among the other work of a load, a signature takes several times as long as in a loop.
 * So a busy site signs as many ids at once as it needs within a second, and a quiet one signs each when it is needed.
 */
export class SignedIds {
  readonly #sign: (id: string, issued: number) => string;
  readonly #maxAge: number;
  #ready: SignedId[] = [];
  #issued = Number.NEGATIVE_INFINITY;
  #count = 1;

  /**
   * @param sign returns the token of an id
   * @param lifetime of a token, in milliseconds
   */
  constructor(sign: (id: string, issued: number) => string, lifetime: number) {
    this.#sign = sign;
    this.#maxAge = Math.min(MAX_AGE, lifetime / 100);
  }

  /** Returns an id that was not issued before. */
  take(): SignedId {
    const now = Date.now();
    const isRecent = now - this.#issued < this.#maxAge;
    const ready = isRecent ? this.#ready.pop() : undefined;
    if (ready) return ready;
    this.#count = isRecent ? Math.min(2 * this.#count, MAX_AHEAD) : 1;
    this.#issued = now;
    this.#ready = Array.from({ length: this.#count }, () => this.#create(now));
    return this.#ready.pop() as SignedId;
  }

  #create(issued: number): SignedId {
    const token = this.#sign(randomUUID(), issued);
    // A UUID is a tree of its parts in memory, several times as large as this part of the token.
    return { id: token.slice(0, token.indexOf('.')), token };
  }
}
