import { parentOf, removeChild } from '../../dom.js';
import { liveOf } from '../shadow/pairs.js';
import { nodesIn } from '../shadow/records.js';
import { syncAttribute } from './attributes.js';
import { type Attempt, placeAll } from './placement.js';
import { syncText } from './text.js';

/**
 * Brings what a patch changed in the shadow to the live page, and nothing else: what a visitor, a script
 * or an extension changed there is no part of it. What goes is taken out last, as others may have to
 * be moved out of it first, which a browser does without a break only for nodes on the page.
 */
export function replay(records: MutationRecord[], attempt: Attempt): void {
  placeAll(new Set(nodesIn(records, 'addedNodes').filter((node) => node.isConnected)), attempt);
  for (const record of records) {
    const { target, type } = record;
    const live = liveOf(target);
    if (!live) continue;
    if (type === 'attributes') attempt(live, () => syncAttribute(record, live as Element));
    if (type === 'characterData') attempt(live, () => syncText(target as Text, live as Text));
  }
  for (const node of nodesIn(records, 'removedNodes')) {
    const live = liveOf(node);
    if (live && !node.isConnected) attempt(live, () => remove(live), true);
  }
}

function remove(live: Node): void {
  const parent = parentOf(live);
  if (parent) removeChild(parent, live);
}
