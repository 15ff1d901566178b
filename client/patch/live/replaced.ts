import { firstOf, holderOf, isConnected, nextOf, parentOf, place, removeChild } from '../../dom.js';
import { liveOf, unpair } from '../shadow/pairs.js';
import { create } from './create.js';
import { isIn } from './placement.js';

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

/** Removes the node that a script put in place of a text which the server has removed. */
export function removeStandIn({ target, previousSibling }: MutationRecord): void {
  const parent = liveOf(target);
  if (!parent || (previousSibling && !isIn(holderOf(parent), previousSibling))) return;
  const holder = holderOf(parent);
  const live = previousSibling ? nextOf(liveOf(previousSibling) as Node) : firstOf(holder);
  if (live && ![...target.childNodes].some((child) => liveOf(child) === live)) removeChild(holder, live);
}

/** Removes what a script split off a text, as for emoji: `before` is the server's text that it had. */
export function removeSplitOff(text: CharacterData, live: CharacterData, before: string): void {
  if (live.data === before || !before.startsWith(live.data)) return;
  const holder = parentOf(live) as Node;
  const end = text.nextSibling && liveOf(text.nextSibling);
  if (end && parentOf(end) !== holder) return;
  for (let next = nextOf(live); next && next !== end; next = nextOf(live)) removeChild(holder, next);
}
