const FIELD = 'input|select|textarea|button';
/** Created again, these would run, load or start again, so one with the same content is the same one. */
const LOADING = 'script|style|link|iframe|video|audio|object|embed|canvas';
const isField = new RegExp(`^(${FIELD})$`);
const isLoading = new RegExp(`^(${LOADING})$`);
/** Finds HTML that may hold an element with a key. */
export const MAY_HAVE_KEY = new RegExp(`<(${FIELD}|${LOADING})\\b|[\\s/"'](id|noupdate)\\b`, 'i');

/** Names an element within its page by its id, or a field by tag, type and name. Returns undefined if only its place names it. */
function keyOf(element: Element): string | undefined {
  const tag = element.namespaceURI + element.localName;
  const [id, type, name, value] = ['id', 'type', 'name', 'value'].map((key) => element.getAttribute(key));
  if (id) return `${tag}#${id}`;
  // The value tells boxes and radios of one name apart. The value of a text field does not name it.
  if (isField.test(element.localName)) {
    return [tag, type, name, /^[rc]/.test(type ?? '') && value].join();
  }
  if (isLoading.test(element.localName)) return element.outerHTML;
  return element.hasAttribute('noupdate') ? tag : undefined;
}

/** Maps keys to the elements below, and to `null` where several share a key. Elements inside `noupdate` are left out. */
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
