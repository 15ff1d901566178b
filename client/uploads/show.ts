import { createElement } from '../dom.js';
import { showWidget } from '../ui/widget.js';
import { elementsFor, type Field } from './fields.js';

const PROGRESS = 'data-issr-upload';
const ERROR = 'data-issr-upload-error';

let bar: { host: Element; line: HTMLElement } | undefined;
/** The fields that show a refusal. Validity that an author's script set is left alone. */
const refused = new WeakSet<HTMLInputElement>();

/** Shows the share of each field, from 0 to 1, in the author's `<progress>` or else in a bar of this script. */
export function showProgress(shares: Map<string, number>, isRunning: boolean): void {
  const withoutOwn: number[] = [];
  for (const [name, share] of shares) {
    const elements = elementsFor<HTMLProgressElement>(PROGRESS, name);
    for (const element of elements) {
      element.max = 1;
      element.value = share;
    }
    if (!elements.length && share > 0) withoutOwn.push(share);
  }
  if (isRunning && withoutOwn.length) drawBar(Math.min(...withoutOwn));
  else {
    bar?.host.remove();
    bar = undefined;
  }
}

/** Draws over the progress bar of events. */
function drawBar(share: number): void {
  if (!bar) {
    const line = createElement('div');
    line.style.cssText = 'height:3px;background:#2f7ff5;transition:width .2s';
    line.setAttribute('role', 'progressbar');
    const host = showWidget(
      'position:fixed;inset:0 0 auto;background:#c9d7ee;pointer-events:none;z-index:2147483647',
      line,
    );
    bar = { host, line };
  }
  bar.line.style.width = `${100 * share}%`;
  bar.line.setAttribute('aria-valuenow', String(Math.round(100 * share)));
}

/** Shows at a field why it is refused. An empty message clears it. */
export function showRefusal({ name, inputs }: Field, message: string): void {
  const shown = inputs.filter((input) => message || refused.has(input));
  for (const input of shown) {
    input.setCustomValidity(message);
    if (message) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    refused[message ? 'add' : 'delete'](input);
  }
  const [first] = shown;
  if (!first) return;
  const own = elementsFor(ERROR, name);
  for (const element of own.length ? own : [addMessage(first, name)]) {
    // A screen reader would read the same text again.
    if (element.textContent !== message) element.textContent = message;
  }
}

/** Adds an element to the live page only: the shadow does not have it, so patches leave it alone. */
function addMessage(input: HTMLInputElement, name: string): HTMLElement {
  const element = createElement('small');
  element.setAttribute(ERROR, name);
  element.setAttribute('role', 'alert');
  element.style.cssText = 'display:block;color:light-dark(#b3261e,#ff8a80)';
  input.after(element);
  return element;
}

/** Marks a field while its files are being sent. */
export function showBusy({ inputs }: Field, isBusy: boolean): void {
  for (const input of inputs) {
    if (isBusy) input.setAttribute('aria-busy', 'true');
    else input.removeAttribute('aria-busy');
  }
}
