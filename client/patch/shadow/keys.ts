/** The identity of an element in its page: its id, or a field's tag, type and name. Undefined if only its position identifies it. */
function keyOf(element: Element): string | undefined {
  const tag = element.namespaceURI + element.localName;
  const [id, type, name, value] = ['id', 'type', 'name', 'value'].map((key) => element.getAttribute(key));
  if (id) return `${tag}#${id}`;
  // Boxes and radios of one name differ by their value. The text of a field does not identify it.
  if (/^(input|select|textarea|button)$/.test(element.localName)) {
    return [tag, type, name, /^[rc]/.test(type ?? '') && value].join();
  }
  // A new copy of these would run, load or restart, so equal content identifies them.
  if (/^(script|style|link|iframe|video|audio|object|embed|canvas)$/.test(element.localName))
    return element.outerHTML;
  return element.hasAttribute('noupdate') ? tag : undefined;
}

/** Maps keys to the elements below, and to `null` where several share a key. Elements inside `noupdate` have no key. */
export function keyedElements(
  nodes: Iterable<Node>,
  found = new Map<string, Element | null>(),
): typeof found {
  for (const node of nodes) {
    if (!(node instanceof Element)) continue;
    const key = keyOf(node);
    if (key) found.set(key, found.has(key) ? null : node);
    if (!node.hasAttribute('noupdate')) keyedElements(node.children, found);
  }
  return found;
}
