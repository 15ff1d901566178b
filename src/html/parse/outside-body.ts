import { isSpace } from './attributes.js';
import {
  AFTER_BODY,
  AFTER_HEAD,
  AFTER_HTML,
  BEFORE_HEAD,
  type Builder,
  IN_BODY,
  IN_HEAD,
  INITIAL,
} from './builder.js';
import { elementNumber, METADATA, TRAITS } from './elements.js';
import { endInBody, startInBody, textInBody } from './in-body.js';

const HTML = elementNumber('html');
const HEAD = elementNumber('head');
const BODY = elementNumber('body');
const BR = elementNumber('br');

/** Advances by one mode towards the body, as if the omitted tag were there. */
function advance(builder: Builder): void {
  if (builder.mode === IN_HEAD) builder.popImplied();
  else builder.openImplied(builder.mode === INITIAL ? HTML : builder.mode === BEFORE_HEAD ? HEAD : BODY);
  builder.mode++;
}

/** Opens every omitted element up to the body. */
export function enterBody(builder: Builder): void {
  while (builder.mode < IN_BODY) advance(builder);
}

export function startOutsideBody(builder: Builder): void {
  const { id } = builder.token;
  const traits = TRAITS[id] as number;
  if (builder.mode > IN_BODY) return builder.bailOut();
  for (; builder.mode < IN_BODY; advance(builder)) {
    const expected = [HTML, HEAD, 0, BODY][builder.mode];
    if (id !== 0 && id === expected) {
      builder.open();
      builder.mode++;
      return;
    }
    if ((id === HTML && builder.mode > INITIAL) || (id === HEAD && builder.mode > BEFORE_HEAD))
      return builder.bailOut();
    if (traits & METADATA && builder.mode === IN_HEAD) return builder.open();
    if (traits & METADATA && builder.mode === AFTER_HEAD) return builder.bailOut();
  }
  startInBody(builder);
}

export function endOutsideBody(builder: Builder): void {
  const { id } = builder.token;
  if (builder.mode === AFTER_BODY && id === HTML) builder.mode = AFTER_HTML;
  else if (builder.mode === IN_HEAD && id === HEAD) {
    builder.popTag();
    builder.mode = AFTER_HEAD;
  } else if (builder.mode < IN_BODY && (id === HTML || id === BODY)) {
    enterBody(builder);
    endInBody(builder);
  } else if (id === HEAD || id === BR || builder.mode > IN_BODY) builder.bailOut();
  else builder.ignoreTag();
}

export function textOutsideBody(builder: Builder): void {
  const { token, html } = builder;
  // Space behind </body> moves into the body. `completeDocument` trims it from the pages that are sent.
  if (builder.mode > IN_BODY) return builder.bailOut();
  let from = token.from;
  while (from < token.to && isSpace(html.charCodeAt(from))) from++;
  if (from > token.from && builder.mode >= IN_HEAD) builder.addText(token.from, from);
  if (from === token.to) return;
  // A character reference may encode space.
  if (html[from] === '&') return builder.bailOut();
  token.start = token.from = from;
  enterBody(builder);
  textInBody(builder);
}

export function commentOutsideBody(builder: Builder): void {
  const { mode } = builder;
  // These belong to the document, which neither instructions nor a morph of <html> reach.
  if (mode === INITIAL || mode === AFTER_HTML) return;
  // Behind </body> a comment becomes a child of <html>.
  if (mode === AFTER_BODY) builder.bailOut();
  else builder.addComment();
}
