import { firstOf, holderOf, isConnected, nextOf, parentOf, place, removeChild } from '../../dom.js';
import { liveOf, pair, unpair } from '../shadow/pairs.js';
import { create } from './create.js';
import { childFor, isIn } from './placement.js';

const isBlank = (node: Node): boolean => node instanceof Text && !/\S/.test(node.data);

/**
 * Shows a changed shadow node again if a script replaced its live partner, or an ancestor's: a translator
 * puts `<font>` for a text, an icon script `<svg>` for an `<i>`. An element that was only removed stays removed.
 */
export function restore(changed: Node): void {
  let node = changed;
  while (node.parentNode && !isConnected(liveOf(node.parentNode) ?? node)) node = node.parentNode;
  const parent = node.parentNode && liveOf(node.parentNode);
  if (!parent) return;
  const holder = holderOf(parent);
  // The content of a template is at its place, and never connected.
  if (isIn(holder, node)) return;
  const [lost, foreign] = regionOf(node, holder);
  const isOneToOne = lost.length === foreign.length;
  if (!isOneToOne && !lost.every((one) => one instanceof Text)) return;
  const next = foreign.length ? nextOf(foreign.at(-1) as Node) : afterOf(node, holder);
  for (const [index, one] of lost.entries()) {
    if (isOneToOne && one !== node) continue;
    // A script that ran does not run again.
    unpair(one, ({ nodeName }) => nodeName === 'script');
    place(holder, create(one, holder), isOneToOne ? (foreign[index] as Node) : next);
  }
  for (const [index, one] of foreign.entries()) {
    if (!isOneToOne || lost[index] === node) removeChild(holder, one);
  }
}

/** Returns the adjacent shadow siblings whose live nodes are lost, and the foreign live nodes in their place. */
function regionOf(node: Node, holder: Node): [lost: Node[], foreign: Node[]] {
  let first = node;
  while (first.previousSibling && !isIn(holder, first.previousSibling)) first = first.previousSibling;
  const lost: Node[] = [];
  let next: Node | null = first;
  for (; next && !isIn(holder, next); next = next.nextSibling) if (!isBlank(next)) lost.push(next);
  const end = next && liveOf(next);
  const foreign: Node[] = [];
  for (let live = afterOf(first, holder); live && live !== end; live = nextOf(live)) {
    if (!isBlank(live)) foreign.push(live);
  }
  return [lost, foreign];
}

/** Returns the live node behind the ones of the siblings before a shadow node. */
function afterOf(node: Node, holder: Node): Node | null {
  let previous = node.previousSibling;
  while (previous && !isIn(holder, previous)) previous = previous.previousSibling;
  return previous ? nextOf(liveOf(previous) as Node) : firstOf(holder);
}

/**
 * Pairs nodes that a script replaced, as a translator does with texts, with their replacements, so that these move with the
 * server's text and are removed with it. Only a removed element is paired: a changed one is created again.
 */
export function pairReplacements(records: MutationRecord[]): void {
  const changes = new Map<Node, MutationRecord[]>();
  for (const record of records) {
    const { target } = record;
    const parent = target instanceof Element ? target : (target.parentNode ?? target);
    const ofParent = changes.get(parent) ?? [];
    changes.set(parent, ofParent);
    ofParent.push(record);
  }
  for (const [parent, ofParent] of changes) {
    const live = liveOf(parent);
    const isAffected = ofParent.some(({ target, previousSibling, removedNodes }) =>
      [target, previousSibling, ...removedNodes].some(isLost),
    );
    if (!live || !isAffected) continue;
    const children: Node[] = [...parent.childNodes];
    // The live page still has the order of before.
    for (const { previousSibling, addedNodes, removedNodes } of ofParent.reverse()) {
      const index = previousSibling ? children.indexOf(previousSibling) + 1 : 0;
      children.splice(index, addedNodes.length, ...removedNodes);
    }
    pairInOrder(children, holderOf(live));
  }
}

const isReplaceable = (node: Node): boolean => node instanceof Text || !node.isConnected;

/** Whether a script took the live node away. */
const isLost = (node: Node | null): boolean => {
  const live = node && isReplaceable(node) && !isBlank(node) && liveOf(node);
  return !!live && !parentOf(live);
};

/** Pairs the nodes between two that are in place with the foreign nodes there, if there are as many. */
function pairInOrder(children: Node[], holder: Node): void {
  let lost: Node[] = [];
  let live = firstOf(holder);
  for (const child of [...children, null]) {
    const end = child && childFor(holder, child);
    if (end === undefined) {
      if (!isBlank(child as Node)) lost.push(child as Node);
      continue;
    }
    const foreign: Node[] = [];
    for (; live && live !== end; live = nextOf(live)) if (!isBlank(live)) foreign.push(live);
    if (lost.length === foreign.length)
      for (const [i, node] of lost.entries()) if (isReplaceable(node)) pair(node, foreign[i] as Node);
    lost = [];
    live &&= nextOf(live);
  }
}

/** Removes what a script split off a text, as for emoji: `before` is the server's text that it had. */
export function removeSplitOff(text: CharacterData, live: CharacterData, before: string): void {
  if (live.data === before || !before.startsWith(live.data)) return;
  const holder = parentOf(live) as Node;
  const end = text.nextSibling && liveOf(text.nextSibling);
  if (end && parentOf(end) !== holder) return;
  for (let next = nextOf(live); next && next !== end; next = nextOf(live)) removeChild(holder, next);
}
