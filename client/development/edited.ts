import { closest, isConnected, listen } from '../dom.js';
import { tagOf } from './cleared.js';
import type { DevelopedPage } from './page.js';
import { warn } from './warn.js';

/**
 * Warns if a patch changes the text of an element with `contenteditable` that its visitor has edited: the new text is then
 * there beside the visitor's.
 */
export function warnOfEdited(page: DevelopedPage): void {
  /** Elements that the visitor edited, with their text before the patch. */
  const edited = new Map<HTMLElement, string | null>();
  const warned = new Set<string>();
  listen(window, 'input', ({ target }) => {
    if (target instanceof HTMLElement && target.isContentEditable && !closest(target, '[noupdate]'))
      edited.set(target, null);
  });
  listen(document, 'issr:before-patch', () => {
    for (const element of edited.keys()) edited.set(element, element.textContent);
  });
  listen(document, 'issr:patch', () => {
    for (const [element, text] of edited) {
      const tag = tagOf(element);
      if (!isConnected(element)) edited.delete(element);
      else if (element.textContent !== text && !warned.has(tag)) {
        warned.add(tag);
        const advice = 'Give it noupdate, and send its text by a hidden field.';
        warn(page, 'ISSR_WARN_EDITED', `changed the text of ${tag}, which its visitor had edited. ${advice}`);
      }
    }
  });
}
