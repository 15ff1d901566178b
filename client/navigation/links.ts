import { getAttribute, listen } from '../dom.js';

const LINK = ':is(a,area):is([href],[*|href])';

/**
 * Makes a click on a plain link a visit: on any link of the page, or only on those with `prefetch` or `transition`. A
 * listener of the author that cancels the click goes first.
 */
export function followLinks(isForAll: boolean): void {
  listen(window, 'click', (event) => {
    if (event.defaultPrevented) return;
    const link = linkOf(event);
    if (link && isVisit(link, isForAll)) void window.rr(link);
  });
}

/** Returns the link at which an event happened, shadow roots included. */
function linkOf(event: Event): Element | undefined {
  const isLink = (node: EventTarget): node is Element => node instanceof Element && node.matches(LINK);
  return event.composedPath().find(isLink);
}

/** A link with an action of its own is a command. `rr` leaves links to other sites to the browser. */
export function isVisit(link: Element, isForAll: boolean): boolean {
  if (getAttribute(link, 'action') !== null || !link.matches(LINK)) return false;
  return isForAll || link.matches('[prefetch],[transition]');
}
