import { keyedElements } from './keys.js';
import { morph } from './morph.js';
import { liveOf } from './pairs.js';

function* keyed(lists: NodeList[]): Iterable<[key: string, element: Element]> {
  for (const node of lists.flatMap((list) => [...list])) {
    if (!(node instanceof Element)) continue;
    for (const [key, element] of keyedElements(node)) if (element) yield [key, element];
  }
}

/**
 * A field or an element with an id that was taken out at one place of the shadow and put in at another
 * is the same one: its old node goes where the new one is, and what the visitor has in it stays. So a
 * field keeps its text when it gets a new wrapper. Only what is one of its kind in the page is adopted:
 * the field of a row that is gone must not turn up in another row.
 */
export function adopt(root: Element, records: MutationRecord[]): void {
  const gone = new Map<string, Element | null>();
  for (const [key, element] of keyed(records.map((record) => record.removedNodes))) {
    if (!element.isConnected && liveOf(element)) gone.set(key, gone.has(key) ? null : element);
  }
  if (!gone.size) return;
  let page: Map<string, Element | null> | undefined;
  for (const [key, fresh] of keyed(records.map((record) => record.addedNodes))) {
    const old = gone.get(key);
    if (!old || old.isConnected || !fresh.isConnected || liveOf(fresh) || fresh.hasAttribute('noupdate'))
      continue;
    page ??= keyedElements(root);
    if (page.get(key) !== fresh) continue;
    fresh.replaceWith(old);
    morph(old, fresh, true);
  }
}
