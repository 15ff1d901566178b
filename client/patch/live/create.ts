import { holderOf, place, removeAttribute, setAttributeNode, styleOf } from '../../dom.js';
import { liveOf, pair } from '../shadow/pairs.js';
import { isField, reset } from './fields.js';

/**
 * Makes the live partner of a new node of the shadow, children included. A child that has a partner
 * already is left out: it is moved in once this node is on the page.
 */
export function create(node: Node): Node {
  const live = node instanceof Element ? createLive(node) : document.importNode(node);
  pair(node, live);
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!liveOf(child)) place(holderOf(live), create(child), null);
  }
  // One attribute after the other, a value may have been cut to a limit that was not yet set.
  if (isField(live)) reset(live);
  return live;
}

function createLive(element: Element): Element {
  const live = element.namespaceURI ? document.importNode(element) : createActive(element);
  // A policy without 'unsafe-inline' may have kept the attribute from being read; this way is allowed.
  const style = element.getAttribute('style');
  if (style && !styleOf(live).length) styleOf(live).cssText = style;
  keepFromFocus(element, live);
  if (element.hasAttribute('nonce')) allowByNonce(live as HTMLElement);
  return live;
}

/** `autofocus` counts when an element comes to the page: it must not take the focus of a visitor who is at work. */
function keepFromFocus(element: Element, live: Element): void {
  const autofocus = element.getAttributeNode('autofocus');
  if (!autofocus) return;
  removeAttribute(live, null, 'autofocus');
  queueMicrotask(() => setAttributeNode(live, document.importNode(autofocus)));
}

/** The page's policy knows the nonce of its load, not the one of a later answer. */
function allowByNonce(live: HTMLElement): void {
  const allowed = document.querySelector<HTMLElement>('[nonce]');
  if (allowed) live.nonce = allowed.nonce;
}

/** The real one of an element that is plain in the shadow. */
function createActive(element: Element): Element {
  const live = document.createElement(element.localName, { is: element.getAttribute('is') ?? undefined });
  for (const attribute of element.attributes) setAttributeNode(live, document.importNode(attribute));
  return live;
}
