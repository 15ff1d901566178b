import { classesOf, getAttribute, removeAttribute, setAttributeNode, styleOf } from '../../dom.js';

/** Copies one changed attribute of the shadow to its live partner. */
export function syncAttribute(
  { target, attributeName, attributeNamespace, oldValue }: MutationRecord,
  live: Element,
): void {
  const name = attributeName as string;
  const attribute = (target as Element).getAttributeNodeNS(attributeNamespace, name);
  const now = attribute ? attribute.value : null;
  // The browser hides a nonce after the load, and the nonce of a later answer is invalid on this page.
  if (now === oldValue || name === 'nonce') return;
  if (name === 'open' && !attribute && live instanceof HTMLDialogElement) live.close();
  const isShared = name === 'style' || (name === 'class' && getAttribute(live, name) !== oldValue);
  if (isShared) (name === 'class' ? mergeClass : mergeStyle)(live, oldValue ?? '', now ?? '');
  if (!isShared || (!attribute && !getAttribute(live, name)))
    setAttribute(live, attributeNamespace, name, attribute);
  // A new type may store the value elsewhere (HTML, "value mode"), so the attribute is set again.
  if (name === 'type') setAttribute(live, null, 'value', (target as Element).getAttributeNode('value'));
}

function setAttribute(live: Element, namespace: string | null, name: string, attribute: Attr | null): void {
  if (attribute) setAttributeNode(live, document.importNode(attribute));
  else removeAttribute(live, namespace, name);
}

/** Applies the server's change by token, because scripts and extensions add and remove classes too. */
function mergeClass(live: Element, old: string, now: string): void {
  const minus = (text: string, other: string): string[] => {
    const others = other.split(/\s+/);
    return text.split(/\s+/).filter((token) => token && !others.includes(token));
  };
  classesOf(live).remove(...minus(old, now));
  classesOf(live).add(...minus(now, old));
}

/** Changes properties, because scripts write here too and a strict Content Security Policy forbids the attribute. */
function mergeStyle(live: Element, old: string, now: string): void {
  const style = styleOf(live);
  const before = parseStyle(old);
  const after = parseStyle(now);
  // If no script wrote here, the whole text is set: only this is exact for a shorthand with `var()`.
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
