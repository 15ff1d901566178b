import { classesOf, getAttribute, removeAttribute, setAttributeNode, styleOf } from '../../dom.js';

/** Brings one changed attribute of the shadow to its live partner. */
export function syncAttribute(
  { target, attributeName, attributeNamespace, oldValue }: MutationRecord,
  live: Element,
): void {
  const name = attributeName as string;
  const attribute = (target as Element).getAttributeNodeNS(attributeNamespace, name);
  const now = attribute ? attribute.value : null;
  // A browser hides the nonce of the load; the one of a later answer is worth nothing here.
  if (now === oldValue || name === 'nonce') return;
  if (name === 'open' && !attribute && live instanceof HTMLDialogElement) live.close();
  const isShared = name === 'style' || (name === 'class' && getAttribute(live, name) !== oldValue);
  if (isShared) (name === 'class' ? mergeClass : mergeStyle)(live, oldValue ?? '', now ?? '');
  if (!isShared || (!attribute && !getAttribute(live, name)))
    setAttribute(live, attributeNamespace, name, attribute);
  // A field that becomes another kind keeps its value elsewhere (HTML, "value mode"): that is written anew.
  if (name === 'type') setAttribute(live, null, 'value', (target as Element).getAttributeNode('value'));
}

function setAttribute(live: Element, namespace: string | null, name: string, attribute: Attr | null): void {
  if (attribute) setAttributeNode(live, document.importNode(attribute));
  else removeAttribute(live, namespace, name);
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
