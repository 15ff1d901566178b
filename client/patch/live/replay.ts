import { parentOf, removeChild } from '../../dom.js';
import { liveOf } from '../shadow/pairs.js';
import { nodesIn } from '../shadow/records.js';
import { syncAttribute } from './attributes.js';
import { type ApplyChange, placeAll } from './placement.js';
import { syncText } from './text.js';

/**
 * Applies a patch's changes of the shadow to the live page, and leaves all changes of visitors, scripts and
 * extensions alone. Nodes are removed last: `moveBefore` keeps a node's state only if the node
 * is still on the page, and some have to be moved out of removed ones.
 */
export function replay(records: MutationRecord[], applyChange: ApplyChange): void {
  placeAll(new Set(nodesIn(records, 'addedNodes').filter((node) => node.isConnected)), applyChange);
  for (const record of records) {
    const { target, type } = record;
    const live = liveOf(target);
    if (!live) continue;
    if (type === 'attributes') applyChange(live, () => syncAttribute(record, live as Element));
    if (type === 'characterData') applyChange(live, () => syncText(target as Text, live as Text));
  }
  for (const node of nodesIn(records, 'removedNodes')) {
    const live = liveOf(node);
    if (live && !node.isConnected) applyChange(live, () => remove(live), true);
  }
}

function remove(live: Node): void {
  const parent = parentOf(live);
  if (parent) removeChild(parent, live);
}
