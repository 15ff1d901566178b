import { isConnected, parentOf, place, queryAll, removeChild } from '../../dom.js';
import { liveOf } from '../shadow/pairs.js';
import { expectToggle, syncAttribute } from './attributes.js';
import { create } from './create.js';
import { type ApplyChange, placeAll } from './placement.js';
import { removeSplitOff, restore } from './replaced.js';
import { syncText } from './text.js';

/**
 * Applies a patch's changes of the shadow to the live page, and leaves all changes of visitors, scripts and
 * extensions alone. Nodes are removed last: `moveBefore` keeps a node's state only if the node
 * is still on the page, and some have to be moved out of removed ones.
 */
export function replay(records: MutationRecord[], placed: Set<Node>, applyChange: ApplyChange): void {
  for (const { target } of records) {
    const live = liveOf(target);
    if (live && !isConnected(live)) applyChange(live, () => restore(target));
  }
  placeAll(placed, applyChange);
  for (const record of records) {
    const { target, type, oldValue } = record;
    const live = liveOf(target);
    if (!live) continue;
    if (type === 'attributes') applyChange(live, () => syncAttribute(record, live as Element));
    if (type === 'characterData') applyChange(live, () => changeText(target as Text, live, oldValue));
  }
  for (const record of records) {
    for (const node of record.removedNodes) {
      const live = liveOf(node);
      if (live && !node.isConnected) applyChange(live, () => remove(live), true);
    }
  }
  for (const media of mediaOf(records)) applyChange(media, () => loadChangedSource(media));
}

function changeText(text: CharacterData, live: Node, before: string | null): void {
  const holder = parentOf(live);
  if (!(live instanceof CharacterData)) {
    if (holder) place(holder, create(text, holder), live);
    return remove(live);
  }
  if (holder && live.data !== before) removeSplitOff(text, live, before ?? '');
  if (live.nodeType === Node.PROCESSING_INSTRUCTION_NODE) live.data = text.data.replace(/^\?\S*\s*|\?$/g, '');
  else syncText(text, live);
}

function remove(live: Node): void {
  const parent = parentOf(live);
  // A dialog that closes returns the focus. Its removal alone would lose it.
  if (live instanceof Element)
    for (const dialog of [live, ...queryAll(live, 'dialog')]) expectToggle(dialog, false);
  if (parent) removeChild(parent, live);
}

/** Returns the players whose `<source>` elements may have changed. */
function mediaOf(records: MutationRecord[]): Set<HTMLMediaElement> {
  const media = records.map(({ target }) => {
    const isPart = target instanceof Element && /^(source|audio|video)$/.test(target.localName);
    return isPart && liveOf(target.closest('audio,video') ?? target);
  });
  return new Set(media.filter((live) => live instanceof HTMLMediaElement));
}

/** Browsers do not notice that the source they chose has changed or is gone. */
function loadChangedSource(media: HTMLMediaElement): void {
  const sources = [...media.querySelectorAll('source')];
  const isScripts = media.srcObject || media.hasAttribute('src');
  if (!isScripts && !sources.some(({ src }) => src === media.currentSrc)) media.load();
}
