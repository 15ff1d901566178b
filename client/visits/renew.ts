import { getAttribute, isConnected, parentOf, place, removeChild } from '../dom.js';
import type { LivePage } from '../late.js';
import { liveOf, unpair } from '../patch/shadow/pairs.js';

const KEEP = 'data-issr-keep';

/**
 * Shows the shadow as a new page. The body is created again, so that nothing of visitors and scripts stays, except
 * elements with an id and `data-issr-keep` on both pages, and scripts, which run once. `<head>` and `<html>` are patched.
 *
 * @param patch replays the changes of what stays
 */
export function renew(
  root: Element,
  records: MutationRecord[],
  { placeNodes }: LivePage,
  patch: () => void,
): void {
  const body = root.querySelector('body,frameset');
  const old = body && liveOf(body);
  const page = liveOf(root);
  if (!old || !page) return patch();
  const changed = new Set(records.flatMap(({ target }) => [target, target.parentNode]));
  const kept: Node[] = [];
  unpair(body, (node) => {
    if (!(node instanceof Element)) return false;
    const stays = isKept(node);
    if (stays) kept.push(node);
    return stays || (node.localName === 'script' && !changed.has(node));
  });
  // A script of the new page must not find anything of the old one.
  for (const node of kept) place(page, liveOf(node) as Node, null);
  const parent = parentOf(old);
  if (parent) removeChild(parent, old);
  const title = root.querySelector('title');
  const shown = title && liveOf(title);
  if (shown && shown.textContent !== title.textContent) shown.textContent = title.textContent;
  patch();
  placeNodes([body, ...kept]);
}

function isKept(element: Element): boolean {
  const live = liveOf(element) as Element | undefined;
  const isMarked = element.id !== '' && element.hasAttribute(KEEP);
  return isMarked && !!live && isConnected(live) && getAttribute(live, KEEP) !== null;
}
