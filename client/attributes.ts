import {
  attributesOf,
  classesOf,
  createElement,
  getAttribute,
  HTML,
  importNode,
  removeAttribute,
  setAttributeNode,
  styleOf,
} from './dom.js';

/** One attribute of an element of the shadow, and what it was before the patch. */
export interface AttributeChange {
  namespace: string | null;
  name: string;
  old: string | null;
}

type Sync = (live: Element, old: string, now: string) => void;

/** Where both the server and others write into one attribute, only what the server changed is written. */
const shared: Record<string, Sync> = {
  class(live, old, now) {
    const tokens = (text: string): string[] => text.match(/\S+/g) ?? [];
    const list = classesOf(live);
    list.remove(...tokens(old).filter((token) => !tokens(now).includes(token)));
    list.add(...tokens(now));
  },
  style(live, old, now) {
    const style = styleOf(live);
    const before = parseStyle(old);
    const after = parseStyle(now);
    if (style.cssText === before.cssText) {
      style.cssText = now;
      return;
    }
    for (const name of before) if (!after.getPropertyValue(name)) style.removeProperty(name);
    for (const name of after) {
      const value = after.getPropertyValue(name);
      if (value !== before.getPropertyValue(name))
        style.setProperty(name, value, after.getPropertyPriority(name));
    }
  },
};

/** By `cssText`, which a strict Content Security Policy allows, while it forbids to set the attribute. */
function parseStyle(text: string): CSSStyleDeclaration {
  const style = styleOf(createElement(HTML, 'i'));
  style.cssText = text;
  return style;
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
  if (name === 'open' && now === null && live instanceof HTMLDialogElement) live.close();
  const merge = namespace ? undefined : shared[name];
  if (merge && (name === 'style' || getAttribute(live, name) !== old)) {
    merge(live, old ?? '', now ?? '');
    if (!attribute && !getAttribute(live, name)) removeAttribute(live, null, name);
  } else if (attribute) setAttributeNode(live, importNode(attribute));
  else removeAttribute(live, namespace, name);
}

/** Gives a new live element the attributes of its partner, in an order in which none is cut short by another. */
export function copyAttributes(element: Element, live: Element): void {
  const isLimit = (attribute: Attr): boolean => /^(type|min|max|step)$/.test(attribute.name);
  const all = [...attributesOf(element)];
  for (const attribute of [...all.filter(isLimit), ...all.filter((one) => !isLimit(one))]) {
    setAttributeNode(live, importNode(attribute));
  }
}
