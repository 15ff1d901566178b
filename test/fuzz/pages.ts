import type { Random } from './random.js';

/** A page to be written as HTML: what a JSX tree is, and as easy to change. */
export interface Element {
  tag: string;
  attributes: Record<string, string | true>;
  children: Node[];
}
export type Node = Element | string | { comment: string };

export function isElement(node: Node | undefined): node is Element {
  return typeof node === 'object' && 'tag' in node;
}

const INLINE = [
  'span',
  'b',
  'i',
  'em',
  'code',
  'x-tag',
  'label',
  'input',
  'button',
  'img',
  'br',
  'a',
  'select',
  'textarea',
  'svg',
  '"',
];
const FLOW = [
  'div',
  'section',
  'p',
  'ul',
  'table',
  'dl',
  'pre',
  'details',
  'form',
  'template',
  'h2',
  'noscript',
  'script',
  '#',
  ...INLINE,
];

/** Content models, chosen so that the parser builds exactly the tree that was written. */
const CONTENT: Record<string, string[]> = {
  p: INLINE,
  h2: INLINE,
  pre: INLINE,
  span: INLINE,
  b: INLINE,
  i: INLINE,
  em: INLINE,
  code: INLINE,
  label: INLINE,
  'x-tag': INLINE,
  a: ['span', 'img', 'code', '"'],
  button: ['span', 'b', 'img', '"'],
  ul: ['li'],
  dl: ['dt', 'dd'],
  details: ['summary', 'div', 'p', '"'],
  summary: INLINE,
  table: ['tbody', 'thead', 'caption', 'tr'],
  tbody: ['tr'],
  thead: ['tr'],
  tr: ['td', 'td', 'th'],
  select: ['option', 'option', 'optgroup'],
  optgroup: ['option'],
  option: ['"'],
  textarea: ['"'],
  script: ['"'],
  noscript: ['"'],
  svg: ['g', 'path', 'linearGradient', 'text', 'foreignObject', '#'],
  g: ['g', 'path', 'circle', 'text', 'use'],
  linearGradient: ['stop'],
  text: ['"', 'tspan'],
  tspan: ['"'],
  foreignObject: ['div', 'p'],
  path: [],
  circle: [],
  stop: [],
  use: [],
};
const VOID = new Set(['input', 'img', 'br']);
const FOREIGN = new Set([
  'svg',
  'g',
  'path',
  'linearGradient',
  'text',
  'tspan',
  'foreignObject',
  'circle',
  'stop',
  'use',
]);

const WORDS = [
  'a',
  'b',
  'one',
  'two words',
  ' ',
  '\n',
  'x & y',
  '<&>',
  'é🙂',
  '🙃',
  'longer text that goes on for a while',
  '\ntail',
  '"q"',
  "it's",
  '0',
  '&amp;',
  '\u00a0',
];
const NAMES = ['x', 'y', 'q', 'attributes', 'id'];
const ATTRIBUTES = [
  'class',
  'style',
  'title',
  'data-a',
  'data-b',
  'value',
  'checked',
  'onclick',
  'nonce',
  'viewBox',
  'xlink:href',
  '@click',
  'hidden',
];

/** Makes pages and changes them, the same for the same seed. */
export class PageMaker {
  constructor(
    readonly random: Random,
    readonly noupdate: boolean,
  ) {}

  page(most: number): Element {
    const head: Element = { tag: 'head', attributes: {}, children: [] };
    if (this.random.chance(0.7))
      head.children.push({ tag: 'title', attributes: {}, children: [this.text()] });
    if (this.random.chance(0.3)) head.children.push(this.element('script', 3));
    const body: Element = {
      tag: 'body',
      attributes: this.attributes(),
      children: this.children('body', 0, most),
    };
    return { tag: 'html', attributes: {}, children: [head, body] };
  }

  text(): string {
    return this.random.pick(WORDS) + (this.random.chance(0.3) ? this.random.pick(WORDS) : '');
  }

  children(tag: string, depth: number, most = 5): Node[] {
    const content = CONTENT[tag] ?? FLOW;
    const limit = depth > 5 || content.length === 0 || VOID.has(tag) ? 0 : most;
    return Array.from({ length: this.random.below(limit + 1) }, () =>
      this.node(this.random.pick(content), depth + 1),
    );
  }

  node(tag: string, depth: number): Node {
    if (tag === '"') return this.text();
    if (tag === '#') return { comment: this.random.pick(WORDS) };
    return this.element(tag, depth);
  }

  element(tag: string, depth: number): Element {
    return { tag, attributes: this.attributes(), children: this.children(tag, depth) };
  }

  attributes(): Record<string, string | true> {
    const { random } = this;
    const attributes: Record<string, string | true> = {};
    if (random.chance(0.25)) attributes.id = String(random.below(8));
    if (random.chance(0.2)) attributes.name = random.pick(NAMES);
    if (random.chance(0.1)) attributes.type = random.pick(['text', 'checkbox', 'radio']);
    if (this.noupdate && random.chance(0.08)) attributes.noupdate = true;
    while (random.chance(0.3)) attributes[random.pick(ATTRIBUTES)] = random.chance(0.2) ? true : this.text();
    return attributes;
  }

  /** The page after one to four changes. */
  changed(page: Element): Element {
    const copy = structuredClone(page);
    for (let count = 1 + this.random.below(4); count > 0; count--) this.#change(copy);
    return copy;
  }

  #change(page: Element): void {
    const { random } = this;
    const elements = elementsOf(page).filter((element) => !/^(?:html|head)$/.test(element.tag));
    const target = random.pick(elements);
    const { children } = target;
    const at = random.below(children.length + 1);
    const action = random.below(12);
    if (action < 2) children.splice(at, 0, ...this.children(target.tag, 4));
    else if (action < 4) children.splice(at, 1 + random.below(2));
    else if (action < 6) children.splice(at, 0, ...children.splice(random.below(children.length), 1));
    else if (action === 6) children.reverse();
    else if (action === 7 && children[at] !== undefined) children.push(structuredClone(children[at]));
    else if (action === 8) rename(target, random.pick(['div', 'section', 'article']));
    else if (action === 9) this.#wrap(target);
    else if (action === 10 && typeof children[at] === 'string') children[at] = this.text();
    else
      target.attributes = random.chance(0.5)
        ? this.attributes()
        : { ...target.attributes, ...this.attributes() };
  }

  /** Puts a `<div>` round the content of a `<div>`, or takes it away. */
  #wrap(target: Element): void {
    if (!/^(?:div|section|body|foreignObject)$/.test(target.tag)) return;
    const only = target.children[0];
    if (target.children.length === 1 && isElement(only) && only.tag === 'div')
      target.children = only.children;
    else target.children = [{ tag: 'div', attributes: {}, children: target.children }];
  }
}

function rename(target: Element, tag: string): void {
  if (/^(?:div|section|article)$/.test(target.tag)) target.tag = tag;
}

export function elementsOf(element: Element): Element[] {
  return [element, ...element.children.filter(isElement).flatMap(elementsOf)];
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

/** Writing style of a page: as preact writes, or as a person may. */
export type Style = 'preact' | 'sloppy';

export function write(page: Element, style: Style): string {
  return `<!DOCTYPE html>${writeNode(page, style)}`;
}

/** Replaces elements that the parser does not nest. */
const UNNESTED = new Map([
  ['a', 'span'],
  ['button', 'span'],
  ['form', 'div'],
]);

function writeNode(node: Node, style: Style, open: string[] = []): string {
  const parent = open.at(-1);
  if (typeof node === 'string') return parent === 'script' ? node.replace(/</g, '') : escaped(node);
  if ('comment' in node) return `<!--${node.comment.replace(/[<>-]/g, '')}-->`;
  const { attributes, children } = node;
  const tag = (open.includes(node.tag) && UNNESTED.get(node.tag)) || node.tag;
  const source = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value, style));
  const start = `<${style === 'sloppy' && !FOREIGN.has(tag) ? tag.toUpperCase() : tag}${source.join('')}`;
  if (VOID.has(tag)) return `${start}${style === 'sloppy' ? '>' : '/>'}`;
  if (FOREIGN.has(tag) && children.length === 0 && style === 'sloppy') return `${start}/>`;
  const content = children.map((child) => writeNode(child, style, [...open, tag])).join('');
  const leaves = style === 'sloppy' && /^(?:li|dt|dd|td|th|tr|tbody|thead|option|html|body)$/.test(tag);
  return `${start}>${content}${leaves ? '' : `</${tag}>`}`;
}

function writeAttribute(name: string, value: string | true, style: Style): string {
  if (value === true) return ` ${name}`;
  if (style === 'sloppy' && /^[a-z0-9]+$/i.test(value)) return ` ${name}=${value}`;
  if (style === 'sloppy') return ` ${name} = '${value.replace(/'/g, '&#39;')}'`;
  return ` ${name}="${escaped(value)}"`;
}
