/**
 * A parser that makes the same nodes as a browser's ("13.2 Parsing HTML documents" of the HTML standard), or states
 * that it cannot. It makes no objects: tokens, nodes and open elements are positions in the source.
 *
 * The tokenizer (tokenizer.ts) cuts the page into tags, texts and comments. The builder (builder.ts) holds the stack of
 * open elements. The insertion modes of the standard are three files: outside-body.ts, in-body.ts, in-table.ts.
 * The standard's tables of elements are bit sets (elements.ts).
 *
 * Markup that components write is followed exactly. Where the browser repairs markup in ways that depend on the whole
 * page, the parser gives up, and gives up as little as it can:
 *
 * - `markOpaque`: the content of one element is uncertain, its place is not (text right in a table).
 * - `ignoreTag`: the browser drops a tag, which joins the texts around it. The element around the tag becomes opaque.
 * - `bailOut`: the rest of the page is uncertain (misnested formatting). The page is then sent whole, which is never wrong.
 *
 * Rules for omitted end tags and implied sections of tables stay although JSX needs none of them: handlers may return
 * HTML strings, and templates written by hand leave such tags out.
 */
import { AFTER_BODY, Builder, IN_BODY, INITIAL } from './builder.js';
import { elementNumber, OPEN_TEMPLATE } from './elements.js';
import { endInBody, startInBody, textInBody } from './in-body.js';
import {
  commentOutsideBody,
  endOutsideBody,
  enterBody,
  startOutsideBody,
  textOutsideBody,
} from './outside-body.js';
import { readPlain } from './plain-markup.js';
import { CDATA, COMMENT, DOCTYPE, END_OF_FILE, END_TAG, START_TAG, TEXT } from './tokenizer.js';

const BODY = elementNumber('body');

/** Reads the next token without consuming it. Returns false at the end of the page, and if the result is unpredictable. */
export function read(builder: Builder): boolean {
  builder.read();
  return builder.predictable && builder.token.kind !== END_OF_FILE;
}

/** Applies the token that was read, as the browser's parser does. */
export function consume(builder: Builder): void {
  const { token } = builder;
  builder.at = token.end;
  const inBody = builder.mode === IN_BODY || (builder.mask & OPEN_TEMPLATE) !== 0;
  if (token.kind === TEXT) inBody ? textInBody(builder) : textOutsideBody(builder);
  else if (token.kind === START_TAG) inBody ? startInBody(builder) : startOutsideBody(builder);
  else if (token.kind === END_TAG) inBody ? endInBody(builder) : endOutsideBody(builder);
  else if (token.kind === COMMENT) consumeComment(builder, inBody);
  else if (token.kind === DOCTYPE) consumeDoctype(builder);
  else if (token.kind === CDATA) builder.ignoreTag();
  else builder.bailOut();
}

function consumeComment(builder: Builder, inBody: boolean): void {
  if (inBody) builder.addComment();
  else commentOutsideBody(builder);
}

function consumeDoctype(builder: Builder): void {
  const { html, token } = builder;
  if (builder.mode !== INITIAL || builder.depth > 0) return builder.ignoreTag();
  builder.noQuirks = /^<!doctype html\s*>$/i.test(html.slice(token.start, token.end));
}

/** Reads to the end of the page and closes all open elements. */
export function parseToEnd(builder: Builder, onToken?: () => void): void {
  if (onToken === undefined) readPlain(builder, builder.html.length);
  while (read(builder)) {
    consume(builder);
    onToken?.();
    if (onToken === undefined) readPlain(builder, builder.html.length);
  }
  if (builder.mode < IN_BODY && builder.mask & OPEN_TEMPLATE) builder.bailOut();
  if (!builder.predictable) return;
  enterBody(builder);
  const length = builder.html.length;
  const end = builder.mode >= AFTER_BODY ? builder.bodyEnd : length;
  while (builder.depth > 2) builder.pop(end, end);
  while (builder.depth > 0) builder.pop(end, length);
}

/** The start and the end of the tag `<body>`, or undefined if the page has none or is unpredictable. */
export function findBody(html: string): { start: number; open: number } | undefined {
  const builder = new Builder(html);
  while (builder.mode < IN_BODY && read(builder)) consume(builder);
  const { token } = builder;
  const isCertain = builder.predictable && builder.opaqueDepth === Number.POSITIVE_INFINITY;
  return isCertain && token.id === BODY ? { start: token.start, open: token.open } : undefined;
}
