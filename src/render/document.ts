import { HtmlPieces } from '../html/pieces/html-pieces.js';
import { type Part, Piece } from '../html/pieces/piece.js';

const DOCTYPE = '<!DOCTYPE html>';
const DOCTYPE_PIECE: Part = new Piece(DOCTYPE);

/**
 * Completes the HTML of a handler to a document. A fragment gets the least that a page needs. Space behind `</body>` is
 * trimmed: browsers move it into the body, where it would only be in the way.
 */
export function completeDocument(html: string, path: string): string {
  // The renderer returns a rope of many pieces, which the first read flattens: read it with the doctype in front.
  const page = DOCTYPE + html;
  const start = skipBlank(page, DOCTYPE.length);
  if (isTagAt(page, start, '<html')) return trimBehindBody(page);
  if (isTagAt(page, start, '<!doctype')) return trimBehindBody(html);
  return (
    `${DOCTYPE}<html><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${titleOf(html) || escapeText(path)}</title></head><body>${html}</body></html>`
  );
}

/** Completes pages that a push renders one after the other. Equal ones become the same string, which is quick to compare. */
export class PushedDocuments {
  #html: string | undefined;
  #path = '';
  #page = '';

  /** Does the same as `completeDocument`. */
  complete(html: string, path: string): string {
    if (html !== this.#html || path !== this.#path) {
      this.#page = completeDocument(html, path);
      this.#html = html;
      this.#path = path;
    }
    return this.#page;
  }
}

/** Completes HTML in pieces. Returns a string if it is not a document that needs the doctype only. */
export function completePieces(html: HtmlPieces, path: string): string | HtmlPieces {
  const { list } = html;
  const [first, last] = [list[0]?.html ?? '', list.at(-1)?.html ?? ''];
  const isDocument = isTagAt(first, 0, '<html') && last.endsWith('</body></html>');
  return isDocument ? new HtmlPieces([DOCTYPE_PIECE].concat(list)) : completeDocument(html.html, path);
}

/** Space, tab, line feed, form feed or carriage return. */
const isSpace = (code: number): boolean =>
  code === 32 || code === 9 || code === 10 || code === 12 || code === 13;

/** Skips spaces and comments. */
function skipBlank(html: string, at: number): number {
  for (;;) {
    while (isSpace(html.charCodeAt(at))) at++;
    const end = html.startsWith('<!--', at) ? html.indexOf('-->', at + 2) : -1;
    if (end === -1) return at;
    at = end + 3;
  }
}

function isTagAt(html: string, at: number, tag: string): boolean {
  const end = at + tag.length;
  const isNamed = html.startsWith(tag, at) || html.slice(at, end).toLowerCase() === tag;
  return isNamed && (isSpace(html.charCodeAt(end)) || html[end] === '>' || html[end] === '/');
}

/** The end of the tag at `at`, or of the page. */
function endOfTag(html: string, at: number): number {
  for (; at < html.length; at++) {
    const char = html[at];
    if (char === '>') return at + 1;
    if (char !== '"' && char !== "'") continue;
    at = html.indexOf(char, at + 1);
    if (at === -1) break;
  }
  return html.length;
}

const skipTag = (html: string, at: number, tag: string): number =>
  isTagAt(html, at, tag) ? endOfTag(html, at) : at;

/** Linear: no two neighbouring parts match the same character. */
const END_OF_PAGE = /(<\/body\s*>\s*)?(<\/html\s*>\s*)?$/iy;

function trimBehindBody(page: string): string {
  if (page.endsWith('</body></html>')) return page;
  const at = Math.max(page.lastIndexOf('</body'), page.lastIndexOf('</BODY'));
  END_OF_PAGE.lastIndex = at === -1 ? page.lastIndexOf('</html') : at;
  if (END_OF_PAGE.lastIndex === -1) return page;
  const start = END_OF_PAGE.lastIndex;
  const [found, body, html] = END_OF_PAGE.exec(page) ?? [];
  return found ? page.slice(0, start) + (body?.trimEnd() ?? '') + (html?.trimEnd() ?? '') : page;
}

/** The text of the first heading. It is HTML already, so only its tags are removed. */
function titleOf(html: string): string {
  const start = html.search(/<h1[\s>]/i);
  if (start === -1) return '';
  const from = endOfTag(html, start);
  const endTag = /<\/h1/gi;
  endTag.lastIndex = from;
  const end = endTag.exec(html)?.index ?? from;
  const [first = '', ...rest] = html.slice(from, end).split('<');
  return (first + rest.map(withoutTag).join('')).trim();
}

/** `piece` followed a `<`, which is part of a tag or text. */
function withoutTag(piece: string): string {
  const end = piece.indexOf('>');
  if (end !== -1) return piece.slice(end + 1);
  return /^[a-z/!?]/i.test(piece) ? '' : `&lt;${piece}`;
}

/** Inserts `tag` at the start of the head, or at the place where the parser opens an omitted head. */
export function insertIntoHead(html: string, tag: string): string {
  return insertAt(html, skipTag(html, findHead(html), '<head'), tag);
}

const insertAt = (html: string, at: number, tag: string): string => html.slice(0, at) + tag + html.slice(at);

/** The place of the head's start tag, if there is one. */
function findHead(html: string): number {
  let at = skipBlank(html, 0);
  at = skipBlank(html, skipTag(html, at, '<!doctype'));
  return skipBlank(html, skipTag(html, at, '<html'));
}

/** Inserts into the head of pages that mostly begin alike, as those of one route do. */
export class HeadInserter {
  /** An earlier page up to the end of its head's start tag. */
  #start: string | undefined;

  /** Does the same as `insertIntoHead`. */
  insert(html: string, tag: string): string {
    const start = this.#start;
    if (start !== undefined && html.startsWith(start)) return start + tag + html.slice(start.length);
    const head = findHead(html);
    const at = skipTag(html, head, '<head');
    // Without the tag, and behind one that does not end, the place depends on what follows.
    // A slice would keep the whole page in memory.
    if (head < at && at < html.length) this.#start = Buffer.from(html.slice(0, at)).toString();
    return insertAt(html, at, tag);
  }
}

/** In the query of a load: the page is sent with the content of its late parts. */
export const WHOLE = 'issr-whole';

/** Makes a browser without script load the whole page. The URL is relative: a proxy may strip a prefix. */
export function wholePageTag(url: string): string {
  const query = url.includes('?') ? `${url.slice(url.indexOf('?'))}&` : '?';
  const target = escapeAttribute(query + WHOLE);
  return `<noscript><meta http-equiv="refresh" content="0;url=${target}"></noscript>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

export function escapeAttribute(text: string): string {
  return text.replace(/[&"<>]/g, (c) =>
    c === '&' ? '&amp;' : c === '"' ? '&quot;' : c === '<' ? '&lt;' : '&gt;',
  );
}
