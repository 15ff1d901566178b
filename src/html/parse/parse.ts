import { AFTER_BODY, type Builder, IN_BODY, INITIAL } from './builder.js';
import { OPEN_TEMPLATE } from './elements.js';
import { endInBody, startInBody, textInBody } from './in-body.js';
import {
  commentOutsideBody,
  endOutsideBody,
  enterBody,
  startOutsideBody,
  textOutsideBody,
} from './outside-body.js';
import { CDATA, COMMENT, DOCTYPE, END_OF_FILE, END_TAG, START_TAG, TEXT } from './tokenizer.js';
import { TEXT_NODE } from './tree.js';

/** Reads the next token without taking it; false at the end of the page and where nothing is sure. */
export function read(builder: Builder): boolean {
  builder.read();
  return builder.sound && builder.tokens.kind !== END_OF_FILE;
}

/** Does with the token that was read what the parser does. */
export function take(builder: Builder): void {
  const { tokens } = builder;
  builder.at = tokens.end;
  const inBody = builder.mode === IN_BODY || (builder.mask & OPEN_TEMPLATE) !== 0;
  if (tokens.kind === TEXT) (inBody ? textInBody : textOutsideBody)(builder);
  else if (tokens.kind === START_TAG) (inBody ? startInBody : startOutsideBody)(builder);
  else if (tokens.kind === END_TAG) takeEndTag(builder, inBody);
  else if (tokens.kind === COMMENT) takeComment(builder, inBody);
  else if (tokens.kind === DOCTYPE) takeDoctype(builder);
  else if (tokens.kind === CDATA) builder.stray();
  else builder.unsure();
}

function takeComment(builder: Builder, inBody: boolean): void {
  if (inBody) builder.addComment();
  else commentOutsideBody(builder);
}

function takeEndTag(builder: Builder, inBody: boolean): void {
  (inBody ? endInBody : endOutsideBody)(builder);
  const { tokens, tree } = builder;
  if (!inBody || builder.mode < AFTER_BODY || !tree) return;
  const last = tree.size - 1;
  const isText = tree.kind(last) === TEXT_NODE && tree.end(last) === tokens.start;
  builder.bodyText = isText ? last : -1;
}

function takeDoctype(builder: Builder): void {
  const { html, tokens } = builder;
  if (builder.mode !== INITIAL || builder.depth > 0) return builder.stray();
  builder.noQuirks = /^<!doctype html\s*>$/i.test(html.slice(tokens.start, tokens.end));
}

/** Takes the page to its end and closes what is open. */
export function parseToEnd(builder: Builder, onToken?: () => void): void {
  while (read(builder)) {
    take(builder);
    onToken?.();
  }
  if (builder.mode < IN_BODY && builder.mask & OPEN_TEMPLATE) builder.unsure();
  if (!builder.sound) return;
  enterBody(builder);
  const length = builder.html.length;
  const end = builder.mode >= AFTER_BODY ? Math.max(builder.bodyEnd, builder.bodyTextEnd) : length;
  while (builder.depth > 2) builder.pop(end, end);
  while (builder.depth > 0) builder.pop(end, length);
}
