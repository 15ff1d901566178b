import { copyAttributes } from './attributes.js';
import {
  createElement,
  getAttribute,
  HTML,
  holderOf,
  importNode,
  insertBefore,
  removeAttribute,
  select,
  styleOf,
} from './dom.js';
import { liveOf, pair } from './pairs.js';

/**
 * Makes the live partner of a new node of the shadow, children included. `onCreated` hears of each new
 * pair. A child that has a partner already is left out: the caller moves it once this node is on the page.
 */
export function create(node: Node, onCreated: (node: Node, live: Node) => void): Node {
  const live = node instanceof Element ? createLive(node) : importNode(node, false);
  pair(node, live);
  onCreated(node, live);
  const holder = holderOf(live);
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!liveOf(child)) insertBefore(holder, create(child, onCreated), null);
  }
  return live;
}

function createLive(element: Element): Element {
  let live: Element;
  if (element.namespaceURI) {
    live = importNode(element, false);
    // A policy without 'unsafe-inline' may have kept the attribute from being read; this way is allowed.
    const style = element.getAttribute('style');
    if (style && !styleOf(live).length) styleOf(live).cssText = style;
  } else {
    live = createElement(HTML, element.localName, { is: element.getAttribute('is') ?? undefined });
    copyAttributes(element, live);
  }
  // Before it is on the page: `autofocus` must not take the focus of a visitor who is at work.
  if (getAttribute(live, 'autofocus') !== null) removeAttribute(live, null, 'autofocus');
  allowByNonce(live);
  return live;
}

/** The page's policy knows the nonce of its load, not the one of a later answer. */
function allowByNonce(live: Element): void {
  if (getAttribute(live, 'nonce') === null) return;
  const [allowed] = select('[nonce]');
  if (allowed) (live as HTMLElement).nonce = (allowed as HTMLElement).nonce;
}
