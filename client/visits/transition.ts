import { SCRIPT_TAG, ScriptAttribute } from '../../src/protocol.js';
import { getAttribute, select } from '../dom.js';

/** The API, in browsers that have it. https://drafts.csswg.org/css-view-transitions/ */
type StartViewTransition = (update: () => Promise<void>) => Record<'ready' | 'finished', Promise<unknown>>;

/** Lets the browser compare the page that is shown now. */
let showNewPage = (): void => {};

/** Resolves when the browser has a picture of the page to leave. The visit must show its page at once then. */
export function beginTransition(): Promise<void> | undefined {
  const start: StartViewTransition | undefined = Reflect.get(Document.prototype, 'startViewTransition');
  if (!start || !isWanted() || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  return new Promise((resolve) => {
    const transition = start.call(document, () => {
      resolve();
      return new Promise((shown) => {
        showNewPage = shown;
      });
    });
    // A next visit skips it, and so does a hidden page.
    for (const end of [transition.ready, transition.finished]) end.catch(() => {});
  });
}

/** The page is complete, at its scroll position. */
export function endTransition(): void {
  showNewPage();
}

/** The option is on, or the link or form that asked has the attribute: it is busy now. */
function isWanted(): boolean {
  const [tag] = select(SCRIPT_TAG);
  const isOn = /transition/.test((tag && getAttribute(tag, ScriptAttribute.navigation)) ?? '');
  return isOn || select('[transition][aria-busy=true]').length > 0;
}
