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

/** One step towards the body, as if the tag were there. */
function advance(builder: Builder): void {
  if (builder.mode === IN_HEAD) builder.popImplied();
  else builder.openImplied(builder.mode === INITIAL ? HTML : builder.mode === BEFORE_HEAD ? HEAD : BODY);
  builder.mode++;
}

/** Elements that are left out are there all the same. */
export function enterBody(builder: Builder): void {
  while (builder.mode < IN_BODY) advance(builder);
}

export function startOutsideBody(builder: Builder): void {
  const { id } = builder.tokens;
  const traits = TRAITS[id] as number;
  if (builder.mode > IN_BODY) return builder.unsure();
  for (; builder.mode < IN_BODY; advance(builder)) {
    const expected = [HTML, HEAD, 0, BODY][builder.mode];
    if (id !== 0 && id === expected) {
      builder.open();
      builder.mode++;
      return;
    }
    if ((id === HTML && builder.mode > INITIAL) || (id === HEAD && builder.mode > BEFORE_HEAD))
      return builder.unsure();
    if (traits & METADATA && builder.mode === IN_HEAD) return builder.open();
    if (traits & METADATA && builder.mode === AFTER_HEAD) return builder.unsure();
  }
  startInBody(builder);
}

export function endOutsideBody(builder: Builder): void {
  const { id } = builder.tokens;
  if (builder.mode === AFTER_BODY && id === HTML) builder.mode = AFTER_HTML;
  else if (builder.mode === IN_HEAD && id === HEAD) {
    builder.popTag();
    builder.mode = AFTER_HEAD;
  } else if (builder.mode < IN_BODY && (id === HTML || id === BODY)) {
    enterBody(builder);
    endInBody(builder);
  } else if (id === HEAD || id === BR || builder.mode > IN_BODY) builder.unsure();
  else builder.stray();
}

export function textOutsideBody(builder: Builder): void {
  const { tokens, html } = builder;
  if (builder.mode > IN_BODY) return textBehindBody(builder);
  let from = tokens.from;
  while (from < tokens.to && isSpace(html.charCodeAt(from))) from++;
  if (from > tokens.from && builder.mode >= IN_HEAD) builder.addText(tokens.from, from);
  if (from === tokens.to) return;
  // A character reference may stand for space.
  if (html[from] === '&') return builder.unsure();
  tokens.start = tokens.from = from;
  enterBody(builder);
  textInBody(builder);
}

/** Space behind `</body>` still goes into the body, and into its last text if it ends with one. */
function textBehindBody(builder: Builder): void {
  const { from, to } = builder.tokens;
  // A text is one piece of the source: no comment may stand in it.
  if (builder.epilogue !== '' || !builder.isBlank(from, to)) return builder.unsure();
  builder.bodyTextEnd = to;
  if (builder.bodyText === -1) {
    builder.bodyText = builder.tree?.size ?? 0;
    builder.addText(from, to);
  } else if (builder.tree) {
    builder.tree.extendText(builder.bodyText, to);
  }
}

export function commentOutsideBody(builder: Builder): void {
  const { html, tokens, mode } = builder;
  if (mode === AFTER_HTML) builder.epilogue += html.slice(tokens.start, tokens.end);
  if (mode === INITIAL || mode === AFTER_HTML) return;
  // Behind </body> a comment is a child of <html>; what follows it would still go into the body.
  if (mode === AFTER_BODY) builder.unsure();
  else builder.addComment();
}
