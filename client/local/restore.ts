import {
  attributesOf,
  firstOf,
  getAttribute,
  holderOf,
  nextOf,
  parentOf,
  place,
  removeAttribute,
  removeChild,
  styleOf,
} from '../dom.js';
import type { RestoreTools } from '../late.js';
import { liveOf, unpair } from '../patch/shadow/pairs.js';

/** Makes a live element what the server last sent: its place, attributes, fields and content. */
export function restore(root: Element, element: Element, tools: RestoreTools): void {
  const node = findPartner(root, element);
  if (!node) return;
  const live = liveOf(node) as Element;
  const parent = node.parentNode && liveOf(node.parentNode);
  if (parent) {
    let next = node.nextSibling;
    while (next && parentOf(liveOf(next) ?? next) !== holderOf(parent)) next = next.nextSibling;
    place(holderOf(parent), live, next ? (liveOf(next) as Node) : null);
  }
  restoreNode(node, live, tools);
}

/** Returns the shadow's elements by their live partners. */
export const partnersIn = (root: Element): Map<Node | undefined, Element> =>
  new Map([root, ...root.querySelectorAll('*')].map((node) => [liveOf(node), node]));

/** Returns the shadow node of a live element, or of the nearest element around it that the server sent. */
function findPartner(root: Element, element: Element): Element | undefined {
  const elements = partnersIn(root);
  for (let live: Node | null = element; live; live = parentOf(live)) {
    const node = elements.get(live);
    if (node) return node;
  }
  return undefined;
}

function restoreNode(node: Node, live: Node, tools: RestoreTools): void {
  if (!(node instanceof Element)) {
    if (live.nodeValue !== node.nodeValue) live.nodeValue = node.nodeValue;
    return;
  }
  if (node.hasAttribute('noupdate')) return;
  const element = live as Element;
  restoreAttributes(node, element, tools);
  if (!/^(noscript|script|style)$/.test(node.localName)) restoreChildren(node, element, tools);
  tools.reset(element);
}

function restoreAttributes(node: Element, live: Element, { copyAttribute }: RestoreTools): void {
  for (const { name, namespaceURI, localName } of [...attributesOf(live)]) {
    const isOwn = /^(nonce|aria-busy|open)$/.test(name);
    if (!isOwn && !node.hasAttributeNS(namespaceURI, localName))
      removeAttribute(live, namespaceURI, localName);
  }
  for (const attribute of node.attributes) {
    const { name, value } = attribute;
    if (name === 'nonce' || getAttribute(live, name) === value) continue;
    // A policy without 'unsafe-inline' blocks the attribute; CSSOM is allowed.
    if (name === 'style') styleOf(live).cssText = value;
    else copyAttribute(live, attribute);
  }
}

function restoreChildren(node: Element, live: Element, tools: RestoreTools): void {
  const holder = holderOf(live);
  let next = firstOf(holder);
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const partner = liveOf(child);
    if (!partner) unpair(child, () => false);
    const shown = partner ?? tools.create(child);
    if (shown === next) next = nextOf(next);
    else place(holder, shown, next);
    if (partner) restoreNode(child, partner, tools);
  }
  while (next) {
    const foreign = next;
    next = nextOf(next);
    removeChild(holder, foreign);
  }
}
