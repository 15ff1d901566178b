/**
 * The elements that the HTML parser treats specially, with their traits as bits ("13.2 Parsing HTML documents" of
 * the HTML standard). Every other element is ordinary and has number 0.
 */
export const VOID = 1 << 0;
/** The content is text without character references. */
export const RAW = 1 << 1;
/** The content is text with character references. */
export const RCDATA = 1 << 2;
/** A start tag closes an open `<p>`. */
export const CLOSES_P = 1 << 3;
/** Belongs to the list of active formatting elements: the parser opens it again if it was not closed properly. */
export const FORMATTING = 1 << 4;
export const SPECIAL = 1 << 5;
/** Ends the search of "has an element in scope". */
export const SCOPE = 1 << 6;
/** Closing it forgets the formatting elements that are open in it. */
export const MARKER = 1 << 7;
/** The end tag is optional. */
export const IMPLIED_END = 1 << 8;
export const HEADING = 1 << 9;
export const TABLE_PART = 1 << 10;
/** Belongs to `<head>`. */
export const METADATA = 1 << 11;
/** A newline right after the start tag is dropped. */
export const SKIPS_NEWLINE = 1 << 12;
/** In a body the effect of the tag depends on the whole page. */
export const ODD = 1 << 13;
/** Ends SVG and MathML. */
export const BREAKOUT = 1 << 14;
/** The children are parts of a table only. */
export const TABLE_CONTEXT = 1 << 15;
/** A start tag in a body has a rule of its own. */
export const OWN_RULE = 1 << 16;
export const FIELD = 1 << 17;
/** Holds state of its visitor: a value, a choice, a position. */
export const STATEFUL = 1 << 18;
/** Its attributes may identify the thing that it is about. */
export const REFERS = 1 << 19;

/** The open elements around a place, as bits. Each element clears and sets some for its content. */
export const OPEN_P = 1 << 0;
export const OPEN_BUTTON = 1 << 1;
export const OPEN_LI = 1 << 2;
export const OPEN_DD = 1 << 3;
export const OPEN_RUBY = 1 << 4;
export const OPEN_A = 1 << 5;
export const OPEN_NOBR = 1 << 6;
export const OPEN_CELL = 1 << 7;
export const OPEN_SELECT = 1 << 8;
export const OPEN_TEMPLATE = 1 << 9;
/** The content is parsed as SVG or MathML. */
export const FOREIGN = 1 << 10;
/** A `<template>` began with sections of a table, with rows, with cells, or with another element. */
export const TEMPLATE_SECTIONS = 1 << 11;
export const TEMPLATE_ROWS = 1 << 12;
export const TEMPLATE_CELLS = 1 << 13;
export const TEMPLATE_BODY = 1 << 14;
export const TEMPLATE_MODES = TEMPLATE_SECTIONS | TEMPLATE_ROWS | TEMPLATE_CELLS | TEMPLATE_BODY;

const HEADINGS = 'h1 h2 h3 h4 h5 h6';

const traits: [bit: number, names: string][] = [
  [VOID, 'area base basefont bgsound br col embed hr img input keygen link meta param source track wbr'],
  [RAW, 'iframe noembed noframes noscript script style xmp'],
  [RCDATA, 'textarea title'],
  [
    CLOSES_P,
    `address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup main menu nav ol p search section summary ul pre listing form ${HEADINGS} table hr xmp li dd dt`,
  ],
  [FORMATTING, 'a b big code em font i nobr s small strike strong tt u'],
  [
    SPECIAL,
    `address applet area article aside base basefont bgsound blockquote body br button caption center col colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset ${HEADINGS} head header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav noembed noframes noscript object ol p param plaintext pre script search section select source style summary table tbody td template textarea tfoot th thead title tr track ul wbr xmp`,
  ],
  [SCOPE, 'applet caption html table td th marquee object template'],
  [MARKER, 'applet caption td th marquee object template'],
  [IMPLIED_END, 'dd dt li optgroup option p rb rp rt rtc'],
  [HEADING, HEADINGS],
  [TABLE_PART, 'caption col colgroup tbody td tfoot th thead tr'],
  [METADATA, 'base basefont bgsound link meta title noframes style script template noscript'],
  [SKIPS_NEWLINE, 'pre listing textarea'],
  [ODD, 'body frame frameset head html image plaintext'],
  [
    BREAKOUT,
    `b big blockquote body br center code dd div dl dt em embed font ${HEADINGS} head hr i img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var`,
  ],
  [TABLE_CONTEXT, 'table tbody tfoot thead tr colgroup'],
  [
    OWN_RULE,
    `li dd dt form button a nobr option optgroup rb rp rt rtc svg math table search ${HEADINGS} annotation-xml`,
  ],
  [FIELD, 'button input select textarea'],
  [STATEFUL, 'audio details dialog iframe input object select textarea video'],
  [REFERS, 'a button img input option'],
];

const clears: [bits: number, names: string][] = [
  [OPEN_P | OPEN_BUTTON | OPEN_RUBY, 'applet caption html table td th marquee object template'],
  [OPEN_P, 'button'],
  [OPEN_A | OPEN_NOBR, 'applet caption td th marquee object template'],
  [OPEN_CELL, 'table template html'],
  [OPEN_SELECT, 'template'],
];

const sets: [bits: number, names: string][] = [
  [OPEN_P, 'p'],
  [OPEN_BUTTON, 'button'],
  [OPEN_LI, 'li'],
  [OPEN_DD, 'dd dt'],
  [OPEN_RUBY, 'ruby'],
  [OPEN_A, 'a'],
  [OPEN_NOBR, 'nobr'],
  [OPEN_CELL, 'td th caption'],
  [OPEN_SELECT, 'select'],
  [OPEN_TEMPLATE, 'template'],
];

/** The special names. An element's number is the index of its name. */
export const NAMES = ['', ...new Set([...traits, ...sets].flatMap(([, names]) => names.split(' ')))];

function spread(rows: [bits: number, names: string][]): Int32Array {
  const bits = new Int32Array(NAMES.length);
  for (const [bit, names] of rows) {
    for (const name of names.split(' ')) bits[NAMES.indexOf(name)] = (bits[NAMES.indexOf(name)] ?? 0) | bit;
  }
  return bits;
}

/** By element number: its traits, and the bits that it clears and sets for its content. */
export const TRAITS = spread(traits);
const CLEARS = spread(clears);
const SETS = spread(sets);

// Any special element ends the search for an open <li>, <dd> or <dt>, except these three.
for (let id = 1; id < NAMES.length; id++) {
  const stops = ((TRAITS[id] as number) & SPECIAL) !== 0 && !/^(address|div|p)$/.test(NAMES[id] as string);
  if (stops) CLEARS[id] = (CLEARS[id] as number) | OPEN_LI | OPEN_DD;
}

/** The bits of an element's content, from those around the element. */
export function openIn(id: number, around: number): number {
  return (around & ~TEMPLATE_MODES & ~(CLEARS[id] as number)) | (SETS[id] as number);
}

const SLOTS = new Int16Array(1024);

/** The hash of a name with one more character, whatever its case. */
export function hashWith(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | 0x20)) | 0;
}

function slotOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = hashWith(hash, name.charCodeAt(i));
  return hash & (SLOTS.length - 1);
}

for (let id = 1; id < NAMES.length; id++) {
  let slot = slotOf(NAMES[id] as string);
  while (SLOTS[slot] !== 0) slot = (slot + 1) & (SLOTS.length - 1);
  SLOTS[slot] = id;
}

function isNameAt(html: string, from: number, to: number, name: string): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) {
    const code = html.charCodeAt(from + i);
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    if (lower !== name.charCodeAt(i)) return false;
  }
  return true;
}

/** The number of the element whose name begins at `from` and has this hash, or 0 for an ordinary element. */
export function elementAt(html: string, from: number, to: number, hash: number): number {
  for (let slot = hash & (SLOTS.length - 1); ; slot = (slot + 1) & (SLOTS.length - 1)) {
    const id = SLOTS[slot] as number;
    if (id === 0 || isNameAt(html, from, to, NAMES[id] as string)) return id;
  }
}

/** The number of a special element. */
export function elementNumber(name: string): number {
  return NAMES.indexOf(name);
}
