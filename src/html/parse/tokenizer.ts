import { AttributeCursor, isSpace } from './attributes.js';
import { decodedText } from './decode.js';
import { elementAt, hashWith, RAW, RCDATA, SKIPS_NEWLINE, TRAITS } from './elements.js';

/** The longest character reference to a newline that is looked for, such as `&#x0000a;`. */
const LONGEST_NEWLINE = 16;

/** Kinds of tokens. */
export const END_OF_FILE = 0;
export const TEXT = 1;
export const START_TAG = 2;
export const END_TAG = 3;
export const COMMENT = 4;
export const DOCTYPE = 5;
export const CDATA = 6;
/** The page ends inside a tag or comment, or the token is uncertain. Nothing more is read. */
export const UNPREDICTABLE = 7;

const LF = 10;
const CR = 13;
const EXCLAMATION = 33;
const AMPERSAND = 38;
const SLASH = 47;
const LESS = 60;
const GREATER = 62;
const QUESTION = 63;

export function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122 && code < 123;
}

export function endsName(code: number): boolean {
  return isSpace(code) || code === SLASH || code === GREATER;
}

/** Whether a `<` before this character begins markup. Before any other character it is text. */
export function beginsMarkup(code: number): boolean {
  return isLetter(code) || code === SLASH || code === EXCLAMATION || code === QUESTION;
}

/** The end of the text at a position: the position itself if markup begins there. */
export function endOfText(html: string, at: number): number {
  if (html.charCodeAt(at) === LESS && beginsMarkup(html.charCodeAt(at + 1))) return at;
  let end = html.indexOf('<', at + 1);
  while (end !== -1 && !beginsMarkup(html.charCodeAt(end + 1))) end = html.indexOf('<', end + 1);
  return end === -1 ? html.length : end;
}

/** The start tag at a position, up to its first `>`, which distinguishes most tags. */
export function tagAt(html: string, at: number): string {
  return html.slice(at, html.indexOf('>', at));
}

/** The end of the name in an end tag, if it is that of the start tag whose name begins at `inner`. Otherwise -1. */
export function endOfSameName(html: string, at: number, inner: number): number {
  let end = at;
  let code = html.charCodeAt(end);
  while (code !== GREATER && code === html.charCodeAt(inner + end - at)) code = html.charCodeAt(++end);
  return code === GREATER && endsName(html.charCodeAt(inner + end - at)) ? end : -1;
}

/** Cuts a page into tokens, one at a time, as positions. An element of raw text is a single token. */
export class Tokenizer {
  kind = END_OF_FILE;
  start = 0;
  end = 0;
  /** Tags: the element's number, the end of its name, the end of the start tag. */
  id = 0;
  nameEnd = 0;
  open = 0;
  selfClosing = false;
  /** End tags: whether it closes the innermost element. `id` is then not set. */
  closesInner = false;
  /** The content of a text, a comment or raw text without its delimiters. */
  from = 0;
  to = 0;
  /** The positions of the tag's `id`, or else its `key`, and of its `name`. They pair elements; 0 for none. */
  idAt = 0;
  nameAt = 0;
  noupdate = false;
  shadowRoot = false;
  #keyAt = 0;
  readonly #cursor: AttributeCursor;

  constructor(readonly html: string) {
    this.#cursor = new AttributeCursor(html);
  }

  /**
   * Reads the token at `at`. SVG and MathML (`foreign`) have CDATA and no raw text. `inner` is the position of the
   * innermost element's name, or -1: most end tags are equal to it, which sets `closesInner`.
   */
  read(at: number, foreign: boolean, inner: number): void {
    const { html } = this;
    this.start = at;
    this.closesInner = false;
    if (at >= html.length) return this.#set(END_OF_FILE, at);
    if (html.charCodeAt(at) !== LESS) return this.#readText(at);
    const code = html.charCodeAt(at + 1);
    if (isLetter(code)) return this.#readStartTag(at, foreign);
    if (code === SLASH) return this.#readEndTag(at, inner);
    if (code === EXCLAMATION) return this.#readMarkup(at, foreign);
    if (code === QUESTION) return this.#readBogusComment(at + 1);
    return this.#readText(at);
  }

  /** Describes a start tag without attributes, whose name ends at `nameEnd`. */
  startPlain(at: number, id: number, nameEnd: number): void {
    this.kind = START_TAG;
    this.start = at;
    this.id = id;
    this.nameEnd = nameEnd;
    this.end = this.open = nameEnd + 1;
    this.idAt = this.nameAt = 0;
    this.noupdate = this.shadowRoot = this.selfClosing = this.closesInner = false;
  }

  #set(kind: number, end: number): void {
    this.kind = end === -1 ? UNPREDICTABLE : kind;
    this.end = end;
  }

  #readText(at: number): void {
    this.from = at;
    this.to = endOfText(this.html, at);
    this.#set(TEXT, this.to);
  }

  #readStartTag(at: number, foreign: boolean): void {
    this.#readName(at + 1);
    this.#readAttributes();
    this.#set(START_TAG, this.open);
    const traits = TRAITS[this.id] as number;
    if (this.kind === UNPREDICTABLE || foreign || (traits & (RAW | RCDATA | SKIPS_NEWLINE)) === 0) return;
    this.from = traits & SKIPS_NEWLINE ? this.#behindNewline(this.open) : this.open;
    if (traits & (RAW | RCDATA)) this.#readRawText();
    else this.#set(START_TAG, this.from);
  }

  #readName(at: number): void {
    const { html } = this;
    let end = at;
    let hash = 0;
    // Behind the end of the page, the code is NaN.
    for (let code = html.charCodeAt(end); code > GREATER || !(endsName(code) || end >= html.length); ) {
      hash = hashWith(hash, code);
      code = html.charCodeAt(++end);
    }
    this.id = elementAt(html, at, end, hash);
    this.nameEnd = end;
  }

  #readAttributes(): void {
    const cursor = this.#cursor;
    this.idAt = this.#keyAt = this.nameAt = 0;
    this.noupdate = this.shadowRoot = this.selfClosing = false;
    this.open = this.nameEnd + 1;
    if (this.html.charCodeAt(this.nameEnd) === GREATER) return;
    cursor.at = this.nameEnd;
    while (cursor.next()) this.#noteAttribute(cursor);
    this.idAt ||= this.#keyAt;
    this.open = cursor.at;
    this.selfClosing = cursor.selfClosing;
  }

  #noteAttribute({ name, nameEnd, html }: AttributeCursor): void {
    const initial = html.charCodeAt(name) | 32;
    const length = nameEnd - name;
    const isKnown =
      length === 2
        ? initial === 105
        : length === 3
          ? initial === 107
          : (length === 4 || length === 8) && initial === 110;
    if (!isKnown && length !== 14) return;
    const text = html.slice(name, nameEnd).toLowerCase();
    if (text === 'id') this.idAt ||= name;
    else if (text === 'key') this.#keyAt ||= name;
    else if (text === 'name') this.nameAt ||= name;
    else if (text === 'noupdate') this.noupdate = true;
    else if (text === 'shadowrootmode') this.shadowRoot = true;
  }

  /** Skips a newline at the start of `<pre>` and `<textarea>`, which the parser drops. */
  #behindNewline(at: number): number {
    const code = this.html.charCodeAt(at);
    if (code === CR) return this.html.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
    return code === LF ? at + 1 : at;
  }

  /** Reads up to the first end tag of the element's name. */
  #readRawText(): void {
    const { html, nameEnd, start } = this;
    const length = nameEnd - start - 1;
    const name = html.slice(start + 1, nameEnd).toLowerCase();
    for (let at = html.indexOf('</', this.from); at !== -1; at = html.indexOf('</', at + 2)) {
      const after = at + 2 + length;
      const code = html.charCodeAt(after);
      if (code !== GREATER && code !== SLASH && !isSpace(code)) continue;
      if (html.slice(at + 2, after).toLowerCase() !== name) continue;
      this.to = at;
      this.#cursor.at = after;
      while (this.#cursor.next());
      // After `<!--` and `<script` a script continues over its end tag.
      const escaped = name === 'script' && html.slice(this.from, at).includes('<!--');
      return this.#set(START_TAG, escaped ? -1 : this.#cursor.at);
    }
    this.#set(UNPREDICTABLE, -1);
  }

  /** Whether the content begins with a newline as a character reference, which the parser drops too. */
  get hidesNewline(): boolean {
    if (this.html.charCodeAt(this.from) !== AMPERSAND) return false;
    return decodedText(this.html.slice(this.from, this.from + LONGEST_NEWLINE)).startsWith('\n');
  }

  #readEndTag(at: number, inner: number): void {
    if (inner !== -1 && this.#namesInner(at + 2, inner)) return this.#set(END_TAG, this.nameEnd + 1);
    const code = this.html.charCodeAt(at + 2);
    if (!isLetter(code))
      return code === GREATER ? this.#set(UNPREDICTABLE, -1) : this.#readBogusComment(at + 2);
    this.#readName(at + 2);
    this.#readAttributes();
    this.#set(END_TAG, this.open);
  }

  #namesInner(at: number, inner: number): boolean {
    const end = endOfSameName(this.html, at, inner);
    if (end === -1) return false;
    this.nameEnd = end;
    this.closesInner = true;
    return true;
  }

  #readMarkup(at: number, foreign: boolean): void {
    const { html } = this;
    if (html.startsWith('--', at + 2)) return this.#readComment(at + 4);
    if (foreign && html.startsWith('[CDATA[', at + 2)) {
      const end = html.indexOf(']]>', at + 9);
      return this.#set(CDATA, end === -1 ? -1 : end + 3);
    }
    this.#readBogusComment(at + 2);
    if (/^doctype/i.test(html.slice(at + 2, at + 9))) this.kind = this.end === -1 ? UNPREDICTABLE : DOCTYPE;
  }

  #readComment(from: number): void {
    const { html } = this;
    this.from = this.to = from;
    if (html.charCodeAt(from) === GREATER) return this.#set(COMMENT, from + 1);
    if (html.startsWith('->', from)) return this.#set(COMMENT, from + 2);
    for (let at = html.indexOf('--', from); at !== -1; at = html.indexOf('--', at + 1)) {
      this.to = at;
      if (html.charCodeAt(at + 2) === GREATER) return this.#set(COMMENT, at + 3);
      if (html.startsWith('!>', at + 2)) return this.#set(COMMENT, at + 4);
    }
    this.#set(UNPREDICTABLE, -1);
  }

  #readBogusComment(from: number): void {
    this.from = from;
    this.to = this.html.indexOf('>', from);
    this.#set(COMMENT, this.to === -1 ? -1 : this.to + 1);
  }
}
