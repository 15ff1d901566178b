import type { Path } from '../../../src/protocol.js';
import { core } from '../../core.js';
import { rootOf } from '../../dom.js';
import { parseSpecial } from './noscript.js';
import { plainInstructions } from './pairs.js';

const IS_SPECIAL = /<noscript|shadowrootmode/i;

/** Makes what a parser returned a tree of the shadow. */
function tidy<T extends Element | DocumentFragment>(html: string, parse: (html: string) => T): T {
  let root: T;
  if (IS_SPECIAL.test(html)) {
    root = parseSpecial(html, parse);
  } else {
    root = parse(html);
    core.makePlain(root);
  }
  core.prune(root);
  plainInstructions(root);
  root.normalize();
  return root;
}

/** The `<html>` of a whole page. */
export function parsePage(html: string): Element {
  return tidy(html, (text) => rootOf(core.parseDocument(text)));
}

/** The nodes of a piece of HTML, read as the content of `parent`. */
export function parseInside(parent: Element, html: string): Node[] {
  const { inert } = core;
  const context = inert.createElementNS(parent.namespaceURI ?? inert.body.namespaceURI, parent.localName);
  const root = tidy(html, (text) => {
    context.innerHTML = core.trusted('HTML', text);
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

/** Whether the server never updates a node. */
function isFixed(node: Node): boolean {
  return node instanceof Element && node.hasAttribute('noupdate');
}

export function childAt(parent: Node, position: number): Node {
  const child = parent.childNodes[position];
  if (!child) throw new RangeError(`No child ${position} in ${parent.nodeName}`);
  return child;
}
