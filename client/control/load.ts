import { listen } from '../dom.js';

/** Milliseconds after which a page that is still there is taken to stay. */
const PATIENCE = 2000;

/** An event target that browsers have if they report failed navigations. https://html.spec.whatwg.org/#navigation-api */
declare const navigation: EventTarget;

/**
 * Loads a URL. Resolves if the page stays: the URL is a download or its response is empty, the visitor refused to
 * leave, or came back to the cached page.
 */
export function load(url: URL): Promise<unknown> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE);
    listen(window, 'pageshow', resolve, { once: true });
    // Without the API, the name may be the id of an element.
    if (Object.hasOwn(window, 'navigation'))
      navigation.addEventListener('navigateerror', resolve, { once: true });
    // Assigning the current address would only scroll to its hash.
    if (url.href === location.href) location.reload();
    else location.assign(url);
  });
}
