import { AFTER_BODY, AFTER_HTML, type Builder } from './builder.js';
import {
  BREAKOUT,
  CLOSES_P,
  elementNumber,
  FOREIGN,
  FOREIGN_ELEMENT,
  FORMATTING,
  HEADING,
  IMPLIED_END,
  IN_MATHML,
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
import { MATHML, SVG } from './tree.js';

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
  const { id } = builder.tokens;
  const traits = TRAITS[id] as number;
  if (builder.mask & FOREIGN) return startForeign(builder, traits);
  if (builder.traits & TABLE_CONTEXT) return startInTable(builder);
  if (builder.mask & OPEN_SELECT) return startInSelect(builder, id, traits);
  if (traits & TABLE_PART) return startTablePart(builder);
  if (builder.id === TEMPLATE && (traits & METADATA) === 0 && !entersBody(builder)) return;
  if (traits & ODD) return builder.unsure();
  if (traits & CLOSES_P && builder.mask & OPEN_P) closeP(builder, id);
  if (traits & OWN_RULE) startByOwnRule(builder, id, traits);
  else builder.open();
}

function closeP(builder: Builder, id: number): void {
  // In quirks mode a table stands in the <p>; older browsers do not know <search>.
  if (id === SEARCH || (id === TABLE && !builder.noQuirks)) return builder.unsure();
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
  else if (isNested(builder, id)) return builder.unsure();
  builder.open();
}

/** What the parser does not nest, but takes apart or ignores. */
function isNested({ mask, form }: Builder, id: number): boolean {
  if (id === A) return (mask & OPEN_A) !== 0;
  if (id === NOBR) return (mask & OPEN_NOBR) !== 0;
  if (id === BUTTON) return (mask & OPEN_BUTTON) !== 0;
  return id === FORM && form !== 0 && (mask & OPEN_TEMPLATE) === 0;
}

/** An item ends the open item before it. */
function closeItem(builder: Builder, open: number, first: number, second: number): void {
  if ((builder.mask & open) === 0) return;
  let index = builder.depth - 1;
  while (builder.frameId(index) !== first && builder.frameId(index) !== second) index--;
  builder.closeImplied(index);
}

function closeRuby(builder: Builder, id: number): void {
  if ((builder.mask & OPEN_RUBY) === 0) return;
  const { depth } = builder;
  const kept = id === RT || id === RP ? RTC : 0;
  while (builder.traits & IMPLIED_END && builder.id !== kept) builder.popImplied();
  // An end tag left out here is not understood when the HTML is inserted without its <ruby>.
  if (builder.depth < depth) builder.markOpaque(builder.depth - 1);
}

/** Old browsers drop most tags in a `<select>`, new ones keep them: then its content is not followed. */
function startInSelect(builder: Builder, id: number, traits: number): void {
  if (id === OPTION || id === OPTGROUP || id === HR) {
    if (builder.id === OPTION) builder.popImplied();
    if (builder.id === OPTGROUP && id !== OPTION) builder.popImplied();
    return builder.open();
  }
  if (id === SCRIPT || id === TEMPLATE) return builder.open();
  const refused = TABLE_PART | CLOSES_P | RAW | RCDATA | ODD;
  if (id === INPUT || id === SELECT || id === KEYGEN || traits & refused) return builder.unsure();
  let index = builder.depth - 1;
  while (builder.frameId(index) !== SELECT) index--;
  builder.markOpaque(index);
  if (id === SVG_ROOT || id === MATH_ROOT) openForeign(builder, id === SVG_ROOT ? SVG : MATHML);
  else if (isNested(builder, id)) builder.unsure();
  else builder.open();
}

/** HTML may stand in these elements of SVG and MathML. */
const htmlInSvg = /^(?:foreignobject|desc|title)$/i;
const htmlInMath = /^(?:mi|mo|mn|ms|mtext)$/i;
const notFollowed = /^(?:annotation-xml|mglyph|malignmark)$/i;

function openForeign(builder: Builder, language: number): void {
  const { tokens } = builder;
  const name = builder.html.slice(tokens.start + 1, tokens.nameEnd);
  if (notFollowed.test(name)) return builder.unsure();
  const takesHtml = (language === SVG ? htmlInSvg : htmlInMath).test(name);
  const isRoot = (builder.mask & FOREIGN) === 0;
  const id = isRoot ? tokens.id : 0;
  const around = (builder.mask & ~(FOREIGN | IN_MATHML)) | (language === MATHML ? IN_MATHML : 0);
  const scoped = takesHtml
    ? around & ~(OPEN_P | OPEN_BUTTON | OPEN_RUBY | OPEN_LI | OPEN_DD)
    : around | FOREIGN;
  const traits = FOREIGN_ELEMENT | (takesHtml ? SCOPE | SPECIAL : 0);
  builder.push(id, scoped, traits, language);
  if (tokens.selfClosing) builder.pop(tokens.open, tokens.open);
}

function startForeign(builder: Builder, traits: number): void {
  // Old browsers see no SVG in a <select>, but the tags that they would see in it.
  const isSeen = builder.mask & OPEN_SELECT && builder.tokens.id !== 0;
  if (traits & BREAKOUT || isSeen) return builder.unsure();
  openForeign(builder, builder.mask & IN_MATHML ? MATHML : SVG);
}

/** An end tag in `<body>` or in a `<template>`. */
export function endInBody(builder: Builder): void {
  const { id } = builder.tokens;
  if (builder.traits & FOREIGN_ELEMENT) {
    if (builder.hasSameName(builder.depth - 1)) builder.popTag();
    else builder.unsure();
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

/** The elements in the body stay open: space behind `</body>` is still put into the innermost of them. */
function endBody(builder: Builder): void {
  const { tokens } = builder;
  if (builder.mask & (OPEN_TEMPLATE | OPEN_SELECT) || builder.find(BODY, SCOPE) === -1)
    return builder.unsure();
  builder.bodyEnd = tokens.start;
  builder.mode = tokens.id === BODY ? AFTER_BODY : AFTER_HTML;
}

function endInSelect(builder: Builder, id: number): void {
  if (id !== SELECT && id !== OPTGROUP) return builder.unsure();
  const index = builder.find(id, MARKER);
  const isOption = builder.id === OPTION || builder.id === OPTGROUP;
  if (index === -1 || !isOption) return builder.unsure();
  builder.closeWithTag(index);
}

/** An element that is left open in a form outlives it: that is not followed. */
function endForm(builder: Builder): void {
  builder.popImpliedEnds();
  if (builder.isNamed(builder.depth - 1)) builder.popTag();
  else builder.unsure();
}

function endTemplate(builder: Builder): void {
  if (builder.mask & OPEN_TEMPLATE) builder.closeWithTag(builder.find(TEMPLATE, 0));
  else builder.stray();
}

/** `</h2>` ends an open `<h1>` as well: that is not followed. */
function endHeading(builder: Builder): void {
  let index = builder.depth - 1;
  while (index > 0 && (builder.frameTraits(index) & (HEADING | SCOPE)) === 0) index--;
  if (builder.frameTraits(index) & SCOPE) builder.stray();
  else if (builder.isNamed(index)) builder.closeWithTag(index);
  else builder.unsure();
}

function endElement(builder: Builder, id: number): void {
  const traits = TRAITS[id] as number;
  if (id === P && (builder.mask & OPEN_P) === 0) return builder.stray();
  const isBlock = traits & (CLOSES_P | MARKER) || id === BUTTON || id === P || id === SELECT;
  const index = id === LI ? findItem(builder) : builder.findNamed(isBlock ? SCOPE : SPECIAL);
  if (index !== -1) builder.closeWithTag(index);
  else if (traits & FORMATTING) builder.unsure();
  else builder.stray();
}

/** "List item scope": a list ends the search too. */
function findItem(builder: Builder): number {
  const index = builder.findNamed(SCOPE);
  for (let inner = builder.depth - 1; inner > index; inner--) {
    if (builder.frameId(inner) === OL || builder.frameId(inner) === UL) return -1;
  }
  return index;
}

export function textInBody(builder: Builder): void {
  const { from, to } = builder.tokens;
  if (builder.traits & TABLE_CONTEXT) return textInTable(builder);
  const forTable = builder.id === TEMPLATE && builder.mask & TEMPLATE_MODES & ~TEMPLATE_BODY;
  if (forTable && !builder.isBlank(from, to)) builder.unsure();
  else builder.addText(from, to);
}
