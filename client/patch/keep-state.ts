import { core } from '../core.js';
import {
  contains,
  focusOf,
  getAttribute,
  isConnected,
  parentOf,
  queryAll,
  rectOf,
  removeAttribute,
  rootOf,
  scrollLeftOf,
  scrollToPlace,
  scrollTopOf,
} from '../dom.js';
import { keepFocus } from './keep-focus.js';
import { liveOf } from './shadow/pairs.js';

type Restore = () => void;
type Place = [element: Element, top: number];

/** Number of neighbours by which a box keeps its place if the patch removes some of them. */
const SPARE = 4;

/**
 * Stores what a move takes from elements in this browser: scroll positions, modal dialogs, popovers, the selection.
 * Returns a function that restores it after the replay. In browsers without scroll anchoring (Safari), what the
 * visitor reads keeps its place too.
 */
export function keepState(records: MutationRecord[], placed: Set<Node>): Restore {
  const moved = [...placed]
    .map(liveOf)
    .filter((live): live is Element => live instanceof Element && isConnected(live));
  const elements = moved.flatMap((live) => [live, ...queryAll(live, '*')]);
  const layers = elements.flatMap(keepLayer);
  const scrolls = elements.flatMap(keepScroll);
  const restoreSelection = keepSelection(moved);
  const restorePage = keepPage(moved);
  const restorePlaces = CSS.supports('overflow-anchor', 'auto') ? [] : keepPlaces(records, moved);
  return () => {
    const restoreFocus = keepFocus();
    for (const restore of layers) restore();
    for (const restore of [restoreFocus, restoreSelection, restorePage, ...scrolls, ...restorePlaces])
      restore();
  };
}

/** A modal dialog or an open popover leaves the top layer with its move. */
function keepLayer(element: Element): Restore[] {
  if (element instanceof HTMLDialogElement && element.matches(':modal')) {
    return [
      () => {
        if (!isConnected(element) || !element.open || element.matches(':modal')) return;
        removeAttribute(element, null, 'open');
        core.expectEvents(element, 'toggle');
        core.asPatch(() => element.showModal());
      },
    ];
  }
  // A browser without popovers cannot parse the selector.
  const canOpen = getAttribute(element, 'popover') !== null && 'showPopover' in element;
  if (!canOpen || !element.matches(':popover-open')) return [];
  const popover = element as HTMLElement;
  return [
    () => {
      if (!isConnected(popover) || popover.matches(':popover-open')) return;
      core.expectEvents(popover, 'toggle');
      core.asPatch(() => popover.showPopover());
    },
  ];
}

function keepScroll(element: Element): Restore[] {
  const [left, top] = [scrollLeftOf(element), scrollTopOf(element)];
  return left || top ? [() => scrollToPlace(element, { left, top, behavior: 'instant' })] : [];
}

/** Chromium scrolls to a text field that moves with its focus, at the latest as the position is read. */
function keepPage(moved: Element[]): Restore {
  // Reading the position costs a layout.
  if (!moved.some((live) => contains(live, focusOf(document)))) return () => {};
  const [left, top] = [scrollX, scrollY];
  return () => {
    if (scrollX !== left || scrollY !== top) scrollTo({ left, top, behavior: 'instant' });
  };
}

/** The selection of a focused field is the field's own. */
function keepSelection(moved: Element[]): Restore {
  const selection = getSelection();
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection ?? {};
  const isMoved = moved.some(
    (live) => contains(live, anchorNode ?? null) || contains(live, focusNode ?? null),
  );
  if (!isMoved || focusOf(document)?.matches('input,textarea,select')) return () => {};
  return () => {
    if (!anchorNode || !focusNode || !isConnected(anchorNode) || !isConnected(focusNode)) return;
    selection?.setBaseAndExtent(anchorNode, anchorOffset as number, focusNode, focusOffset as number);
  };
}

/** Keeps the place of what is read in each scrolled box that a change is in: of an element that does not move, if there is one. */
function keepPlaces(records: MutationRecord[], moved: Element[]): Restore[] {
  const boxes = new Set<Element>();
  for (const { target } of records) {
    for (let node: Node | null | undefined = liveOf(target); node; node = parentOf(node)) {
      if (node instanceof Element && scrollTopOf(node)) boxes.add(node);
    }
  }
  return [...boxes].map((box) => {
    const isMoved = ([element]: Place): boolean => moved.some((live) => contains(live, element));
    const places = readIn(box);
    const read = [...places.filter((place) => !isMoved(place)), ...places];
    return () => {
      const still = read.find(([element]) => isConnected(element) && contains(box, element));
      const shift = still ? topOf(still[0]) - edgeOf(box) - still[1] : 0;
      if (shift) scrollToPlace(box, { top: scrollTopOf(box) + shift, behavior: 'instant' });
    };
  });
}

/** Returns elements at the top of what is visible in a box, with their places in it: the innermost first. */
function readIn(box: Element): Place[] {
  const edge = edgeOf(box);
  const found: Place[] = [];
  for (let outer: Element | undefined = box; outer; ) {
    const visible: Element[] = [...queryAll(outer, ':scope>*')]
      .filter((child) => isBelow(child, edge))
      .slice(0, SPARE);
    found.unshift(...visible.map((child): Place => [child, topOf(child) - edge]));
    outer = visible[0];
  }
  return found;
}

const topOf = (element: Element): number => rectOf(element).top;

/** Returns where the content of a box begins. The box moves too if the page becomes too short for its scroll position. */
const edgeOf = (box: Element): number => (box === rootOf(document) ? 0 : topOf(box));

/** Whether an element ends below the edge of its box and scrolls with it. */
function isBelow(element: Element, edge: number): boolean {
  const { bottom, height } = rectOf(element);
  return height > 0 && bottom > edge && !/fixed|sticky/.test(getComputedStyle(element).position);
}
