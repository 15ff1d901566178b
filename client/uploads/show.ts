import { showWidget } from '../ui/widget.js';
import { elementsFor, type Field } from './fields.js';

const PROGRESS = 'data-issr-upload';
const ERROR = 'data-issr-upload-error';

let bar: { host: Element; line: HTMLElement } | undefined;
/** The fields whose refusal is shown. What an author's script says of a field is the author's. */
const refused = new WeakSet<HTMLInputElement>();

/** How much of each field is there, from 0 to 1: by the author's `<progress>`, or else by a bar of our own. */
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

/** Over the bar of an answer that is due, which knows no share. */
function drawBar(share: number): void {
  if (!bar) {
    const line = document.createElement('div');
    line.style.cssText = 'height:3px;background:#2f7ff5;transition:width .2s';
    line.role = 'progressbar';
    const host = showWidget(
      'position:fixed;inset:0 0 auto;background:#c9d7ee;pointer-events:none;z-index:2147483647',
      line,
    );
    bar = { host, line };
  }
  bar.line.style.width = `${100 * share}%`;
  bar.line.ariaValueNow = String(Math.round(100 * share));
}

/** Says at a field why it is refused; an empty text takes that back. */
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
    // Said again, it would be read again.
    if (element.textContent !== message) element.textContent = message;
  }
}

/** On the live page only, so that no patch takes it for the server's. */
function addMessage(input: HTMLInputElement, name: string): HTMLElement {
  const element = document.createElement('small');
  element.setAttribute(ERROR, name);
  element.role = 'alert';
  element.style.cssText = 'display:block;color:light-dark(#b3261e,#ff8a80)';
  input.after(element);
  return element;
}

/** While files of a field are under way. */
export function showBusy({ inputs }: Field, isBusy: boolean): void {
  for (const input of inputs) {
    if (isBusy) input.setAttribute('aria-busy', 'true');
    else input.removeAttribute('aria-busy');
  }
}
