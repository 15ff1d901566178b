import type { PageError } from '../../src/protocol.js';
import { showWidget } from './widget.js';

let overlay: HTMLElement | undefined;
/** The event that failed; -1: it was a push. */
let failed = -1;

/** With `showErrors`: what the author must see. Escape or its button closes it, or the next good answer. */
export function showOverlay(event: number, { status, requestId, message, stack }: PageError): void {
  hideOverlay();
  const text = document.createElement('pre');
  text.textContent = `${status} · request ${requestId}\n\n${stack ?? message}`;
  text.style.cssText = 'margin:0;white-space:pre-wrap;overflow-wrap:anywhere';
  const button = document.createElement('button');
  button.textContent = 'Close';
  button.style.cssText = 'float:right;font:inherit';
  button.onclick = hideOverlay;
  overlay = showWidget(
    'position:fixed;inset:auto 1rem 1rem;max-height:60vh;overflow:auto;box-sizing:border-box;padding:1rem;' +
      'font:14px/1.5 monospace;color:#fff;background:#7a1420;border-radius:6px;z-index:2147483647',
    button,
    text,
  );
  overlay.role = 'alert';
  failed = event;
  addEventListener('keydown', onKey, true);
}

/** A push that goes well says nothing about an event that did not. */
export function onGoodAnswer(event: number): void {
  if (event !== failed) hideOverlay();
}

function onKey({ key }: KeyboardEvent): void {
  if (key === 'Escape') hideOverlay();
}

function hideOverlay(): void {
  overlay?.remove();
  overlay = undefined;
  removeEventListener('keydown', onKey, true);
}
