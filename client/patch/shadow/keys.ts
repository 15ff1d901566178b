import { HASH_SEED, hashText } from '../../../src/protocol.js';
import { getAttribute } from '../../dom.js';

/** Elements that often stand for one record each. A field of the same id in another belongs to another record. */
export const RECORDS = 'li,tr,[key]';
export const isField = /^(input|select|textarea|button)$/;
/** Created again, these would run, load or start again, so one with the same content is the same one. */
const isLoading = /^(script|style|link|iframe|video|audio|object|embed|canvas)$/;

export const nameOf = (element: Element): string =>
  getAttribute(element, 'id') || getAttribute(element, 'key') || '';

/** Names an element within its page by its id, or a field by tag, type and name. Returns undefined if only its place names it. */
function keyOf(element: Element, owner = '', record = '', scope?: number): string | undefined {
  const tag = element.namespaceURI + element.localName;
  const [id, type, name, value] = ['id', 'type', 'name', 'value'].map((key) => element.getAttribute(key));
  if (id) return `${tag}#${id} ${isField.test(element.localName) && record}`;
  const key = element.getAttribute('key');
  if (key !== null) return scope === undefined ? undefined : `${tag}!${scope} ${key}`;
  // The value tells boxes and radios of one name apart. The value of a text field does not name it.
  if (isField.test(element.localName)) {
    return [owner, tag, type, name, /^[rc]/.test(type ?? '') && value].join();
  }
  if (isLoading.test(element.localName)) return tag + element.outerHTML;
  return element.hasAttribute('noupdate') ? tag : undefined;
}

/**
 * Maps keys to the elements below, and to `null` where several share a key. Elements inside `noupdate` are left out.
 * With a `scope`, the key of a field includes the id or key around it, and a `key` attribute counts among siblings.
 */
export function keyedElements(
  nodes: Iterable<Node>,
  scope?: number,
  found = new Map<string, Element | null>(),
  owner?: string,
  record?: string,
): typeof found {
  let place = 0;
  for (const node of nodes) {
    if (!(node instanceof Element)) continue;
    const key = keyOf(node, owner, record, scope);
    if (key) found.set(key, found.has(key) ? null : node);
    if (node.hasAttribute('noupdate')) continue;
    const name = nameOf(node);
    const inner = scope === undefined ? scope : hashText(node.id ? HASH_SEED : scope, `/${name || place++}`);
    const isRecord = scope !== undefined && node.matches(RECORDS);
    keyedElements(
      node.children,
      inner,
      found,
      scope === undefined ? owner : name || owner,
      isRecord ? name : record,
    );
  }
  return found;
}
