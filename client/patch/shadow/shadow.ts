import { HASH_SEED, hashText, type Path, SCRIPT_TAG } from '../../../src/protocol.js';
import { attributesOf, firstOf, nameOf, parentOf, rootOf } from '../../dom.js';
import { late } from '../../late.js';
import { copyAttribute, trusted } from '../../trusted.js';
import { inert, keeper, parseAttribute, parseDocument } from './inert.js';
import { pairTree } from './pairs.js';

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
    for (const attribute of attributesOf(active)) copyAttribute(plain, attribute);
    const source = active instanceof HTMLTemplateElement ? active.content : active;
    if (source !== active) makePlain(source as DocumentFragment);
    for (let child = firstOf(source); child; child = firstOf(source)) plain.appendChild(child);
    parentOf(active)?.replaceChild(plain, active);
  }
}

/** Removes the nodes that protocol.ts excludes from the server's page. */
function prune(root: ParentNode): void {
  for (const element of root.querySelectorAll('noscript')) element.replaceChildren();
  for (const template of root.querySelectorAll('template[shadowrootmode]')) template.remove();
}

/** The shadow of the live page as it is now. */
export function takeShadow(): Element {
  const live = rootOf(document);
  // Chromium's parser splits a text of more than 64 KB, which would shift positions.
  live.normalize();
  const root = inert.importNode(live, true);
  makePlain(root);
  pairTree(root, live);
  root.querySelector(SCRIPT_TAG)?.remove();
  prune(root);
  keeper.replaceChild(root, keeper.documentElement);
  return root;
}

const IS_SPECIAL = /<noscript|shadowrootmode/i;

/** Makes what a parser returned a tree of the shadow. */
function tidy<T extends Element | DocumentFragment>(html: string, parse: (html: string) => T): T {
  let root: T;
  if (IS_SPECIAL.test(html)) {
    root = late.parseSpecial(html, parse, makePlain, { inert, parseAttribute, copyAttribute });
  } else {
    root = parse(html);
    makePlain(root);
  }
  prune(root);
  root.normalize();
  return root;
}

/** The `<html>` of a whole page. */
export function parsePage(html: string): Element {
  return tidy(html, (text) => rootOf(parseDocument(text)));
}

/** The nodes of a piece of HTML, read as the content of `parent`. */
export function parseInside(parent: Element, html: string): Node[] {
  const context = inert.createElementNS(parent.namespaceURI ?? inert.body.namespaceURI, parent.localName);
  const root = tidy(html, (text) => {
    context.innerHTML = trusted('HTML', text);
    return context instanceof HTMLTemplateElement ? context.content : context;
  });
  return [...root.childNodes];
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
