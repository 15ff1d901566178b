import { removeAttribute, select } from '../../dom.js';
import { asPatch, expectEvents } from '../../side-effects.js';

/** Opens each `<dialog open modal>` as a modal dialog: the attribute `open` alone leaves the page usable behind it. */
export function openModals(): void {
  for (const dialog of select<HTMLDialogElement>('dialog[open][modal]:not(:modal)')) {
    removeAttribute(dialog, null, 'open');
    expectEvents(dialog, 'toggle');
    asPatch(() => dialog.showModal());
  }
}
