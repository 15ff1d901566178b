import { getAttribute, rootOf } from '../dom.js';
import { showWidget } from './widget.js';

const PROGRESS_DELAY = 400;

/** The number of events that each element waits for. Elements that were busy before are left alone. */
const busy = new Map<Element, number>();

const set = (element: Element, name: string, value: string) =>
  Element.prototype.setAttribute.call(element, name, value);

export function showBusy(elements: Element[]): void {
  for (const element of elements) {
    if (!busy.has(element) && getAttribute(element, 'aria-busy') === 'true') continue;
    busy.set(element, (busy.get(element) ?? 0) + 1);
    set(element, 'aria-busy', 'true');
  }
}

export function clearBusy(elements: Element[]): void {
  for (const element of elements) {
    const count = busy.get(element);
    if (count === undefined) continue;
    if (count > 1) busy.set(element, count - 1);
    else {
      busy.delete(element);
      Element.prototype.removeAttribute.call(element, 'aria-busy');
    }
  }
}

/** Shows the state of the connection on `<html>`, for CSS and for tests. */
export function showStatus(status: 'connected' | 'reconnecting' | 'offline'): void {
  set(rootOf(document), 'data-issr', status);
}

let timer = 0;
let bar: Element | undefined;

export function showProgress(isWaiting: boolean): void {
  if (!isWaiting) {
    clearTimeout(timer);
    timer = 0;
    bar?.remove();
    bar = undefined;
  } else timer ||= window.setTimeout(drawBar, PROGRESS_DELAY);
}

function drawBar(): void {
  const line = document.createElement('div');
  line.style.cssText = 'height:3px;width:40%;background:#2f7ff5';
  bar = showWidget(
    'position:fixed;inset:0 0 auto;overflow:hidden;pointer-events:none;z-index:2147483647',
    line,
  );
  line.animate(
    { transform: ['translateX(-100%)', 'translateX(250%)'] },
    { duration: 1200, iterations: Infinity },
  );
}
