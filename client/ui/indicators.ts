import { getAttribute, getAttributeNode, removeAttribute, rootOf } from '../dom.js';

const PROGRESS_DELAY = 400;

const BUSY = 'aria-busy';

/** An element that waits for `count` events, our attribute, and the server's value of it. */
interface Busy {
  count: number;
  attribute: Attr | null;
  before: string | null;
}

const busy = new Map<Element, Busy>();

const set = (element: Element, name: string, value: string) =>
  Element.prototype.setAttribute.call(element, name, value);

export function showBusy(elements: Element[]): void {
  for (const element of elements) {
    const before = getAttribute(element, BUSY);
    const known = busy.get(element) ?? { count: 0, attribute: null, before };
    known.count++;
    busy.set(element, known);
    if (before === 'true') continue;
    removeAttribute(element, null, BUSY);
    set(element, BUSY, 'true');
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
    else set(element, BUSY, known.before);
  }
}

/** Shows the state of the connection on `<html>`, for CSS and for tests. */
export function showStatus(status: 'connected' | 'reconnecting' | 'offline'): void {
  set(rootOf(document), 'data-issr', status);
}

let timer = 0;
let bar: Element | undefined;
let part: Promise<typeof import('./progress-bar.js')> | undefined;

export function showProgress(isWaiting: boolean, loadPart: () => NonNullable<typeof part>): void {
  if (!isWaiting) {
    clearTimeout(timer);
    timer = 0;
    bar?.remove();
    bar = undefined;
  } else if (!timer) {
    part ??= loadPart();
    part.catch(() => {
      part = undefined;
    });
    timer = window.setTimeout(drawBar, PROGRESS_DELAY);
  }
}

async function drawBar(): Promise<void> {
  const drawn = timer;
  const loaded = await part?.catch(() => undefined);
  if (timer === drawn) bar = loaded?.drawProgressBar();
}
