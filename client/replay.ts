import { syncAttribute } from './attributes.js';
import type { Changes } from './changes.js';
import { parentOf, removeChild } from './dom.js';
import { liveOf } from './pairs.js';
import { type Attempt, placeAll } from './placement.js';
import { syncText } from './text.js';

/**
 * Brings what a patch changed in the shadow to the live page, and nothing else: what a visitor, a script
 * or an extension changed there is no part of it. What goes is taken out last, as others may have to
 * be moved out of it first, which a browser does without a break only for nodes on the page.
 */
export function replay({ attributes, texts, placed, gone }: Changes, attempt: Attempt): void {
  placeAll(placed, attempt);
  for (const [element, changes] of attributes) {
    const live = liveOf(element) as Element | undefined;
    if (live)
      for (const change of changes.values()) attempt(live, () => syncAttribute(element, live, change));
  }
  for (const text of texts) {
    const live = liveOf(text) as CharacterData | undefined;
    if (live) attempt(live, () => syncText(text, live));
  }
  for (const node of gone) {
    const live = liveOf(node);
    if (live) attempt(live, () => remove(live), true);
  }
}

function remove(live: Node): void {
  const parent = parentOf(live);
  if (parent) removeChild(parent, live);
}
