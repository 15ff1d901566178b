import morphdom from 'morphdom';
import { createElement, importNode } from '../../dom.js';
import { liveOf } from './pairs.js';

/** The last `<template shadowrootmode>` of each host in the shadow. */
const templates = new WeakMap<Element, HTMLTemplateElement>();
/** Hosts whose live partners have to follow. */
const pending = new Set<Element>();
/** The closed roots that this script attached. */
const closedRoots = new WeakMap<Element, ShadowRoot>();

/** Called before a root changes. Returns a function that settles its fields, to call with those whose server value wins. */
type WatchFields = (root: ShadowRoot) => (updated: Element[]) => void;

const TEMPLATE = 'template[shadowrootmode]';

/** Notes the shadow roots in HTML that was parsed just now, where a template is still a template. */
export function noteRoots(parsed: ParentNode): void {
  for (const template of parsed.querySelectorAll<HTMLTemplateElement>(TEMPLATE)) {
    const host = template.parentElement;
    // The first of several counts. Its content will become plain elements.
    if (host && !templates.has(host)) setRoot(host, template.cloneNode(true) as HTMLTemplateElement);
  }
}

function setRoot(host: Element, template: HTMLTemplateElement): void {
  templates.set(host, template);
  pending.add(host);
}

/** Lets an element of the shadow have the root of the element that it was made equal to. */
export function moveRoot(host: Element, wanted: Element): void {
  const template = templates.get(wanted);
  if (template && templates.get(host)?.outerHTML !== template.outerHTML) setRoot(host, template);
}

/** Notes the root that a new partner of a shadow element needs: that of the last HTML, or of the live element. */
export function copyRoot(host: Element, copy: Element): void {
  const template = templates.get(host) ?? templateOf(host);
  if (template) setRoot(copy, template);
}

/** A custom element attaches its root itself. */
function templateOf(host: Element): HTMLTemplateElement | undefined {
  const root = (liveOf(host) as Element | undefined)?.shadowRoot;
  if (!root || host.localName.includes('-')) return;
  const template = createElement('template');
  template.setAttribute('shadowrootmode', 'open');
  for (const child of root.childNodes) template.content.append(child.cloneNode(true));
  return template;
}

/** Attaches or updates the shadow roots of live elements, after a patch. */
export function showRoots(watchFields: WatchFields): void {
  for (const host of pending) {
    pending.delete(host);
    const live = liveOf(host);
    if (host.isConnected && live)
      show(live as Element, templates.get(host) as HTMLTemplateElement, watchFields);
  }
}

function show(live: Element, template: HTMLTemplateElement, watchFields: WatchFields): void {
  const content = createElement('div');
  content.append(importNode(template.content, true));
  const inner = new Map<Element, HTMLTemplateElement>();
  for (const nested of content.querySelectorAll<HTMLTemplateElement>(TEMPLATE)) {
    if (nested.parentElement && !inner.has(nested.parentElement)) inner.set(nested.parentElement, nested);
    nested.remove();
  }
  for (const [host, nested] of inner) show(host, nested, watchFields);
  const root = live.shadowRoot ?? closedRoots.get(live);
  if (!root) attach(live, template)?.append(...content.childNodes);
  else {
    const updated: Element[] = [];
    const settleFields = watchFields(root);
    morphdom(root, content, {
      childrenOnly: true,
      onBeforeElUpdated(element, wanted) {
        const nested = inner.get(wanted);
        if (nested) show(element, nested, watchFields);
        const isChanged = !element.isEqualNode(wanted);
        if (isChanged && wanted.matches('[update]:not([update=false])')) updated.push(element);
        return isChanged;
      },
    });
    settleFields(updated);
  }
}

function attach(live: Element, template: HTMLTemplateElement): ShadowRoot | undefined {
  const mode = template.getAttribute('shadowrootmode') === 'closed' ? 'closed' : 'open';
  try {
    const root = live.attachShadow({
      mode,
      delegatesFocus: template.hasAttribute('shadowrootdelegatesfocus'),
      clonable: template.hasAttribute('shadowrootclonable'),
      serializable: template.hasAttribute('shadowrootserializable'),
    });
    if (mode === 'closed') closedRoots.set(live, root);
    return root;
  } catch {
    // A button, for example, cannot have one. A parser leaves it as it is.
  }
}
