import type { IssrEventDetails } from '../api.js';
import { fire } from '../dom.js';

/** Dispatches `issr:<name>` on `document`. Returns false if a script of the page cancelled it. */
export function dispatch<Name extends keyof IssrEventDetails>(
  name: Name,
  detail: IssrEventDetails[Name],
  cancelable = false,
): boolean {
  return fire(new CustomEvent(`issr:${name}`, { detail, cancelable }));
}
