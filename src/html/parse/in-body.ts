import { AFTER_BODY, AFTER_HTML, type Builder } from './builder.js';
import {
  BREAKOUT,
  CLOSES_P,
  elementNumber,
  FOREIGN,
  FORMATTING,
  HEADING,
  IMPLIED_END,
  MARKER,
  METADATA,
  ODD,
  OPEN_A,
  OPEN_BUTTON,
  OPEN_DD,
  OPEN_LI,
  OPEN_NOBR,
  OPEN_P,
  OPEN_RUBY,
  OPEN_SELECT,
  OPEN_TEMPLATE,
  OWN_RULE,
  RAW,
  RCDATA,
  SCOPE,
  SPECIAL,
  TABLE_CONTEXT,
  TABLE_PART,
  TEMPLATE_BODY,
  TEMPLATE_MODES,
  TRAITS,
} from './elements.js';
import {
  endInTable,
  endTablePart,
  entersBody,
  startInTable,
  startTablePart,
  textInTable,
} from './in-table.js';
import { FOREIGN_ELEMENT, MATHML, SVG } from './tree.js';

const number = elementNumber;
const LI = number('li');
const DD = number('dd');
const DT = number('dt');
const P = number('p');
const A = number('a');
const NOBR = number('nobr');
const BUTTON = number('button');
const FORM = number('form');
const OPTION = number('option');
const OPTGROUP = number('optgroup');
const RB = number('rb');
const RTC = number('rtc');
const RT = number('rt');
const RP = number('rp');
const SVG_ROOT = number('svg');
const MATH_ROOT = number('math');
const TABLE = number('table');
const SEARCH = number('search');
const TEMPLATE = number('template');
const SCRIPT = number('script');
const SELECT = number('select');
const INPUT = number('input');
const KEYGEN = number('keygen');
const HR = number('hr');
const BODY = number('body');
const HTML = number('html');
const OL = number('ol');
const UL = number('ul');

/** A start tag in `<body>` or in a `<template>`. */
export function startInBody(builder: Builder): void {
  const { id } = builder.token;
  const traits = TRAITS[id] as number;
  if (builder.mask & FOREIGN) return startForeign(builder, traits);
  if (builder.traits & TABLE_CONTEXT) return startInTable(builder);
  if (builder.mask & OPEN_SELECT) return startInSelect(builder, id, traits);
  if (traits & TABLE_PART) return startTablePart(builder);
  if (builder.id === TEMPLATE && (traits & METADATA) === 0 && !entersBody(builder)) return;
  if (traits & ODD) return builder.bailOut();
  if (traits & CLOSES_P && builder.mask & OPEN_P) closeP(builder, id);
  if (traits & OWN_RULE) startByOwnRule(builder, id, traits);
  else builder.open();
}

function closeP(builder: Builder, id: number): void {
  // In quirks mode a <p> contains a table. Older browsers do not know <search>.
  if (id === SEARCH || (id === TABLE && !builder.noQuirks)) return builder.bailOut();
  builder.closeImplied(builder.find(P, 0));
}

function startByOwnRule(builder: Builder, id: number, traits: number): void {
  if (id === LI) closeItem(builder, OPEN_LI, LI, LI);
  else if (id === DD || id === DT) closeItem(builder, OPEN_DD, DD, DT);
  else if (traits & HEADING) {
    if (builder.traits & HEADING) builder.popImplied();
  } else if (id === OPTION || id === OPTGROUP) {
    if (builder.id === OPTION) builder.popImplied();
  } else if (id === RB || id === RTC || id === RT || id === RP) closeRuby(builder, id);
  else if (id === SVG_ROOT || id === MATH_ROOT) return openForeign(builder, id === SVG_ROOT ? SVG : MATHML);
  else if (isNested(builder, id)) return builder.bailOut();
  builder.open();
}

/** Whether the parser splits or ignores the element, as it does not nest. */
function isNested({ mask, form }: Builder, id: number): boolean {
  if (id === A) return (mask & OPEN_A) !== 0;
  if (id === NOBR) return (mask & OPEN_NOBR) !== 0;
  if (id === BUTTON) return (mask & OPEN_BUTTON) !== 0;
  return id === FORM && form !== 0 && (mask & OPEN_TEMPLATE) === 0;
}

/** Closes the open item before a new one. */
function closeItem(builder: Builder, open: number, first: number, second: number): void {
  if ((builder.mask & open) === 0) return;
  let index = builder.depth - 1;
  while (builder.openId(index) !== first && builder.openId(index) !== second) index--;
  builder.closeImplied(index);
}

function closeRuby(builder: Builder, id: number): void {
  if ((builder.mask & OPEN_RUBY) === 0) return;
  const { depth } = builder;
  const kept = id === RT || id === RP ? RTC : 0;
  while (builder.traits & IMPLIED_END && builder.id !== kept) builder.popImplied();
  // Inserted without its <ruby>, HTML with such an omitted end tag parses differently.
  if (builder.depth < depth) builder.markOpaque(builder.depth - 1);
}

/** Old browsers drop most tags in a `<select>` and new ones keep them, so its content is uncertain. */
function startInSelect(builder: Builder, id: number, traits: number): void {
  if (id === OPTION || id === OPTGROUP || id === HR) {
    if (builder.id === OPTION) builder.popImplied();
    if (builder.id === OPTGROUP && id !== OPTION) builder.popImplied();
    return builder.open();
  }
  if (id === SCRIPT || id === TEMPLATE) return builder.open();
  const refused = TABLE_PART | CLOSES_P | RAW | RCDATA | ODD;
  if (id === INPUT || id === SELECT || id === KEYGEN || traits & refused) return builder.bailOut();
  let index = builder.depth - 1;
  while (builder.openId(index) !== SELECT) index--;
  builder.markOpaque(index);
  if (id === SVG_ROOT || id === MATH_ROOT) openForeign(builder, id === SVG_ROOT ? SVG : MATHML);
  else if (isNested(builder, id)) builder.bailOut();
  else builder.open();
}

/** These elements of SVG and MathML may contain HTML. */
const htmlInSvg = /^(?:foreignobject|desc|title)$/i;
const htmlInMath = /^(?:mi|mo|mn|ms|mtext)$/i;
const notFollowed = /^(?:annotation-xml|mglyph|malignmark)$/i;

function openForeign(builder: Builder, language: number): void {
  const { token } = builder;
  const name = builder.html.slice(token.start + 1, token.nameEnd);
  if (notFollowed.test(name)) return builder.bailOut();
  const takesHtml = (language === SVG ? htmlInSvg : htmlInMath).test(name);
  const isRoot = (builder.mask & FOREIGN) === 0;
  const id = isRoot ? token.id : 0;
  const around = builder.mask & ~FOREIGN;
  const scoped = takesHtml
    ? around & ~(OPEN_P | OPEN_BUTTON | OPEN_RUBY | OPEN_LI | OPEN_DD)
    : around | FOREIGN;
  builder.push(id, scoped, takesHtml ? SCOPE | SPECIAL : 0, language);
  if (token.selfClosing) builder.pop(token.open, token.open);
}

function startForeign(builder: Builder, traits: number): void {
  // Inside a <select>, old browsers ignore SVG but apply the HTML tags in it.
  const isSeen = builder.mask & OPEN_SELECT && builder.token.id !== 0;
  if (traits & BREAKOUT || isSeen) return builder.bailOut();
  openForeign(builder, builder.bits & MATHML ? MATHML : SVG);
}

/** An end tag in `<body>` or in a `<template>`. */
export function endInBody(builder: Builder): void {
  const { id, closesInner } = builder.token;
  if (closesInner && id !== BODY && id !== HTML) builder.popTag();
  else if (builder.bits & FOREIGN_ELEMENT) {
    if (builder.hasSameName(builder.depth - 1)) builder.popTag();
    else builder.bailOut();
  } else if (id === BODY || id === HTML) endBody(builder);
  else if (builder.isNamed(builder.depth - 1)) builder.popTag();
  else if (builder.mask & OPEN_SELECT) endInSelect(builder, id);
  else if (builder.traits & TABLE_CONTEXT) endInTable(builder);
  else if ((TRAITS[id] as number) & TABLE_PART || id === TABLE) endTablePart(builder);
  else if (id === FORM) endForm(builder);
  else if (id === TEMPLATE) endTemplate(builder);
  else if ((TRAITS[id] as number) & HEADING) endHeading(builder);
  else endElement(builder, id);
}

/** Ends the body. Its open elements are closed at the end of the page. */
function endBody(builder: Builder): void {
  const { token } = builder;
  if (builder.mask & (OPEN_TEMPLATE | OPEN_SELECT) || builder.find(BODY, SCOPE) === -1)
    return builder.bailOut();
  builder.bodyEnd = token.start;
  builder.mode = token.id === BODY ? AFTER_BODY : AFTER_HTML;
}

function endInSelect(builder: Builder, id: number): void {
  if (id !== SELECT && id !== OPTGROUP) return builder.bailOut();
  const index = builder.find(id, MARKER);
  const isOption = builder.id === OPTION || builder.id === OPTGROUP;
  if (index === -1 || !isOption) return builder.bailOut();
  builder.closeWithTag(index);
}

/** Closes the form. An element that is still open in it would outlive it, which is uncertain. */
function endForm(builder: Builder): void {
  builder.popImpliedEnds();
  if (builder.isNamed(builder.depth - 1)) builder.popTag();
  else builder.bailOut();
}

function endTemplate(builder: Builder): void {
  if (builder.mask & OPEN_TEMPLATE) builder.closeWithTag(builder.find(TEMPLATE, 0));
  else builder.ignoreTag();
}

/** Closes a heading. `</h2>` ends an open `<h1>` as well, which is not followed. */
function endHeading(builder: Builder): void {
  let index = builder.depth - 1;
  while (index > 0 && (builder.openTraits(index) & (HEADING | SCOPE)) === 0) index--;
  if (builder.openTraits(index) & SCOPE) builder.ignoreTag();
  else if (builder.isNamed(index)) builder.closeWithTag(index);
  else builder.bailOut();
}

function endElement(builder: Builder, id: number): void {
  const traits = TRAITS[id] as number;
  if (id === P && (builder.mask & OPEN_P) === 0) return builder.ignoreTag();
  const isBlock = traits & (CLOSES_P | MARKER) || id === BUTTON || id === P || id === SELECT;
  const index = id === LI ? findItem(builder) : builder.findNamed(isBlock ? SCOPE : SPECIAL);
  if (index !== -1) builder.closeWithTag(index);
  else if (traits & FORMATTING) builder.bailOut();
  else builder.ignoreTag();
}

/** Finds the item in "list item scope": a list ends the search too. */
function findItem(builder: Builder): number {
  const index = builder.findNamed(SCOPE);
  for (let inner = builder.depth - 1; inner > index; inner--) {
    if (builder.openId(inner) === OL || builder.openId(inner) === UL) return -1;
  }
  return index;
}

export function textInBody(builder: Builder): void {
  const { from, to } = builder.token;
  if (builder.traits & TABLE_CONTEXT) return textInTable(builder);
  const forTable = builder.id === TEMPLATE && builder.mask & TEMPLATE_MODES & ~TEMPLATE_BODY;
  if (forTable && !builder.isBlank(from, to)) builder.bailOut();
  else builder.addText(from, to);
}
