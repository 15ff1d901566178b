import { attributeText } from './decode.js';

const TAB = 9;
const LF = 10;
const FF = 12;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
export const SLASH = 47;
const EQUALS = 61;
export const GREATER = 62;

export function isSpace(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || code === CR || code === FF;
}

/** No such character is above `>`, which letters are. */
function endsAttributeName(code: number): boolean {
  return code === EQUALS || code === GREATER || code === SLASH || isSpace(code);
}

/** Walks the attributes of a start or end tag without making objects. */
export class AttributeCursor {
  /** The start of the next step. Once `next` has returned false: the position behind `>`, or -1 if there is none. */
  at = 0;
  name = 0;
  nameEnd = 0;
  value = 0;
  valueEnd = 0;
  selfClosing = false;

  constructor(readonly html: string) {}

  /** Moves to the next attribute. Returns false at the end of the tag. */
  next(): boolean {
    const { html } = this;
    let at = this.at;
    let code = html.charCodeAt(at);
    this.selfClosing = false;
    while (isSpace(code) || code === SLASH) {
      this.selfClosing = code === SLASH;
      code = html.charCodeAt(++at);
    }
    if (code === GREATER || at >= html.length) {
      this.at = code === GREATER ? at + 1 : -1;
      return false;
    }
    this.name = at;
    // An `=` at the very start belongs to the name.
    do code = html.charCodeAt(++at);
    while (code > GREATER || (at < html.length && !endsAttributeName(code)));
    this.nameEnd = at;
    while (isSpace(code)) code = html.charCodeAt(++at);
    this.value = this.valueEnd = at;
    this.at = at;
    if (code === EQUALS) this.#readValue(at + 1);
    return this.at !== -1;
  }

  #readValue(from: number): void {
    const { html } = this;
    let at = from;
    let code = html.charCodeAt(at);
    while (isSpace(code)) code = html.charCodeAt(++at);
    if (code === QUOTE || code === APOSTROPHE) {
      this.value = at + 1;
      this.valueEnd = html.indexOf(code === QUOTE ? '"' : "'", at + 1);
      this.at = this.valueEnd === -1 ? -1 : this.valueEnd + 1;
      return;
    }
    this.value = at;
    while (at < html.length && !isSpace(code) && code !== GREATER) code = html.charCodeAt(++at);
    this.valueEnd = this.at = at;
  }
}

/** The attributes of the tag whose name ends at `nameEnd`, names in lower case. The first of equal names counts. */
export function readAttributes(html: string, nameEnd: number): Map<string, string> {
  const cursor = new AttributeCursor(html);
  const attributes = new Map<string, string>();
  cursor.at = nameEnd;
  while (cursor.next()) {
    const name = html.slice(cursor.name, cursor.nameEnd).toLowerCase();
    if (!attributes.has(name)) attributes.set(name, attributeText(html.slice(cursor.value, cursor.valueEnd)));
  }
  return attributes;
}

/** The value of the first attribute of a name in the tag whose name ends at `nameEnd`. */
export function findAttribute(html: string, nameEnd: number, name: string): string | undefined {
  const cursor = new AttributeCursor(html);
  cursor.at = nameEnd;
  while (cursor.next()) {
    if (cursor.nameEnd - cursor.name !== name.length) continue;
    if (html.slice(cursor.name, cursor.nameEnd).toLowerCase() === name)
      return attributeText(html.slice(cursor.value, cursor.valueEnd));
  }
  return undefined;
}

/** Whether the start tag whose name ends at `nameEnd` is self-closing. */
export function closesItself(html: string, nameEnd: number): boolean {
  const cursor = new AttributeCursor(html);
  cursor.at = nameEnd;
  while (cursor.next());
  return cursor.selfClosing;
}

/** The source of the attribute at `at`. */
export function attributeSource(html: string, at: number): string {
  const cursor = new AttributeCursor(html);
  cursor.at = at;
  cursor.next();
  return html.slice(at, Math.max(cursor.valueEnd, cursor.at));
}

/** The value of the attribute at `at`. */
export function readAttribute(html: string, at: number): string {
  const cursor = new AttributeCursor(html);
  cursor.at = at;
  cursor.next();
  return attributeText(html.slice(cursor.value, cursor.valueEnd));
}
