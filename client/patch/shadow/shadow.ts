import { HASH_SEED, hashText, type Path, ScriptAttribute } from '../../../src/protocol.js';
import { attributesOf, firstOf, nameOf, parentOf } from '../../dom.js';
import { pairTree } from './pairs.js';

/** An inert document: it loads and shows nothing, and runs no scripts or custom elements. */
const inert = document.implementation.createHTMLDocument('');

/**
 * Elements that change by themselves or hide their nodes: a form answers for its fields, a template
 * keeps its children elsewhere, `selected` and `checked` depend on their neighbours, one open `<details>`
 * closes another, a parsed script never runs. In the shadow they are plain elements of the same name
 * without a namespace, so that morphdom and the observer see a tree and nothing but a tree.
 */
const ACTIVE = 'form,template,input,select,option,textarea,details,script';

function makePlain(root: ParentNode): void {
  for (const active of root.querySelectorAll(ACTIVE)) {
    if (!(active instanceof HTMLElement)) continue;
    const plain = inert.createElementNS(null, nameOf(active));
    for (const attribute of attributesOf(active)) plain.setAttributeNode(attribute.cloneNode() as Attr);
    const source = active instanceof HTMLTemplateElement ? active.content : active;
    if (source !== active) makePlain(source as DocumentFragment);
    for (let child = firstOf(source); child; child = firstOf(source)) plain.appendChild(child);
    parentOf(active)?.replaceChild(plain, active);
  }
}

/** Removes the nodes that protocol.ts excludes from the server's page. */
function prune(root: ParentNode): void {
  for (const element of root.querySelectorAll('noscript')) element.replaceChildren();
  for (const element of root.querySelectorAll(`[${ScriptAttribute.id}],template[shadowrootmode]`))
    element.remove();
}

/** The shadow of the live page as it is now. */
export function takeShadow(): Element {
  const live = document.documentElement;
  // Chromium's parser splits a text of more than 64 KB, which would shift positions.
  live.normalize();
  const root = inert.importNode(live, true);
  makePlain(root);
  pairTree(root, live);
  prune(root);
  inert.replaceChild(root, inert.documentElement);
  return root;
}

/**
 * Removes the content of `<noscript>`. This parser runs without scripting and would parse elements in it, which are
 * text on the live page. Raw text and comments are skipped.
 */
function withoutNoscript(html: string): string {
  return html.replace(
    /(<!--[\s\S]*?-->|<(script|style|textarea|title)\b[\s\S]*?<\/\2)|(<noscript\b(?:"[^"]*"|'[^']*'|[^>])*?>)[\s\S]*?(?=<\/noscript)/gi,
    (_, kept?: string, __?: string, tag?: string) => kept ?? (tag as string),
  );
}

function tidy<T extends Element | DocumentFragment>(root: T): T {
  makePlain(root);
  prune(root);
  root.normalize();
  return root;
}

/** The `<html>` of a whole page. */
export function parsePage(html: string): Element {
  return tidy(new DOMParser().parseFromString(withoutNoscript(html), 'text/html').documentElement);
}

/** The nodes of a piece of HTML, read as the content of `parent`. */
export function parseInside(parent: Element, html: string): Node[] {
  const context = inert.createElementNS(parent.namespaceURI ?? inert.body.namespaceURI, parent.localName);
  context.innerHTML = withoutNoscript(html);
  return [...tidy(context instanceof HTMLTemplateElement ? context.content : context).childNodes];
}

/** Parses a single element. */
export function parseElement(html: string): Element {
  const parent = inert.createElement('div');
  parent.innerHTML = html;
  return parent.firstElementChild as Element;
}

/** Makes an attribute as the parser does: `xlink:href` of SVG has a namespace, and `setAttribute` refuses `@click`. */
export function parseAttribute(element: Element, name: string): Attr {
  const [foreign = 'a'] = /svg|math$/i.exec(element.namespaceURI?.replace('MathML', 'math') ?? '') ?? [];
  return parseElement(`<${foreign} ${name}>`).attributes[0]?.cloneNode() as Attr;
}

/** Returns the node at the end of a path, or undefined if it is inside a `noupdate` element. Throws if there is none. */
export function resolve(root: Element, path: Path): Node | undefined {
  let node: Node = root;
  for (const position of path) {
    if (isFixed(node)) return;
    node = childAt(node, position);
  }
  return isFixed(node) ? undefined : node;
}

export function childAt(parent: Node, position: number): Node {
  const child = parent.childNodes[position];
  if (!child) throw new RangeError(`No child ${position} in ${parent.nodeName}`);
  return child;
}

function isFixed(node: Node): boolean {
  return node instanceof Element && node.hasAttribute('noupdate');
}

/** The structure hash of protocol.ts. */
export function hashNode(node: Node, hash: number = HASH_SEED): number {
  if (!(node instanceof Element))
    return hashText(hash, (node instanceof Comment ? '#' : '"') + node.nodeValue);
  hash = hashText(hash, `<${node.localName}`);
  if (isFixed(node)) return hashText(hash, '!');
  for (let child = node.firstChild; child; child = child.nextSibling) hash = hashNode(child, hash);
  return hashText(hash, '>');
}
