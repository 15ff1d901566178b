import type { PageError, SourceFrame } from '../../src/protocol.js';
import { createElement, listen, unlisten } from '../dom.js';
import { showWidget } from './widget.js';

let overlay: HTMLElement | undefined;
/** Number of the event that failed, or -1 for a push. */
let failed = -1;

/** Colors by the scheme of the visitor's system. Browsers without `light-dark` get those before. */
const TEXT = 'light-dark(#1d2430,#e4e8ef)';
const MUTED = 'color:light-dark(#5d6776,#98a3b5);';
const BAD = 'light-dark(#b42331,#ff8787)';
const CARD =
  'position:fixed;inset:auto 1rem 1rem;max-width:60rem;max-height:70vh;margin:auto;overflow:auto;box-sizing:border-box;' +
  `padding:16px 20px;color-scheme:light dark;color:#1d2430;color:${TEXT};background:#fff;background:light-dark(#fff,#15181e);` +
  `border:1px solid light-dark(#e4e7ec,#2a303b);border-top:3px solid ${BAD};border-radius:10px;font:14px/1.5 system-ui,sans-serif;` +
  'box-shadow:0 16px 48px -12px #0006;z-index:2147483647';
const CODE = 'font:13px/1.6 ui-monospace,monospace;';

/** Shows an error to the author, with `showErrors`. Escape, the button or the next good answer closes it. */
export function showOverlay(event: number, { status, requestId, message, stack, frame }: PageError): void {
  hideOverlay();
  const button = create(
    'button',
    'Close',
    `float:right;font:inherit;${MUTED}background:none;border:0;padding:0 4px;cursor:pointer`,
  );
  button.onclick = hideOverlay;
  overlay = showWidget(
    CARD,
    button,
    create('div', `${status} · request ${requestId}`, MUTED),
    create('pre', message ?? '', `font-size:16px;font-weight:600;color:${BAD};margin:4px 0 12px`),
    ...(frame ? [showFrame(frame)] : []),
    ...(stack ? [showStack(stack, !frame)] : []),
  );
  overlay.setAttribute('role', 'alert');
  failed = event;
  listen(window, 'keydown', onKey, true);
  listen(document, 'issr:patch', onPatch);
}

/** The line that threw is marked by a sign, too: colors alone do not reach everyone. */
function showFrame({ file, line, first, lines }: SourceFrame): HTMLElement {
  const code = create(
    'div',
    '',
    `${CODE}margin:4px 0 12px;padding:8px 0;overflow:auto;background:light-dark(#f7f8fa,#1b1f27);border-radius:8px`,
  );
  for (const [i, text] of lines.entries()) {
    const isThrown = first + i === line;
    const gutter = create('span', `${isThrown ? '>' : ' '}${String(first + i).padStart(5)} │ `, MUTED);
    const row = create(
      'pre',
      '',
      `white-space:pre;padding:0 12px;width:max-content;min-width:100%;box-sizing:border-box;${isThrown ? 'background:light-dark(#fde3e5,#4a1c23)' : ''}`,
    );
    row.append(gutter, text);
    code.append(row);
  }
  const box = create('div', '', '');
  box.append(create('div', `${file}:${line}`, CODE), code);
  return box;
}

function showStack(stack: string, isOpen: boolean): HTMLElement {
  const details = create('details', '', MUTED);
  details.open = isOpen;
  details.append(create('summary', 'Stack', 'cursor:pointer'), create('pre', stack, `${CODE}margin:8px 0 0`));
  return details;
}

function create<Name extends 'button' | 'div' | 'pre' | 'span' | 'details' | 'summary'>(
  name: Name,
  text: string,
  css: string,
): HTMLElementTagNameMap[Name] {
  const element = createElement(name);
  element.textContent = text;
  element.style.cssText = `${name === 'pre' ? 'margin:0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;' : ''}${css}`;
  return element;
}

/** Keeps the error of an event while pushes succeed. */
function onPatch({ detail }: DocumentEventMap['issr:patch']): void {
  if (detail.event !== failed) hideOverlay();
}

function onKey({ key }: KeyboardEvent): void {
  if (key === 'Escape') hideOverlay();
}

function hideOverlay(): void {
  overlay?.remove();
  overlay = undefined;
  unlisten(window, 'keydown', onKey, true);
  unlisten(document, 'issr:patch', onPatch);
}
