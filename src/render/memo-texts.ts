import { LRUCache } from 'lru-cache';
import type { Piece } from '../html/pieces/html-pieces.js';

/** The share of the cache that may be replaced before the next use of a render is recorded. */
const SLACK = 1 / 8;

interface Entry {
  readonly props: object;
  readonly key: string | undefined;
  /** Undefined once evicted. */
  html: Piece | undefined;
  /** The render that was used after this one. */
  next: Entry | undefined;
  /** `#replaced` when its use was recorded. */
  usedAt: number;
}

/**
 * Renders of one component by primitive props. The rows of a list come in the order of its last render, so each is
 * found behind the one before. A row in another place is found by its props as a text.
 */
export class TextRenders<Props extends object> {
  readonly #entries: LRUCache<string, Entry>;
  readonly #render: (props: Props, key: string | undefined) => Piece;
  #last: Entry | undefined;
  /** The share of the cache that was replaced so far. */
  #replaced = 0;

  /** @param maxLength characters, those of the props included */
  constructor(render: (props: Props, key: string | undefined) => Piece, max: number, maxLength: number) {
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
  following(props: Props, key: string | undefined): Piece | undefined {
    const entry = this.#last?.next;
    if (entry?.html === undefined || this.#replaced - entry.usedAt >= SLACK) return undefined;
    if (entry.key !== key || !shallowEqual(entry.props, props)) return undefined;
    this.#last = entry;
    return entry.html;
  }

  get(props: Props, key: string | undefined): Piece {
    const text = textKey(props, key);
    const known = this.#entries.get(text);
    if (known?.html === undefined) return this.#add(text, props, key);
    known.usedAt = this.#replaced;
    this.#follow(known);
    return known.html;
  }

  #add(text: string, props: Props, key: string | undefined): Piece {
    // A component may change its props.
    const entry: Entry = { props: { ...props }, key, html: undefined, next: undefined, usedAt: 0 };
    const html = this.#render(props, key);
    entry.html = html;
    this.#entries.set(text, entry);
    const { max, maxSize } = this.#entries;
    this.#replaced += Math.max(1 / max, lengthOf(entry, text) / maxSize);
    entry.usedAt = this.#replaced;
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
function textKey(props: object, elementKey: string | undefined): string {
  let key = elementKey === undefined ? '' : `${elementKey.length}:${elementKey}`;
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    const text = Object.is(value, -0) ? '-0' : String(value);
    key += `${name.length}${name}${typeof value}${text.length}:${text}`;
  }
  return key;
}

/** Compares two objects by `Object.is` of their values. */
export function shallowEqual(a: object, b: object): boolean {
  let count = 0;
  for (const name in a) {
    if (!Object.is(a[name as keyof typeof a], b[name as keyof typeof b])) return false;
    count++;
  }
  for (const name in b) {
    // Without this, `undefined` would stand for a prop of another name.
    if (!(name in a)) return false;
    count--;
  }
  return count === 0;
}
