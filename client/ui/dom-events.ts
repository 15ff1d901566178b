import type { IssrEventDetails } from '../api.js';

/** Tells the page's own scripts: `issr:<name>` on `document`. False: one of them cancelled it. */
export function signal<Name extends keyof IssrEventDetails>(
  name: Name,
  detail: IssrEventDetails[Name],
  cancelable = false,
): boolean {
  return Document.prototype.dispatchEvent.call(
    document,
    new CustomEvent(`issr:${name}`, { detail, cancelable }),
  );
}
