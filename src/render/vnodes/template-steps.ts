import { isValidElement } from 'preact';
import { awaitOwnChildren, isPromise } from './await.js';
import { type Tag, tagOf } from './html-names.js';
import { END, isText, type KnownTemplate, LEFT, START_END, writtenKeyOf } from './known-template.js';
import type { RenderedVNode } from './private-vnodes.js';
import {
  dropExpressions,
  endOfMemos,
  expressionCount,
  htmlOf,
  isMemo,
  leave,
  leaveElement,
  leaveMemos,
  startTagOf,
  type Visitor,
  writeElement,
} from './template-writer.js';

// The template being written, as in `template-writer.ts`. What is equal to the known one is added in one piece, once
// something differs or ends.
let nodes: readonly unknown[] = [];
let places: readonly number[] = [];
let knownText = '';
/** The text since the last expression, up to what is equal. */
let text = '';
/** The start of the equal part in the known text. */
let from = 0;
let reused = 0;
let metPromise = false;
let visit: Visitor;

const NONE = -1;

const isTag = (node: unknown): node is Tag => typeof node === 'object';

function begin(known: KnownTemplate, visitor: Visitor): void {
  ({ nodes, places, text: knownText } = known);
  text = '';
  from = reused = 0;
  metPromise = false;
  visit = visitor;
}

/** The text behind the last expression, and the characters of the template that are from the known one. */
export interface Steps {
  text: string | undefined;
  reused: number;
}

/** Writes an element in step with a known template. The text is undefined if the renderer has to write the element. */
export function stepElement(vnode: RenderedVNode, known: KnownTemplate, visitor: Visitor): Steps {
  begin(known, visitor);
  const end = writeInStep(0, vnode);
  if (end === undefined) return { text: undefined, reused };
  cut(end);
  return { text, reused };
}

/** Writes the children of a Fragment in step with a known template. */
export function stepChildren(vnode: RenderedVNode, known: KnownTemplate, visitor: Visitor): Steps {
  begin(known, visitor);
  cut(writeChildren(0, vnode));
  return { text, reused };
}

/** Adds what is equal up to a node. */
function cut(index: number): void {
  const to = places[index] as number;
  if (from === to) return;
  text += knownText.slice(from, to);
  reused += to - from;
  from = to;
}

/** Goes on at a known node behind what differs. */
function skipTo(index: number): number {
  from = places[index] as number;
  return index;
}

/**
 * Writes an element.
 *
 * @param index of the known node to compare with, here and below
 * @returns the index of the next one, or undefined if the renderer has to write the element
 */
function writeInStep(index: number, vnode: RenderedVNode): number | undefined {
  let at = index;
  // Texts before it may have been removed.
  while (isText(nodes[at])) at++;
  const tag = nodes[at];
  if (!isTag(tag) || tag.type !== (vnode.type as unknown)) return writeOther(index, vnode);
  let next = at === index ? endOfStart(at, tag, vnode) : NONE;
  if (next === NONE) {
    const start = startTagOf(tag, vnode);
    if (start === undefined) return undefined;
    cut(index);
    text += start;
    next = skipTo(nodes.indexOf(START_END, at) + 1);
  }
  if (!tag.isVoid) next = writeChildren(next, vnode);
  if (nodes[next] !== END) {
    cut(next);
    next = skipTo(places[at + 1] as number);
  }
  leaveElement(vnode);
  return next + 1;
}

/** Returns the index behind a known start tag, or `NONE` if that of the element is another one. */
function endOfStart(index: number, tag: Tag, vnode: RenderedVNode): number {
  const props = vnode.props as Readonly<Record<string, unknown>>;
  let next = index + 2;
  for (const prop in props) {
    if (prop === 'children' && !tag.isVoid) continue;
    if (nodes[next] !== prop || nodes[next + 1] !== props[prop]) return NONE;
    next += 2;
  }
  const isSame = nodes[next] === START_END && nodes[index + 1] === writtenKeyOf(vnode, tag);
  return isSame ? next + 1 : NONE;
}

/** Writes an element that is not the known one, in its place. */
function writeOther(index: number, vnode: RenderedVNode): number | undefined {
  const tag = tagOf(vnode.type as unknown as string);
  if (!tag) return undefined;
  cut(index);
  const written = writeElement(text, tag, vnode);
  if (written === undefined) return undefined;
  text = written;
  return skipTo(isTag(nodes[index]) ? (places[index + 1] as number) + 1 : index);
}

function writeChildren(index: number, vnode: RenderedVNode): number {
  const { children } = vnode.props;
  if (typeof children === 'string' && nodes[index] === children) return index + 1;
  const before = text;
  const beforeFrom = from;
  const beforeReused = reused;
  const count = expressionCount();
  const next = writeChild(index, children, vnode);
  if (!metPromise) return next;
  // Begins again, with an element that waits for each promise.
  metPromise = false;
  dropExpressions(count);
  text = before;
  from = beforeFrom;
  reused = beforeReused;
  awaitOwnChildren(vnode);
  return writeChild(index, vnode.props.children, vnode);
}

function writeChild(index: number, child: unknown, parent: RenderedVNode): number {
  switch (typeof child) {
    case 'string':
    case 'number':
    case 'bigint':
      return nodes[index] === child ? index + 1 : writeText(index, child);
    case 'symbol':
      return leaveNode(index, child, parent);
    case 'object':
      if (child === null) return index;
      if (Array.isArray(child)) return writeList(index, child, parent);
      if (isHtmlElement(child)) return writeHtml(index, child, parent);
      if (isValidElement(child)) return leaveNode(index, child, parent);
      metPromise = isPromise(child);
  }
  return index;
}

function writeText(index: number, child: string | number | bigint): number {
  cut(index);
  text += htmlOf(child);
  return skipTo(isText(nodes[index]) ? index + 1 : index);
}

function writeList(index: number, children: readonly unknown[], parent: RenderedVNode): number {
  let next = index;
  for (let i = 0; i < children.length && !metPromise; i++) {
    const child = children[i];
    if (isHtmlElement(child)) next = writeHtml(next, child, parent);
    else if (isMemo(child)) {
      const end = endOfMemos(children, i);
      cut(next);
      text = leaveMemos(text, children, i, end, parent);
      next = behindLeft(next);
      i = end - 1;
    } else next = writeChild(next, child, parent);
  }
  return next;
}

const isHtmlElement = (child: unknown): child is RenderedVNode =>
  typeof child === 'object' && isValidElement(child) && typeof child.type === 'string';

function writeHtml(index: number, vnode: RenderedVNode, parent: RenderedVNode): number {
  vnode.__ = parent;
  visit?.(vnode);
  return writeInStep(index, vnode) ?? leaveNode(index, vnode, parent);
}

function leaveNode(index: number, node: unknown, parent: RenderedVNode): number {
  cut(index);
  text = leave(text, node, parent);
  return behindLeft(index);
}

const behindLeft = (index: number): number => skipTo(nodes[index] === LEFT ? index + 1 : index);
