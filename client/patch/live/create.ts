import { core } from '../../core.js';
import {
  createElement,
  documentOf,
  getAttributeNode,
  holderOf,
  importInto,
  importNode,
  place,
  removeAttribute,
  setAttributeNode,
  styleOf,
} from '../../dom.js';
import { liveOf, originOf, pair } from '../shadow/pairs.js';
import { isField } from './field-state.js';
import { reset } from './fields.js';
import type { Guard } from './nonces.js';
import { fillInOrder } from './scripts.js';

let guard: Guard | undefined;
/** Whether the next new element with `autofocus` takes the focus. */
let givesFocus = false;

export function useGuard(now: Guard): void {
  guard = now;
}

/** @param isAnswer the patch answers an event of the visitor, so the first new element with `autofocus` takes the focus */
export function startPatch(isAnswer: boolean): void {
  givesFocus = isAnswer;
}

/**
 * Creates the live partner of a new shadow node, children included. A child that has a partner
 * already is skipped: it is moved in once this node is on the page.
 *
 * @param holder its parent. The content of a template has a document of its own, where no image loads and no custom
 *   element is created
 */
export function create(node: Node, holder: Node = document): Node {
  const page = documentOf(holder) ?? document;
  const live = node instanceof Element ? createLive(node, page) : importNode(originOf(node));
  pair(node, live);
  if (live instanceof HTMLScriptElement) fillScript(node as Element, live);
  else createChildren(node, live);
  // Attributes are set one by one, so a value may have been clamped by a limit that came after it.
  if (isField(live)) reset(live);
  // Only a parser reads the attribute.
  if (live instanceof HTMLMediaElement) live.muted = live.defaultMuted;
  if (live instanceof HTMLDetailsElement && live.open) {
    core.expectEvents(live, 'toggle');
    // Browsers keep one element of a name open, and the patch may have yet to remove it.
    delayAttribute(live, 'name');
  }
  return live;
}

function fillScript(element: Element, live: HTMLScriptElement): void {
  const fill = (): void => {
    const text = element.firstChild;
    if (!text) return;
    live.text = core.trusted('Script', text.nodeValue as string);
    pair(text, live.firstChild as Node);
  };
  if (element.closest('template')) fill();
  else fillInOrder(live, fill);
}

function createChildren(node: Node, live: Node): void {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!liveOf(child)) place(holderOf(live), create(child, holderOf(live)), null);
  }
}

function createLive(element: Element, page: Document): Element {
  const style = element.getAttribute('style');
  // A policy without 'unsafe-inline' blocks the attribute, and browsers report it; CSSOM is allowed.
  const source = style ? (element.cloneNode() as Element) : element;
  if (style) source.removeAttribute('style');
  const created = source.namespaceURI ? (importInto(page, source) as Element) : createActive(source);
  const live = guard ? guard(element, created) : created;
  if (style) styleOf(live).cssText = style;
  keepFromFocus(element, live);
  return live;
}

/** Delays `autofocus`, which acts when an element is inserted: only an answer to the visitor's event moves the focus. */
function keepFromFocus(element: Element, live: Element): void {
  // Opening such a dialog moves the focus anyway, to this element.
  if (!element.hasAttribute('autofocus') || element.closest('dialog[modal]')) return;
  const takes = givesFocus;
  givesFocus = false;
  delayAttribute(live, 'autofocus', () => {
    if (takes) core.asPatch(() => (live as HTMLElement).focus());
  });
}

/** Takes an attribute from an element until the patch is applied. */
function delayAttribute(live: Element, name: string, then?: () => void): void {
  const attribute = getAttributeNode(live, name);
  if (!attribute) return;
  removeAttribute(live, null, name);
  queueMicrotask(() => {
    setAttributeNode(live, attribute);
    then?.();
  });
}

/** Creates the real element for one that is plain in the shadow. */
function createActive(element: Element): Element {
  const live = createElement(element.localName, { is: element.getAttribute('is') ?? undefined });
  for (const attribute of element.attributes) core.copyAttribute(live, attribute);
  return live;
}
