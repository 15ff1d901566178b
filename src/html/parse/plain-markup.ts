import { GREATER, SLASH } from './attributes.js';
import { type Builder, IN_BODY } from './builder.js';
import {
  CLOSES_P,
  elementAt,
  elementNumber,
  FOREIGN,
  hashWith,
  NAMES,
  ODD,
  OPEN_A,
  OPEN_BUTTON,
  OPEN_LI,
  OPEN_P,
  OPEN_SELECT,
  OPEN_TEMPLATE,
  OWN_RULE,
  openIn,
  RAW,
  RCDATA,
  SKIPS_NEWLINE,
  TABLE_CONTEXT,
  TABLE_PART,
  TRAITS,
  VOID,
} from './elements.js';
import { impliedIn } from './in-table.js';
import { beginsMarkup, endOfSameName, endsName, isLetter } from './tokenizer.js';
import { ELEMENT, IMPLIED } from './tree.js';

const LESS = 60;

/** Set around every place, and for elements that are never plain. */
const ALWAYS = 1 << 30;

/** The open elements that can change what the start tag of an element means, by element number. */
const OBSTACLES = Int32Array.from(NAMES, (name, id) => {
  const traits = TRAITS[id] as number;
  const hasRule = (traits & OWN_RULE) !== 0 && !/^(?:li|a|button)$/.test(name);
  const isSpecial = traits & (RAW | RCDATA | SKIPS_NEWLINE | ODD | TABLE_PART) || name === 'template';
  if (hasRule || isSpecial) return ALWAYS;
  const own = name === 'li' ? OPEN_LI : name === 'a' ? OPEN_A : name === 'button' ? OPEN_BUTTON : 0;
  return own | (traits & CLOSES_P ? OPEN_P : 0) | FOREIGN | OPEN_SELECT | OPEN_TEMPLATE;
});

const BODY = elementNumber('body');
const HTML = elementNumber('html');

/**
 * Reads the plain markup that most of a page consists of, up to a position at most: texts, end tags of the innermost
 * element, and start tags whose elements only open. The result is that of `read` and `consume`, in less time.
 */
export function readPlain(builder: Builder, limit: number): void {
  if (builder.mode !== IN_BODY) return;
  while (builder.at < limit && readPlainToken(builder, limit));
}

function readPlainToken(builder: Builder, limit: number): boolean {
  const { html, at } = builder;
  if (html.charCodeAt(at) !== LESS) return readPlainText(builder, limit);
  const code = html.charCodeAt(at + 1);
  return code === SLASH ? readPlainEnd(builder, limit) : isLetter(code) && readPlainStart(builder, limit);
}

function readPlainText(builder: Builder, limit: number): boolean {
  const { html, at } = builder;
  if (builder.traits & TABLE_CONTEXT || builder.mask & OPEN_TEMPLATE) return false;
  const end = html.indexOf('<', at + 1);
  if (end === -1 || end > limit || !beginsMarkup(html.charCodeAt(end + 1))) return false;
  builder.addText(at, end);
  builder.at = end;
  return true;
}

function readPlainEnd(builder: Builder, limit: number): boolean {
  const { html, at, id } = builder;
  if (id === BODY || id === HTML || builder.bits & IMPLIED) return false;
  const end = endOfSameName(html, at + 2, builder.openStart(builder.depth - 1) + 1);
  if (end === -1 || end >= limit) return false;
  builder.at = end + 1;
  builder.pop(at, end + 1);
  return true;
}

function readPlainStart(builder: Builder, limit: number): boolean {
  const { html, at, token } = builder;
  let end = at + 1;
  let hash = 0;
  let code = html.charCodeAt(end);
  while (code > GREATER || !(endsName(code) || end >= limit)) {
    hash = hashWith(hash, code);
    code = html.charCodeAt(++end);
  }
  if (end >= limit) return false;
  const id = elementAt(html, at + 1, end, hash);
  if (builder.traits & TABLE_CONTEXT) {
    if (((TRAITS[id] as number) & TABLE_PART) === 0 || impliedIn(builder.id, id) !== id) return false;
  } else if ((builder.mask | ALWAYS) & (OBSTACLES[id] as number)) return false;
  if (code === GREATER) token.startPlain(at, id, end);
  else builder.read();
  if (token.open > limit || token.open === -1) return false;
  builder.at = token.open;
  if ((TRAITS[id] as number) & VOID) builder.open();
  else builder.push(id, openIn(id, builder.mask), TRAITS[id] as number, ELEMENT);
  return true;
}
