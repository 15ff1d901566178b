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
  while (![TD, TH, CAPTION].includes(builder.frameId(index))) index--;
  builder.closeImplied(index);
}

/** A start tag of a part of a table, anywhere else than right in a table. */
export function startTablePart(builder: Builder): void {
  if (builder.id === TEMPLATE) return startInTemplate(builder);
  if ((builder.mask & OPEN_CELL) === 0) return builder.stray();
  closeCell(builder);
  if (builder.id === TEMPLATE) startInTemplate(builder);
  else startInTable(builder);
}

/** A start tag right in a table, a section, a row or a `<colgroup>`. What belongs elsewhere is not followed. */
export function startInTable(builder: Builder): void {
  const { id } = builder.tokens;
  if (id === SCRIPT || id === STYLE || id === TEMPLATE) {
    if (builder.id === COLGROUP && id !== TEMPLATE) builder.popImplied();
    return builder.open();
  }
  if (((TRAITS[id] as number) & TABLE_PART) === 0) return builder.unsure();
  while (builder.traits & TABLE_CONTEXT) {
    const implied = impliedIn(builder.id, id);
    if (implied === id) return builder.open();
    if (implied === 0) builder.popImplied();
    else builder.openImplied(implied);
  }
  if (builder.id === TEMPLATE) startInTemplate(builder);
  else builder.unsure();
}

/** What a part of a table is put into: itself when it may stand in `parent`, 0 when `parent` ends before it. */
function impliedIn(parent: number, id: number): number {
  if (parent === COLGROUP) return id === COL ? id : 0;
  if (parent === TR) return id === TD || id === TH ? id : 0;
  if (parent === TABLE) {
    if (id === COL) return COLGROUP;
    return id === TR || id === TD || id === TH ? TBODY : id;
  }
  if (id === TR) return id;
  return id === TD || id === TH ? TR : 0;
}

/** An end tag right in a table, a section, a row or a `<colgroup>`, but not of the innermost of them. */
export function endInTable(builder: Builder): void {
  const { id } = builder.tokens;
  if (id === P || id === BR || id === FORM) return builder.unsure();
  if (builder.id === COLGROUP && id !== COL && id !== TABLE && id !== TEMPLATE) return builder.unsure();
  const index = closedBy(builder, id);
  if (index === -1) return builder.stray();
  builder.closeWithTag(index);
}

/** The part of the innermost table that the end tag closes, or -1. */
function closedBy(builder: Builder, id: number): number {
  for (let index = builder.depth - 1; index >= 0; index--) {
    const frame = builder.frameId(index);
    if (frame === id) return index;
    if (frame === TABLE || (builder.frameTraits(index) & TABLE_CONTEXT) === 0) {
      return id === TEMPLATE && frame !== TEMPLATE ? builder.find(TEMPLATE, 0) : -1;
    }
  }
  return -1;
}

/** `</table>`, `</tr>`, `</td>` and so on, met in the content of a cell or caption. */
export function endTablePart(builder: Builder): void {
  const { id } = builder.tokens;
  if ((builder.mask & OPEN_CELL) === 0) return builder.stray();
  let cell = builder.depth - 1;
  while (![TD, TH, CAPTION].includes(builder.frameId(cell))) cell--;
  if (builder.frameId(cell) === id) return builder.closeWithTag(cell);
  let index = cell - 1;
  while (builder.frameTraits(index) & TABLE_CONTEXT && builder.frameId(index) !== id) {
    if (builder.frameId(index) === TABLE) break;
    index--;
  }
  const inCaption = builder.frameId(cell) === CAPTION;
  if (builder.frameId(index) !== id || (inCaption && id !== TABLE)) return builder.stray();
  builder.closeImplied(cell);
  builder.closeWithTag(index);
}

function modeOf(id: number): number {
  if (id === TR) return TEMPLATE_ROWS;
  if (id === TD || id === TH) return TEMPLATE_CELLS;
  return ((TRAITS[id] as number) & TABLE_PART) !== 0 ? TEMPLATE_SECTIONS : TEMPLATE_BODY;
}

/** The first start tag right in a `<template>` says what the template is for; a mixture is not followed. */
function enterTemplate(builder: Builder): boolean {
  const mode = modeOf(builder.tokens.id);
  const known = builder.mask & TEMPLATE_MODES;
  if (builder.tokens.id === COL || (known !== 0 && known !== mode)) {
    builder.unsure();
    return false;
  }
  builder.addMask(mode);
  return true;
}

/** A part of a table right in a `<template>`. */
export function startInTemplate(builder: Builder): void {
  if (enterTemplate(builder)) builder.open();
}

/** Any other start tag right in a `<template>`: whether it is as in a body. */
export const entersBody = enterTemplate;

/** Text right in a table, a section or a row. */
export function textInTable(builder: Builder): void {
  const { from, to } = builder.tokens;
  if (builder.isBlank(from, to)) return builder.addText(from, to);
  if (builder.id === COLGROUP) return builder.unsure();
  // The browser puts it before the table, among the children of the table's parent.
  let index = builder.depth - 1;
  while (builder.frameTraits(index) & TABLE_CONTEXT && builder.frameId(index) !== TABLE) index--;
  builder.markOpaque(builder.frameId(index) === TABLE ? index - 1 : index);
}
