import { classesOf, getAttribute, removeAttribute, setAttributeNode, styleOf } from './dom.js';

/** One attribute of an element of the shadow, and what it was before the patch. */
export interface AttributeChange {
  namespace: string | null;
  name: string;
  old: string | null;
}

/** Brings one changed attribute of `element` to its live partner. */
export function syncAttribute(
  element: Element,
  live: Element,
  { namespace, name, old }: AttributeChange,
): void {
  const attribute = element.getAttributeNodeNS(namespace, name);
  const now = attribute ? attribute.value : null;
  // A browser hides the nonce of the load; the one of a later answer is worth nothing here.
  if (now === old || name === 'nonce') return;
  if (name === 'open' && !attribute && live instanceof HTMLDialogElement) live.close();
  const isShared = name === 'style' || (name === 'class' && getAttribute(live, name) !== old);
  if (isShared) (name === 'class' ? mergeClass : mergeStyle)(live, old ?? '', now ?? '');
  else if (attribute) setAttributeNode(live, document.importNode(attribute));
  if (!attribute && !(isShared && getAttribute(live, name))) removeAttribute(live, namespace, name);
}

/** Others have added or removed classes: only the server's own change is made. */
function mergeClass(live: Element, old: string, now: string): void {
  const minus = (text: string, other: string): string[] => {
    const others = other.split(/\s+/);
    return text.split(/\s+/).filter((token) => token && !others.includes(token));
  };
  classesOf(live).remove(...minus(old, now));
  classesOf(live).add(...minus(now, old));
}

/** By property, as others write here too, and as a strict Content Security Policy forbids to set the attribute. */
function mergeStyle(live: Element, old: string, now: string): void {
  const style = styleOf(live);
  const before = parseStyle(old);
  const after = parseStyle(now);
  // At once where nobody else wrote: the only way that is exact for a shorthand with `var()`.
  if (style.cssText === before.cssText) style.cssText = now;
  else {
    for (const name of before) if (!after.getPropertyValue(name)) style.removeProperty(name);
    for (const name of after) {
      const value = after.getPropertyValue(name);
      if (value !== before.getPropertyValue(name))
        style.setProperty(name, value, after.getPropertyPriority(name));
    }
  }
}

function parseStyle(text: string): CSSStyleDeclaration {
  const { style } = document.createElement('i');
  style.cssText = text;
  return style;
}
