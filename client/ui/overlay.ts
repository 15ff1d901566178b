import type { PageError, SourceFrame } from '../../src/protocol.js';
import { createElement, listen, unlisten } from '../dom.js';
import { showWidget } from './widget.js';

let overlay: HTMLElement | undefined;
/** Number of the event that failed, or -1 for a push. */
let failed = -1;

/** Shows an error to the author, with `showErrors`. Escape, the button or the next good answer closes it. */
export function showOverlay(event: number, { status, requestId, message, stack, frame }: PageError): void {
  hideOverlay();
  const button = create('button', 'Close', 'float:right;font:inherit');
  button.onclick = hideOverlay;
  overlay = showWidget(
    'position:fixed;inset:auto 1rem 1rem;max-height:60vh;overflow:auto;box-sizing:border-box;padding:1rem;' +
      'font:14px/1.5 ui-monospace,monospace;color:#fff;background:#7a1420;border-radius:6px;z-index:2147483647;' +
      'box-shadow:0 4px 24px #0006',
    button,
    create('pre', `${status} · request ${requestId}\n\n${message}`, 'font-weight:bold'),
    ...(frame ? [showFrame(frame)] : []),
    create('pre', stack ?? '', 'opacity:.8'),
  );
  overlay.setAttribute('role', 'alert');
  failed = event;
  listen(window, 'keydown', onKey, true);
  listen(document, 'issr:patch', onPatch);
}

/** The line that threw is marked by a sign, too: colors alone do not reach everyone. */
function showFrame({ file, line, first, lines }: SourceFrame): HTMLElement {
  const box = create('div', '', 'margin:1rem 0;padding:.5rem 1rem;background:#0005;border-radius:4px');
  box.append(create('pre', `${file}:${line}`, 'opacity:.8'));
  for (const [i, text] of lines.entries()) {
    const isThrown = first + i === line;
    const number = String(first + i).padStart(5);
    box.append(
      create('pre', `${isThrown ? '>' : ' '}${number} │ ${text}`, isThrown ? 'background:#fff3' : ''),
    );
  }
  return box;
}

function create<Name extends 'button' | 'div' | 'pre'>(
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
