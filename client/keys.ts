/** What an element is called in its page: by id, or, a field, by tag, type and name. */
export function keyOf(element: Element): string | undefined {
  const attribute = (name: string): string => element.getAttribute(name) ?? '';
  const tag = `${element.namespaceURI} ${element.localName}`;
  const id = attribute('id');
  if (id) return `${tag}#${id}`;
  if (/^(input|select|textarea|button)$/.test(element.localName)) {
    const type = attribute('type');
    // Boxes and radios of one name differ by their value; what a text field holds is no part of its name.
    return `${tag} ${type} ${attribute('name')} ${/^(radio|checkbox)$/.test(type) ? attribute('value') : ''}`;
  }
  return element.hasAttribute('noupdate') ? `${tag}!` : undefined;
}

/** The elements of a tree by their keys; `null` where two share one. Inside of `noupdate` nothing has a key. */
export function keyedElements(root: Element): Map<string, Element | null> {
  const found = new Map<string, Element | null>();
  const visit = (element: Element): void => {
    const key = keyOf(element);
    if (key) found.set(key, found.has(key) ? null : element);
    if (!element.hasAttribute('noupdate')) for (const child of element.children) visit(child);
  };
  visit(root);
  return found;
}
