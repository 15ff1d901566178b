/** Tells the page's own scripts: `issr:<name>` on `document`. False: one of them cancelled it. */
export function signal(name: string, detail: object = {}, cancelable = false): boolean {
  return Document.prototype.dispatchEvent.call(
    document,
    new CustomEvent(`issr:${name}`, { detail, cancelable }),
  );
}
