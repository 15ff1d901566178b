import type { Tag } from './html-names.js';
import { keyOf, needsKey } from './keys.js';
import type { RenderedVNode } from './private-vnodes.js';

/** Stands for the end of a start tag. */
export const START_END = Symbol('end of a start tag');
/** Stands for an end tag. */
export const END = Symbol('end tag');
/** Stands for a node that the template leaves to the renderer. */
export const LEFT = Symbol('left to the renderer');

/**
 * The text of a template, and the nodes that it was written from. They are copies of what the HTML depends on, so no change
 * by an author reaches them.
 */
export interface KnownTemplate {
  readonly text: string;
  /**
   * The nodes in one list, because nothing else of that size is read as fast. An element is its tag, its key, names and values
   * of its props in turn, `START_END`, its children and `END`. A text is itself.
   */
  readonly nodes: readonly unknown[];
  /** The start of each node in the text; behind the last one the text's length. At a key, the index of the element's `END`. */
  readonly places: readonly number[];
  /** Whether the template is inside an `<svg>`. Undefined if its text does not depend on it. */
  readonly isInSvg: boolean | undefined;
}

export function isText(node: unknown): boolean {
  return typeof node === 'string' || typeof node === 'number' || typeof node === 'bigint';
}

/** Returns the key that is written for an element. */
export function writtenKeyOf(vnode: RenderedVNode, tag: Tag): string | undefined {
  return needsKey(vnode, tag.isStateful) ? keyOf(vnode) : undefined;
}

/** A place in the record of a template. */
interface RecordMark {
  count: number;
  base: number;
}

/** Records the nodes of a template that is being written. */
export class TemplateRecord {
  readonly #nodes: unknown[] = [];
  readonly #places: number[] = [];
  /** Characters before the last expression. */
  #base = 0;

  /**
   * @param length characters since the last expression, here and below
   * @returns the element's index
   */
  openElement(tag: Tag, vnode: RenderedVNode, length: number): number {
    const index = this.#nodes.length;
    const props = vnode.props as Readonly<Record<string, unknown>>;
    this.#add(tag, length);
    this.#add(writtenKeyOf(vnode, tag), length);
    for (const prop in props) {
      if (prop === 'children') continue;
      this.#add(prop, length);
      this.#add(props[prop], length);
    }
    this.#add(START_END, length);
    return index;
  }

  closeElement(index: number, length: number): void {
    this.#places[index + 1] = this.#nodes.length;
    this.#add(END, length);
  }

  addText(text: string | number | bigint, length: number): void {
    this.#add(text, length);
  }

  addLeft(length: number): void {
    this.#add(LEFT, length);
    this.#base += length;
  }

  get mark(): RecordMark {
    return { count: this.#nodes.length, base: this.#base };
  }

  rewind({ count, base }: RecordMark): void {
    this.#nodes.length = this.#places.length = count;
    this.#base = base;
  }

  finish(text: string, isInSvg: boolean | undefined): KnownTemplate {
    return { text, nodes: this.#nodes, places: [...this.#places, text.length], isInSvg };
  }

  #add(node: unknown, length: number): void {
    this.#nodes.push(node);
    this.#places.push(this.#base + length);
  }
}

/** A template that shares less than this with the known one is recorded again. */
const MIN_SHARE = 1 / 2;
/** The most renders in a row that neither compare nor record a template. */
const MAX_PAUSE = 64;

/** The template at one place of a page. */
export class KnownPlace {
  known: KnownTemplate | undefined;
  /** Renders until the template is recorded again. */
  #pause = 0;
  #lastPause = 0;

  /** Returns whether this render records the template. */
  shallRecord(): boolean {
    return this.known === undefined && this.#pause-- <= 0;
  }

  /** The template was compared with the known one. Where visitors see different things, it is seldom worth it. */
  compared(sharedLength: number, length: number): void {
    if (sharedLength >= length * MIN_SHARE) {
      this.#lastPause = 0;
      return;
    }
    this.known = undefined;
    this.#pause = this.#lastPause;
    this.#lastPause = Math.min(MAX_PAUSE, 2 * this.#lastPause + 1);
  }
}

/** The most templates that are kept of one route. */
const MAX_PLACES = 10_000;

/**
 * The templates of an earlier render of the same route, in the order in which a render reaches them. Most of a page is as in
 * the one before, which may be another visitor's: comparing takes less time than writing.
 */
export class KnownTemplates {
  readonly #places: KnownPlace[] = [];
  #next = 0;

  /** A render begins. It reaches all its templates before another one begins. */
  begin(): void {
    this.#next = 0;
  }

  nextPlace(): KnownPlace | undefined {
    const index = this.#next++;
    if (index === this.#places.length && index < MAX_PLACES) this.#places.push(new KnownPlace());
    return this.#places[index];
  }
}
