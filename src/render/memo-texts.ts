import { LRUCache } from 'lru-cache';
import type { Piece } from '../html/pieces/piece.js';

export type Values = Readonly<Record<string, unknown>>;

/** The share of the cache that is replaced in one period. A use is recorded again when it is two periods old. */
const PERIOD = 1 / 16;

interface Entry {
  readonly props: Values;
  readonly count: number;
  /** The element's key, as the author wrote it. */
  key: unknown;
  /** Undefined once evicted. */
  html: Piece | undefined;
  /** The render that was used after this one. */
  next: Entry | undefined;
  /** The period in which its use was recorded. */
  usedAt: number;
}

/**
 * Renders of one component by primitive props. The rows of a list come in the order of its last render, so each is
 * found behind the one before. A row in another place is found by its props as a text.
 */
export class TextRenders<Props extends object> {
  readonly #entries: LRUCache<string, Entry>;
  readonly #render: (props: Props, key: unknown) => Piece;
  #last: Entry | undefined;
  #period = 0;
  /** The share of the cache that was replaced in this period. */
  #replaced = 0;

  /** @param maxLength characters, those of the props included */
  constructor(render: (props: Props, key: unknown) => Piece, max: number, maxLength: number) {
    this.#render = render;
    this.#entries = new LRUCache<string, Entry>({
      max,
      maxSize: maxLength,
      sizeCalculation: lengthOf,
      // The render before still names an evicted one.
      dispose: (entry) => {
        entry.html = entry.next = undefined;
      },
    });
  }

  /** Returns the render that came after the last one, if it has these props. */
  following(props: Props, key: unknown): Piece | undefined {
    const entry = this.#last?.next;
    if (entry?.html === undefined || this.#period - entry.usedAt > 1) return undefined;
    if (entry.key !== key || !areEqual(entry.props, entry.count, props)) return undefined;
    this.#last = entry;
    return entry.html;
  }

  get(props: Props, key: unknown): Piece {
    const text = textKey(props, key);
    const known = this.#entries.get(text);
    if (known?.html === undefined) return this.#add(text, props, key);
    known.usedAt = this.#period;
    known.key = key;
    this.#follow(known);
    return known.html;
  }

  #add(text: string, props: Props, key: unknown): Piece {
    const entry: Entry = {
      // A component may change its props.
      props: { ...props } as Values,
      count: countOf(props),
      key,
      html: undefined,
      next: undefined,
      usedAt: 0,
    };
    const html = this.#render(props, key);
    entry.html = html;
    this.#entries.set(text, entry);
    const { max, maxSize } = this.#entries;
    this.#replaced += Math.max(1 / max, lengthOf(entry, text) / maxSize);
    if (this.#replaced >= PERIOD) {
      this.#replaced = 0;
      this.#period++;
    }
    entry.usedAt = this.#period;
    // The cache refuses a render that is longer than all of it.
    this.#follow(this.#entries.peek(text));
    return html;
  }

  #follow(entry: Entry | undefined): void {
    if (this.#last?.html !== undefined) this.#last.next = entry;
    this.#last = entry;
  }
}

function lengthOf({ html }: Entry, text: string): number {
  return (html?.html.length ?? 0) + text.length + 1;
}

/** Primitive props as one text. Lengths and types distinguish `1` from `'1'` and separate neighbouring values. */
function textKey(props: object, elementKey: unknown): string {
  let key = '';
  if (elementKey !== undefined) {
    const text = String(elementKey);
    key = `${text.length}:${text}`;
  }
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    const text = Object.is(value, -0) ? '-0' : String(value);
    key += `${name.length}${name}${typeof value}${text.length}:${text}`;
  }
  return key;
}

export function countOf(props: object): number {
  let count = 0;
  for (const _ in props) count++;
  return count;
}

/** Compares props with those of an earlier render by `Object.is` of their values. */
export function areEqual(known: Values, count: number, props: object): boolean {
  let left = count;
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    if (!Object.is(value, known[name])) return false;
    // Without this, `undefined` would stand for a prop of another name.
    if (value === undefined && !(name in known)) return false;
    left--;
  }
  return left === 0;
}
