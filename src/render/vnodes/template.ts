import { Fragment, h, isValidElement, options as preactOptions } from 'preact';
import { awaitOwnChildren, isPromise } from './await.js';
import { escapeHtml } from './escape-html.js';
import { type Attribute, attributeNamed, attributeOf, type Tag, tagOf } from './html-names.js';
import { keyOf, needsKey } from './keys.js';
import { isInsideSvg, type Render, type RenderedVNode, renderOf } from './private-vnodes.js';
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

// The template being written. No render begins meanwhile, so there is one at a time. Its text is passed along instead: each
// change of a variable of the module would cost a write barrier.
let root: RenderedVNode;
let texts: string[] = [];
let exprs: Expression[] = [];
/** The root may be inside an `<svg>`. Undefined if not known yet. */
let mayBeInSvg: boolean | undefined;
/** The child written last is a promise, or has one. */
let metPromise = false;
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
  begin(vnode, visitor);
  const text = writeElement('', tag, vnode);
  if (text === undefined) return false;
  texts.push(text);
  const template = new Template(vnode, texts, exprs);
  vnode.type = Fragment as never;
  vnode.props = template as never;
  return true;
}

function begin(vnode: RenderedVNode, visitor: typeof visit): void {
  root = vnode;
  texts = [];
  exprs = [];
  mayBeInSvg = undefined;
  metPromise = false;
  visit = visitor;
}

/** Writes the template of a Fragment that a component returned. `exprs` are the nodes that the renderer keeps. */
export function writeFragment(vnode: RenderedVNode, visitor: typeof visit): void {
  begin(vnode, visitor);
  const text = writeChildren('', vnode);
  texts.push(text);
  vnode.props = { children: vnode.props.children, tpl: texts, exprs } as never;
}

/** Returns the text since the last expression with an element behind it, or undefined if the renderer has to write the element. */
function writeElement(text: string, tag: Tag, vnode: RenderedVNode): string | undefined {
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
    start += startOf(attribute, html, isQuoted) + html;
    isQuoted = html !== '';
  }
  const key = needsKey(vnode, tag.isStateful) ? keyOf(vnode) : undefined;
  if (key !== undefined) {
    const html = escapeHtml(key);
    start += startOf(KEY, html, isQuoted) + html;
    isQuoted = html !== '';
  }
  const written = tag.isVoid
    ? text + start + (isQuoted ? '"/>' : '/>')
    : writeContent(text, start === tag.start ? tag.bare : start + (isQuoted ? '">' : '>'), tag.end, vnode);
  hooks.diffed?.(vnode);
  hooks.unmount?.(vnode);
  return written;
}

/** The attribute that `writeKey` writes. */
const KEY = attributeNamed('Key');

/** The text of an attribute up to its value, behind another value whose quote may be open. */
function startOf(
  { bare, start, bareBehindValue, startBehindValue }: Attribute,
  html: string,
  isQuoted: boolean,
): string {
  if (html === '') return isQuoted ? bareBehindValue : bare;
  return isQuoted ? startBehindValue : start;
}

function hasName(attribute: Attribute, prop: string, props: object): boolean {
  if (attribute.isOtherInSvg) {
    mayBeInSvg ??= isInsideSvg(root) || (renderOf(root) as Render).hasSuspendedInSvg === true;
    if (mayBeInSvg) return false;
  }
  // The renderer decides between two props for one attribute.
  return attribute.name === prop || !(attribute.name in props);
}

/** Writes an element between its tags. */
function writeContent(text: string, start: string, end: string, vnode: RenderedVNode): string {
  const { children } = vnode.props as { children?: unknown };
  // A short element is one string this way. Others become a tree that takes longer to read.
  if (typeof children === 'string') return text + (start + escapeHtml(children) + end);
  if (typeof children === 'number') return text + (start + children + end);
  return writeChildren(text + start, vnode) + end;
}

function writeChildren(text: string, vnode: RenderedVNode): string {
  const count = exprs.length;
  const written = writeChild(text, vnode.props.children, vnode);
  if (!metPromise) return written;
  // Begins again, with an element that waits for each promise.
  metPromise = false;
  texts.length = exprs.length = count;
  awaitOwnChildren(vnode);
  return writeChild(text, vnode.props.children, vnode);
}

function writeChild(text: string, child: unknown, parent: RenderedVNode): string {
  switch (typeof child) {
    case 'string':
      return text + escapeHtml(child);
    case 'number':
    case 'bigint':
      return text + child;
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

function writeList(text: string, children: readonly unknown[], parent: RenderedVNode): string {
  let written = text;
  for (let i = 0; i < children.length && !metPromise; i++) {
    if (isMemo(children[i])) {
      const end = endOfMemos(children, i);
      const memos = { memos: { children, start: i, end } } satisfies MemoProps;
      written = leave(written, h(Fragment as never, memos), parent);
      i = end - 1;
    } else written = writeChild(written, children[i], parent);
  }
  return written;
}

function isMemo(child: unknown): boolean {
  if (typeof child !== 'object' || child === null) return false;
  const type: unknown = (child as RenderedVNode).type;
  return typeof type === 'function' && (type as ReadyHtml<object>)[kHtml] !== undefined;
}

/** Returns the end of the `memo` elements beside each other from an index on. The renderer takes longer to visit one than to write its HTML. */
function endOfMemos(children: readonly unknown[], start: number): number {
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

/** Leaves a node to the renderer, together with the one before it if there is nothing between them. */
function leave(text: string, node: unknown, parent: RenderedVNode): string {
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
