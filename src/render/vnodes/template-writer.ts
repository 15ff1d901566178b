import { Fragment, h, isValidElement, options as preactOptions } from 'preact';
import { awaitOwnChildren, isPromise } from './await.js';
import { escapeHtml } from './escape-html.js';
import { type Attribute, attributeNamed, attributeOf, type Tag, tagOf } from './html-names.js';
import { keyOf, needsKey } from './keys.js';
import type { TemplateRecord } from './known-template.js';
import { isInsideSvg, type Render, type RenderedVNode, renderOf } from './private-vnodes.js';
import { kHtml, type ReadyHtml } from './ready-html.js';

/** Nodes that the renderer renders between two texts of a template. It keeps the list as `__k` of the template's element. */
export type Expression = unknown[] & {
  /** The element around the nodes, and those around it up to the parent of the template's element. */
  around?: RenderedVNode[];
};

/** The props of a Fragment that stands for `memo` elements beside each other in a list of children. */
export interface MemoProps {
  memos: { children: readonly unknown[]; start: number; end: number };
}

export type Visitor = ((vnode: RenderedVNode) => void) | undefined;

export interface WrittenTemplate {
  texts: string[];
  /** Between two texts each. */
  exprs: Expression[];
}

/** Hooks of other libraries, which see each element. */
const hooks = preactOptions as { diffed?: Visitor; unmount?: Visitor };

// The template being written. No render begins meanwhile, so there is one at a time. Its text is passed along instead: each
// change of a variable of the module would cost a write barrier.
let root: RenderedVNode;
let texts: string[] = [];
let exprs: Expression[] = [];
/** The root may be inside an `<svg>`. Undefined if not known yet. */
let mayBeInSvg: boolean | undefined;
/** The child written last is a promise, or has one. */
let metPromise = false;
let visit: Visitor;
let record: TemplateRecord | undefined;

/** @param recordOf takes the nodes of the template */
export function beginTemplate(vnode: RenderedVNode, visitor: Visitor, recordOf?: TemplateRecord): void {
  root = vnode;
  texts = [];
  exprs = [];
  mayBeInSvg = undefined;
  metPromise = false;
  visit = visitor;
  record = recordOf;
}

/** @param text what follows the last expression */
export function endTemplate(text: string): WrittenTemplate {
  texts.push(text);
  return { texts, exprs };
}

/** Whether the template is inside an `<svg>`, or undefined if its text does not depend on it. */
export const dependsOnSvg = (): boolean | undefined => mayBeInSvg;

/** Returns the text since the last expression with an element behind it, or undefined if the renderer has to write the element. */
export function writeElement(text: string, tag: Tag, vnode: RenderedVNode): string | undefined {
  const start = startTagOf(tag, vnode);
  if (start === undefined) return undefined;
  if (record) return writeRecorded(record, text, start, tag, vnode);
  const written = tag.isVoid ? text + start : writeContent(text, start, tag.end, vnode);
  leaveElement(vnode);
  return written;
}

export function leaveElement(vnode: RenderedVNode): void {
  hooks.diffed?.(vnode);
  hooks.unmount?.(vnode);
}

/** Writes an element from its start tag on. */
function writeContent(text: string, start: string, end: string, vnode: RenderedVNode): string {
  const { children } = vnode.props as { children?: unknown };
  // A short element is one string this way. Others become a tree that takes longer to read.
  if (typeof children === 'string') return text + (start + escapeHtml(children) + end);
  if (typeof children === 'number') return text + (start + children + end);
  return writeChildren(text + start, vnode) + end;
}

function writeRecorded(
  nodes: TemplateRecord,
  text: string,
  start: string,
  tag: Tag,
  vnode: RenderedVNode,
): string {
  const element = nodes.openElement(tag, vnode, text.length);
  const written = tag.isVoid ? text + start : writeChildren(text + start, vnode);
  nodes.closeElement(element, written.length);
  leaveElement(vnode);
  return tag.isVoid ? written : written + tag.end;
}

/** Returns an element's start tag, or undefined if the renderer has to write the element. */
export function startTagOf(tag: Tag, vnode: RenderedVNode): string | undefined {
  const props = vnode.props as Readonly<Record<string, unknown>>;
  let start = tag.start;
  /** The quote of the last value is open. */
  let isQuoted = false;
  for (const prop in props) {
    if (prop === 'children' && !tag.isVoid) continue;
    const value = props[prop];
    if (value === null || value === undefined) continue;
    const attribute = attributeOf(prop);
    const isNamed = attribute !== null && (attribute.isPlain || hasName(attribute, prop, props));
    let html: string | undefined;
    if (typeof value === 'string') html = escapeHtml(value);
    else if (typeof value === 'number') html = `${value}`;
    else if (typeof value === 'boolean' && isNamed) {
      html = value ? attribute.whenTrue : attribute.whenFalse;
      if (html === undefined) continue;
    }
    if (!isNamed || html === undefined) return undefined;
    start += attributeStart(attribute, html, isQuoted) + html;
    isQuoted = html !== '';
  }
  const key = needsKey(vnode, tag.isStateful) ? keyOf(vnode) : undefined;
  if (key !== undefined) {
    const html = escapeHtml(key);
    start += attributeStart(KEY, html, isQuoted) + html;
    isQuoted = html !== '';
  }
  if (tag.isVoid) return start + (isQuoted ? '"/>' : '/>');
  return start === tag.start ? tag.bare : start + (isQuoted ? '">' : '>');
}

/** The attribute that `writeKey` writes. */
const KEY = attributeNamed('Key');

/** The text of an attribute up to its value, behind another value whose quote may be open. */
function attributeStart(
  { bare, start, bareBehindValue, startBehindValue }: Attribute,
  html: string,
  isQuoted: boolean,
): string {
  if (html === '') return isQuoted ? bareBehindValue : bare;
  return isQuoted ? startBehindValue : start;
}

function hasName(attribute: Attribute, prop: string, props: object): boolean {
  if (attribute.isOtherInSvg && isInSvg()) return false;
  // The renderer decides between two props for one attribute.
  return attribute.name === prop || !(attribute.name in props);
}

export function isInSvg(): boolean {
  mayBeInSvg ??= isInsideSvg(root) || (renderOf(root) as Render).hasSuspendedInSvg === true;
  return mayBeInSvg;
}

export function writeChildren(text: string, vnode: RenderedVNode): string {
  const count = exprs.length;
  const mark = record?.mark;
  const written = writeChild(text, vnode.props.children, vnode);
  if (!metPromise) return written;
  // Begins again, with an element that waits for each promise.
  metPromise = false;
  dropExpressions(count);
  if (mark) record?.rewind(mark);
  awaitOwnChildren(vnode);
  return writeChild(text, vnode.props.children, vnode);
}

/** The number of expressions so far. */
export const expressionCount = (): number => exprs.length;

/** Drops all expressions but the first ones, with the texts before them. */
export function dropExpressions(count: number): void {
  texts.length = exprs.length = count;
}

function writeChild(text: string, child: unknown, parent: RenderedVNode): string {
  switch (typeof child) {
    case 'string':
    case 'number':
    case 'bigint':
      record?.addText(child, text.length);
      return text + htmlOf(child);
    case 'symbol':
      return leave(text, child, parent);
    case 'object':
      if (child === null) return text;
      if (Array.isArray(child)) return writeList(text, child, parent);
      if (isValidElement(child)) return writeNode(text, child as RenderedVNode, parent);
      metPromise = isPromise(child);
  }
  return text;
}

export function htmlOf(text: string | number | bigint): string {
  return typeof text === 'string' ? escapeHtml(text) : `${text}`;
}

function writeList(text: string, children: readonly unknown[], parent: RenderedVNode): string {
  let written = text;
  for (let i = 0; i < children.length && !metPromise; i++) {
    if (isMemo(children[i])) {
      const end = endOfMemos(children, i);
      written = leaveMemos(written, children, i, end, parent);
      i = end - 1;
    } else written = writeChild(written, children[i], parent);
  }
  return written;
}

export function isMemo(child: unknown): boolean {
  if (typeof child !== 'object' || child === null) return false;
  const type: unknown = (child as RenderedVNode).type;
  return typeof type === 'function' && (type as ReadyHtml<object>)[kHtml] !== undefined;
}

/** Returns the end of the `memo` elements beside each other from an index on. The renderer takes longer to visit one than to write its HTML. */
export function endOfMemos(children: readonly unknown[], start: number): number {
  let end = start + 1;
  while (isMemo(children[end])) end++;
  return end;
}

function writeNode(text: string, vnode: RenderedVNode, parent: RenderedVNode): string {
  const type: unknown = vnode.type;
  if (typeof type === 'string') {
    vnode.__ = parent;
    visit?.(vnode);
    const tag = tagOf(type);
    const written = tag ? writeElement(text, tag, vnode) : undefined;
    if (written !== undefined) return written;
  }
  return leave(text, vnode, parent);
}

export function leaveMemos(
  text: string,
  children: readonly unknown[],
  start: number,
  end: number,
  parent: RenderedVNode,
): string {
  return leave(text, h(Fragment as never, { memos: { children, start, end } } satisfies MemoProps), parent);
}

/** Leaves a node to the renderer, together with the one before it if there is nothing between them. */
export function leave(text: string, node: unknown, parent: RenderedVNode): string {
  record?.addLeft(text.length);
  const last = text === '' ? exprs.at(-1) : undefined;
  if (last?.around?.[0] === parent) {
    last.push(node);
    return text;
  }
  const expression: Expression = [node];
  expression.around = nodesAround(parent);
  exprs.push(expression);
  texts.push(text);
  return '';
}

function nodesAround(parent: RenderedVNode): RenderedVNode[] {
  const nodes: RenderedVNode[] = [];
  for (let node = parent; node !== root; node = node.__ as RenderedVNode) nodes.push(node);
  nodes.push(root);
  if (root.__) nodes.push(root.__);
  return nodes;
}
