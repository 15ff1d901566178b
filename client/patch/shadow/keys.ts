/** What an element is called in its page: by id, or, a field, by tag, type and name. No name: its place tells. */
function keyOf(element: Element): string | undefined {
  const tag = element.namespaceURI + element.localName;
  const [id, type, name, value] = ['id', 'type', 'name', 'value'].map((key) => element.getAttribute(key));
  if (id) return `${tag}#${id}`;
  // Boxes and radios of one name differ by their value; what a text field holds is no part of its name.
  if (/^(input|select|textarea|button)$/.test(element.localName)) {
    return [tag, type, name, /^[rc]/.test(type ?? '') && value].join();
  }
  // Made anew, these would run, load or begin again: one with the same content is the same one.
  if (/^(script|style|link|iframe|video|audio|object|embed|canvas)$/.test(element.localName))
    return element.outerHTML;
  return element.hasAttribute('noupdate') ? tag : undefined;
}

/** The elements below by their keys; `null` where two share one. Inside of `noupdate` nothing has a key. */
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
