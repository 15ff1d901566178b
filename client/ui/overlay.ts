import type { PageError } from '../../src/protocol.js';
import { createElement, listen, unlisten } from '../dom.js';
import { showWidget } from './widget.js';

let overlay: HTMLElement | undefined;
/** Number of the event that failed, or -1 for a push. */
let failed = -1;

/** Shows an error to the author, with `showErrors`. Escape, the button or the next good answer closes it. */
export function showOverlay(event: number, { status, requestId, message, stack }: PageError): void {
  hideOverlay();
  const text = createElement('pre');
  text.textContent = `${status} · request ${requestId}\n\n${stack ?? message}`;
  text.style.cssText = 'margin:0;white-space:pre-wrap;overflow-wrap:anywhere';
  const button = createElement('button');
  button.textContent = 'Close';
  button.style.cssText = 'float:right;font:inherit';
  button.onclick = hideOverlay;
  overlay = showWidget(
    'position:fixed;inset:auto 1rem 1rem;max-height:60vh;overflow:auto;box-sizing:border-box;padding:1rem;' +
      'font:14px/1.5 monospace;color:#fff;background:#7a1420;border-radius:6px;z-index:2147483647',
    button,
    text,
  );
  overlay.setAttribute('role', 'alert');
  failed = event;
  listen(window, 'keydown', onKey, true);
  listen(document, 'issr:patch', onPatch);
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
