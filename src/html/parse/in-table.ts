import type { Builder } from './builder.js';
import {
  elementNumber,
  OPEN_CELL,
  TABLE_CONTEXT,
  TABLE_PART,
  TEMPLATE_BODY,
  TEMPLATE_CELLS,
  TEMPLATE_MODES,
  TEMPLATE_ROWS,
  TEMPLATE_SECTIONS,
  TRAITS,
} from './elements.js';

const TABLE = elementNumber('table');
const CAPTION = elementNumber('caption');
const COLGROUP = elementNumber('colgroup');
const COL = elementNumber('col');
const TBODY = elementNumber('tbody');
const TR = elementNumber('tr');
const TD = elementNumber('td');
const TH = elementNumber('th');
const TEMPLATE = elementNumber('template');
const SCRIPT = elementNumber('script');
const STYLE = elementNumber('style');
const P = elementNumber('p');
const BR = elementNumber('br');
const FORM = elementNumber('form');

/** Closes the cell or caption around the current token. */
function closeCell(builder: Builder): void {
  let index = builder.depth - 1;
  while (![TD, TH, CAPTION].includes(builder.openId(index))) index--;
  builder.closeImplied(index);
}

/** A start tag of a part of a table, not directly in a table. */
export function startTablePart(builder: Builder): void {
  if (builder.id === TEMPLATE) return startInTemplate(builder);
  if ((builder.mask & OPEN_CELL) === 0) return builder.ignoreTag();
  closeCell(builder);
  if (builder.id === TEMPLATE) startInTemplate(builder);
  else startInTable(builder);
}

/** A start tag directly in a table, section, row or `<colgroup>`. Elements that belong elsewhere are not followed. */
export function startInTable(builder: Builder): void {
  const { id } = builder.token;
  if (id === SCRIPT || id === STYLE || id === TEMPLATE) {
    if (builder.id === COLGROUP && id !== TEMPLATE) builder.popImplied();
    return builder.open();
  }
  if (((TRAITS[id] as number) & TABLE_PART) === 0) return builder.bailOut();
  while (builder.traits & TABLE_CONTEXT) {
    const implied = impliedIn(builder.id, id);
    if (implied === id) return builder.open();
    if (implied === 0) builder.popImplied();
    else builder.openImplied(implied);
  }
  if (builder.id === TEMPLATE) startInTemplate(builder);
  else builder.bailOut();
}

/** The element to open in `parent` for a part of a table: the part itself or an implied one; 0 if `parent` ends first. */
export function impliedIn(parent: number, id: number): number {
  if (parent === COLGROUP) return id === COL ? id : 0;
  if (parent === TR) return id === TD || id === TH ? id : 0;
  if (parent === TABLE) {
    if (id === COL) return COLGROUP;
    return id === TR || id === TD || id === TH ? TBODY : id;
  }
  if (id === TR) return id;
  return id === TD || id === TH ? TR : 0;
}

/** An end tag directly in a table, section, row or `<colgroup>`, but not of the innermost of them. */
export function endInTable(builder: Builder): void {
  const { id } = builder.token;
  if (id === P || id === BR || id === FORM) return builder.bailOut();
  if (builder.id === COLGROUP && id !== COL && id !== TABLE && id !== TEMPLATE) return builder.bailOut();
  const index = closedBy(builder, id);
  if (index === -1) return builder.ignoreTag();
  builder.closeWithTag(index);
}

/** The part of the innermost table that the end tag closes, or -1. */
function closedBy(builder: Builder, id: number): number {
  for (let index = builder.depth - 1; index >= 0; index--) {
    const open = builder.openId(index);
    if (open === id) return index;
    if (open === TABLE || (builder.openTraits(index) & TABLE_CONTEXT) === 0) {
      return id === TEMPLATE && open !== TEMPLATE ? builder.find(TEMPLATE, 0) : -1;
    }
  }
  return -1;
}

/** `</table>`, `</tr>`, `</td>` and the like in the content of a cell or caption. */
export function endTablePart(builder: Builder): void {
  const { id } = builder.token;
  if ((builder.mask & OPEN_CELL) === 0) return builder.ignoreTag();
  let cell = builder.depth - 1;
  while (![TD, TH, CAPTION].includes(builder.openId(cell))) cell--;
  if (builder.openId(cell) === id) return builder.closeWithTag(cell);
  let index = cell - 1;
  while (builder.openTraits(index) & TABLE_CONTEXT && builder.openId(index) !== id) {
    if (builder.openId(index) === TABLE) break;
    index--;
  }
  const inCaption = builder.openId(cell) === CAPTION;
  if (builder.openId(index) !== id || (inCaption && id !== TABLE)) return builder.ignoreTag();
  builder.closeImplied(cell);
  builder.closeWithTag(index);
}

function modeOf(id: number): number {
  if (id === TR) return TEMPLATE_ROWS;
  if (id === TD || id === TH) return TEMPLATE_CELLS;
  return ((TRAITS[id] as number) & TABLE_PART) !== 0 ? TEMPLATE_SECTIONS : TEMPLATE_BODY;
}

/** Sets the mode of a `<template>` by its first start tag. A mixture of modes is not followed. */
function enterTemplate(builder: Builder): boolean {
  const mode = modeOf(builder.token.id);
  const known = builder.mask & TEMPLATE_MODES;
  if (builder.token.id === COL || (known !== 0 && known !== mode)) {
    builder.bailOut();
    return false;
  }
  builder.addMask(mode);
  return true;
}

/** A part of a table directly in a `<template>`. */
function startInTemplate(builder: Builder): void {
  if (enterTemplate(builder)) builder.open();
}

/** Any other start tag directly in a `<template>`: returns whether it is parsed as in a body. */
export const entersBody = enterTemplate;

/** Text directly in a table, section or row. */
export function textInTable(builder: Builder): void {
  const { from, to } = builder.token;
  if (builder.isBlank(from, to)) return builder.addText(from, to);
  if (builder.id === COLGROUP) return builder.bailOut();
  // The browser puts it before the table, among the children of the table's parent.
  let index = builder.depth - 1;
  while (builder.openTraits(index) & TABLE_CONTEXT && builder.openId(index) !== TABLE) index--;
  builder.markOpaque(builder.openId(index) === TABLE ? index - 1 : index);
}
