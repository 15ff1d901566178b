import { getAttribute, getAttributeNode, removeAttribute, rootOf, setAttribute } from '../dom.js';

const BUSY = 'aria-busy';

/** An element that waits for `count` events, our attribute, and the server's value of it. */
interface Busy {
  count: number;
  attribute: Attr | null;
  before: string | null;
}

const busy = new Map<Element, Busy>();

export function showBusy(elements: Element[]): void {
  for (const element of elements) {
    const before = getAttribute(element, BUSY);
    const known = busy.get(element) ?? { count: 0, attribute: null, before };
    known.count++;
    busy.set(element, known);
    if (before === 'true') continue;
    removeAttribute(element, null, BUSY);
    setAttribute(element, BUSY, 'true');
    known.attribute = getAttributeNode(element, BUSY);
  }
}

export function clearBusy(elements: Element[]): void {
  for (const element of elements) {
    const known = busy.get(element);
    if (!known || --known.count > 0) continue;
    busy.delete(element);
    // A patch that set or removed the attribute has replaced ours.
    if (!known.attribute || getAttributeNode(element, BUSY) !== known.attribute) continue;
    if (known.before === null) removeAttribute(element, null, BUSY);
    else setAttribute(element, BUSY, known.before);
  }
}

/** Shows the state of the connection on `<html>`, for CSS and for tests. */
export function showStatus(status: 'connected' | 'reconnecting' | 'offline'): void {
  setAttribute(rootOf(document), 'data-issr', status);
}

let part: Promise<typeof import('./progress-bar.js')> | undefined;

export function showProgress(isWaiting: boolean, loadPart: () => NonNullable<typeof part>): void {
  if (!isWaiting && !part) return;
  part ??= loadPart();
  part.then(
    ({ showProgressBar }) => showProgressBar(isWaiting),
    () => {
      part = undefined;
    },
  );
}
