import { liveOf } from './pairs.js';
import { nodesIn } from './records.js';
import { copyRoot } from './roots.js';

/** In these a visitor can do something that the server does not know. */
const STATEFUL = 'input,select,textarea,details,dialog';
/** An element with more elements inside is not a row. */
const MAX_SIZE = 99;

/**
 * Gives strangers new live nodes if the visitor did something in the old ones. An element that the patch moved into a
 * stranger belongs there, so it goes along.
 */
export function renewStrangers(
  records: MutationRecord[],
  isTouched: (live: Node, isOpen: boolean) => boolean,
): void {
  const added = nodesIn(records, 'addedNodes').filter(liveOf);
  for (const stranger of findStrangers(records)) {
    const nodes = elementsOf(stranger);
    const moved = added.filter((node) => node !== stranger && stranger.contains(node));
    const isMoved = (node: Element): boolean => moved.some((outer) => outer.contains(node));
    const isOld = nodes.some((node) => {
      const live = liveOf(node);
      return live && !isMoved(node) && isTouched(live, node.hasAttribute('open'));
    });
    if (!isOld) continue;
    const copy = stranger.cloneNode(true) as Element;
    const copies = elementsOf(copy);
    stranger.replaceWith(copy);
    for (const [i, node] of nodes.entries()) {
      copyRoot(node, copies[i] as Element);
      if (moved.includes(node)) copies[i]?.replaceWith(node);
    }
  }
}

const elementsOf = (element: Element): Element[] => [element, ...element.querySelectorAll('*')];

/**
 * Finds elements that a patch wrote in place but turned into another thing: a box or radio with another value, and a row
 * that lost its text or values and kept no sign of what it is about. What a visitor did in the old one must not show at
 * the new one.
 */
function findStrangers(records: MutationRecord[]): Set<Element> {
  const strangers = new Set<Element>();
  const changed = new Set<Node | null>(
    records.map(({ target, attributeName }) =>
      attributeName ? (target as Element).getAttributeNode(attributeName) : target,
    ),
  );
  for (const node of nodesIn(records, 'addedNodes'))
    for (const text of textsIn(node)) if (!liveOf(text)) changed.add(text);
  const seen = new Set<Node>();
  for (const { target, attributeName, oldValue, removedNodes } of records) {
    if (attributeName === 'value' && oldValue !== null && isBox(target as Element))
      strangers.add(target as Element);
    // A message that arrives takes nothing away.
    if (attributeName || !(oldValue || removedNodes[0])) continue;
    for (let row = target.parentElement; row && !seen.has(row) && isSmall(row); row = row.parentElement) {
      seen.add(row);
      if (isStranger(row, changed, records)) strangers.add(row);
    }
  }
  return strangers;
}

const isBox = (element: Element): boolean =>
  /^input/.test(element.localName) && /^(checkbox|radio)$/i.test(element.getAttribute('type') ?? '');

/** Looks at one element only: the length of the collection would count all elements of a page. */
const isSmall = (row: Element): boolean => !row.getElementsByTagName('*')[MAX_SIZE];

function isStranger(row: Element, changed: Set<Node | null>, records: MutationRecord[]): boolean {
  if (row.id || row.hasAttribute('key')) return false;
  const siblings = records.filter(({ target }) => target === row.parentNode);
  const alike = [
    row.previousElementSibling,
    row.nextElementSibling,
    ...nodesIn(siblings, 'removedNodes'),
  ].filter(
    (other): other is Element =>
      other instanceof Element &&
      other !== row &&
      other.localName === row.localName &&
      !!other.querySelector(STATEFUL),
  );
  if (!(alike[0] || /^(li|tr)$/.test(row.localName)) || !row.querySelector(STATEFUL)) return false;
  // The fields of a list have one name in all rows, so the names of its only row say nothing.
  const telling = alike[0] ? /^(name|value|href)$/ : /^(value|href)$/;
  const common = new Set(alike.flatMap((other) => signsOf(other, telling)).map(([sign]) => sign));
  return !signsOf(row, telling).some(([sign, node]) => !changed.has(node) && !common.has(sign));
}

/** The content that says what a row is about: its texts, and attributes of its elements. */
function signsOf(row: Element, telling: RegExp): [sign: string, node: Node][] {
  const attributes = [...row.querySelectorAll('*')].flatMap(({ attributes }) => [...attributes]);
  return [
    ...textsIn(row).map((text): [string, Node] => [text.data.trim(), text]),
    ...attributes
      .filter(({ name }) => telling.test(name))
      .map((one): [string, Node] => [`${one.name} ${one.value}`, one]),
  ];
}

function textsIn(node: Node): Text[] {
  const texts = node instanceof Text ? [node] : [...node.childNodes].flatMap(textsIn);
  return texts.filter(({ data }) => data.trim());
}
