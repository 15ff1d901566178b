/**
 * The part of the script for `links`, `prefetch` and `transition`: makes plain links visits, and asks for pages ahead of the
 * click. It is loaded by pages that use one of them.
 */

import { listen } from '../dom.js';
import { followLinks } from './links.js';
import type { NavigablePage, PrefetchedMessage } from './page.js';
import { watchPointer } from './pointer.js';
import { Prefetcher } from './prefetcher.js';

/** Starts the part. Returns the receiver of the answers. @param options that are on, as words */
export function startNavigation(page: NavigablePage, options: string): (message: PrefetchedMessage) => void {
  const prefetcher = new Prefetcher(page);
  followLinks(options.includes('links'));
  watchPointer(prefetcher, options);
  listen(document, 'issr:patch', ({ detail: { event } }) => prefetcher.onPatch(event));
  listen(document, 'issr:disconnect', () => prefetcher.clear());
  const { events } = page;
  const { transmit } = events;
  events.transmit = (message) => {
    if (message[0] === 'event') prefetcher.onEvent(message);
    transmit(message);
  };
  return (message) => prefetcher.receive(message);
}
