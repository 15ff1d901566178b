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
 * of which no text stayed. What a visitor did in the old one must not show at the new one.
 */
function findStrangers(records: MutationRecord[]): Set<Element> {
  const strangers = new Set<Element>();
  const changed = new Set<Node>(
    records.filter(({ type }) => type !== 'childList').map(({ target }) => target),
  );
  for (const node of nodesIn(records, 'addedNodes'))
    for (const text of textsIn(node)) if (!liveOf(text)) changed.add(text);
  const seen = new Set<Node>();
  for (const { type, target, attributeName, oldValue } of records) {
    if (attributeName === 'value' && oldValue !== null && isBox(target as Element))
      strangers.add(target as Element);
    if (type === 'attributes') continue;
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

function isStranger(row: Element, changed: Set<Node>, records: MutationRecord[]): boolean {
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
  if (!(alike.length || /^(li|tr)$/.test(row.localName)) || !row.querySelector(STATEFUL)) return false;
  const common = new Set(alike.flatMap(signsOf).map(([sign]) => sign));
  return !signsOf(row).some(([sign, node]) => !changed.has(node) && !common.has(sign));
}

/** The content that says what a row is about: its texts, and the values of its fields and links. */
function signsOf(row: Element): [sign: string, node: Node][] {
  const elements = [...row.querySelectorAll('[value],[href]')];
  return [
    ...textsIn(row).map((text): [string, Node] => [text.data.trim(), text]),
    ...elements.map((one): [string, Node] => [
      `${one.localName} ${one.getAttribute('value') ?? one.getAttribute('href')}`,
      one,
    ]),
  ];
}

function textsIn(node: Node): Text[] {
  const texts = node instanceof Text ? [node] : [...node.childNodes].flatMap(textsIn);
  return texts.filter(({ data }) => data.trim());
}
