import { Fragment, h, isValidElement, options as preactOptions } from 'preact';
import { awaitOwnChildren, isPromise } from './await.js';
import { escapeHtml } from './escape-html.js';
import { type Attribute, attributeNamed, attributeOf, type Tag, tagOf } from './html-names.js';
import { keyOf, needsKey } from './keys.js';
import type { RenderedVNode } from './private-vnodes.js';
import { kHtml, type ReadyHtml } from './ready-html.js';

/** Nodes that the renderer renders between two texts of a template. It keeps the list as `__k` of the template's element. */
type Expression = unknown[] & {
  /** The element around the nodes, and those around it up to the parent of the template's element. */
  around?: RenderedVNode[];
};

/** The props of a Fragment that stands for `memo` elements beside each other in a list of children. */
export interface MemoProps {
  memos: { children: readonly unknown[]; start: number; end: number };
}

/**
 * The props of precompiled JSX: the renderer writes the texts of `tpl`, with `exprs` between them. It reads an element's
 * type and props first and then the texts, which gives the element its own back. So no code of an author sees it changed,
 * and it may outlive the render.
 */
class Template {
  readonly exprs: readonly Expression[];
  readonly #texts: readonly string[];
  readonly #vnode: RenderedVNode;
  readonly #type: RenderedVNode['type'];
  readonly #props: RenderedVNode['props'];

  constructor(vnode: RenderedVNode, texts: readonly string[], exprs: readonly Expression[]) {
    this.#vnode = vnode;
    this.#type = vnode.type;
    this.#props = vnode.props;
    this.#texts = texts;
    this.exprs = exprs;
  }

  get tpl(): readonly string[] {
    this.#vnode.type = this.#type;
    this.#vnode.props = this.#props;
    return this.#texts;
  }
}

/** Hooks of other libraries, which see each element. */
const hooks = preactOptions as {
  diffed?: (vnode: RenderedVNode) => void;
  unmount?: (vnode: RenderedVNode) => void;
};

// The template being written. No render begins meanwhile, so there is one at a time.
let root: RenderedVNode;
let texts: string[] = [];
let exprs: Expression[] = [];
/** The text since the last expression. */
let text = '';
/** Undefined if not known yet. */
let isInSvg: boolean | undefined;
let visit: ((vnode: RenderedVNode) => void) | undefined;

/**
 * Makes a template of an element and all in it, which takes less time than rendering it. The renderer keeps what is
 * special: components, and elements that are more than names, values and children.
 *
 * @param vnode an element that the renderer has just reached
 * @param visitor called for each element inside
 * @returns false if the renderer has to write the element itself
 */
export function writeTemplate(vnode: RenderedVNode, visitor: typeof visit): boolean {
  const tag = tagOf(vnode.type as unknown as string);
  if (tag === null) return false;
  root = vnode;
  texts = [];
  exprs = [];
  text = '';
  isInSvg = undefined;
  visit = visitor;
  const ending = writeStart(tag, vnode.props as never);
  if (ending === undefined) return false;
  writeRest(tag, vnode, ending);
  texts.push(text);
  const template = new Template(vnode, texts, exprs);
  vnode.type = Fragment as never;
  vnode.props = template as never;
  return true;
}

/** The end of a start tag so far: its name, an attribute without a value, or a value whose quote is open. */
type Ending = 'name' | 'attribute' | 'value';

/** Writes a start tag but for its end. Writes nothing and returns undefined if the renderer has to. */
function writeStart(tag: Tag, props: Readonly<Record<string, unknown>>): Ending | undefined {
  const before = text;
  let ending: Ending = 'name';
  for (const prop in props) {
    const value = props[prop];
    if (value === null || value === undefined) continue;
    if (prop === 'children' && !tag.isVoid) continue;
    const attribute = attributeOf(prop);
    const isNamed = attribute !== null && (attribute.isPlain || hasName(attribute, prop, props));
    let html: string | undefined;
    if (typeof value === 'string') html = escapeHtml(value);
    else if (typeof value === 'number') html = `${value}`;
    else if (typeof value === 'boolean' && isNamed) {
      if (!value && !attribute.hasBooleans) continue;
      html = attribute.hasBooleans ? `${value}` : '';
    }
    if (!isNamed || html === undefined) {
      text = before;
      return undefined;
    }
    if (ending === 'name') text += tag.start;
    ending = writeAttribute(attribute, html, ending);
  }
  return ending;
}

function hasName(attribute: Attribute, prop: string, props: object): boolean {
  if (attribute.isOtherInSvg) {
    isInSvg ??= isInsideSvg(root);
    if (isInSvg) return false;
  }
  // The renderer decides between two props for one attribute.
  return attribute.name === prop || !(attribute.name in props);
}

function isInsideSvg(vnode: RenderedVNode): boolean {
  for (let outer = vnode.__; outer; outer = outer.__) {
    const type: unknown = outer.type;
    if (type === 'svg' || type === 'foreignObject') return type === 'svg';
  }
  return false;
}

function writeAttribute(attribute: Attribute, html: string, ending: Ending): Ending {
  if (html === '') {
    text += ending === 'value' ? attribute.bareBehindValue : attribute.bare;
    return 'attribute';
  }
  text += ending === 'value' ? attribute.startBehindValue : attribute.start;
  text += html;
  return 'value';
}

/** The attribute that `writeKey` writes. */
const KEY = attributeNamed('Key');

function writeRest(tag: Tag, vnode: RenderedVNode, startEnding: Ending): void {
  let ending = startEnding;
  const key = needsKey(vnode) ? keyOf(vnode) : undefined;
  if (key !== undefined) {
    if (ending === 'name') text += tag.start;
    ending = writeAttribute(KEY, escapeHtml(key), ending);
  }
  if (tag.isVoid) {
    if (ending === 'name') text += tag.start;
    text += ending === 'value' ? '"/>' : '/>';
  } else {
    text += ending === 'name' ? tag.bare : ending === 'value' ? '">' : '>';
    writeChildren(vnode);
    text += tag.end;
  }
  hooks.diffed?.(vnode);
  hooks.unmount?.(vnode);
}

function writeChildren(vnode: RenderedVNode): void {
  const [before, count] = [text, exprs.length];
  if (writeChild(vnode.props.children, vnode)) return;
  // Begins again, with an element that waits for each promise.
  text = before;
  texts.length = exprs.length = count;
  awaitOwnChildren(vnode);
  writeChild(vnode.props.children, vnode);
}

/** Returns false if the child is a promise, or has one. */
function writeChild(child: unknown, parent: RenderedVNode): boolean {
  switch (typeof child) {
    case 'string':
      text += escapeHtml(child);
      return true;
    case 'number':
    case 'bigint':
      text += child;
      return true;
    case 'symbol':
      leave(child, parent);
      return true;
    case 'object':
      if (child === null) return true;
      if (Array.isArray(child)) return writeList(child, parent);
      if (!isValidElement(child)) return !isPromise(child);
      writeNode(child as RenderedVNode, parent);
  }
  return true;
}

function writeList(children: readonly unknown[], parent: RenderedVNode): boolean {
  for (let i = 0; i < children.length; i++) {
    const end = endOfMemos(children, i);
    if (end > i) {
      leave(h(Fragment as never, { memos: { children, start: i, end } } satisfies MemoProps), parent);
      i = end - 1;
    } else if (!writeChild(children[i], parent)) return false;
  }
  return true;
}

/** Returns the end of the `memo` elements beside each other from an index on. The renderer takes longer to visit one than to write its HTML. */
function endOfMemos(children: readonly unknown[], start: number): number {
  for (let end = start; ; end++) {
    const type: unknown = (children[end] as RenderedVNode | null | undefined)?.type;
    if (typeof type !== 'function' || !(type as ReadyHtml<object>)[kHtml]) return end;
  }
}

function writeNode(vnode: RenderedVNode, parent: RenderedVNode): void {
  const type: unknown = vnode.type;
  if (typeof type === 'string') {
    vnode.__ = parent;
    visit?.(vnode);
    const tag = tagOf(type);
    const ending = tag ? writeStart(tag, vnode.props as never) : undefined;
    if (tag && ending) return writeRest(tag, vnode, ending);
  }
  leave(vnode, parent);
}

/** Leaves a node to the renderer, together with the one before it if there is nothing between them. */
function leave(node: unknown, parent: RenderedVNode): void {
  const last = text === '' ? exprs.at(-1) : undefined;
  if (last?.around?.[0] === parent) {
    last.push(node);
    return;
  }
  const expression: Expression = [node];
  expression.around = nodesAround(parent);
  exprs.push(expression);
  texts.push(text);
  text = '';
}

function nodesAround(parent: RenderedVNode): RenderedVNode[] {
  const nodes: RenderedVNode[] = [];
  for (let node = parent; node !== root; node = node.__ as RenderedVNode) nodes.push(node);
  nodes.push(root);
  if (root.__) nodes.push(root.__);
  return nodes;
}

/**
 * Gives a node that a template left to the renderer the element around it as its parent, and those around that one theirs:
 * a constant among them may have been rendered in another place since the template was written.
 */
export function placeInTemplate(vnode: RenderedVNode): void {
  const nodes = (vnode.__?.__k as Expression | null | undefined)?.around;
  if (!nodes) return;
  vnode.__ = nodes[0] as RenderedVNode;
  for (let i = 1; i < nodes.length; i++) {
    const inner = nodes[i - 1] as RenderedVNode;
    inner.__ = nodes[i] as RenderedVNode;
    inner.__e = null;
  }
}
