import type { ClientMessage } from '../../src/protocol.js';
import { select } from '../dom.js';
import type { Site } from '../site.js';

/**
 * Asked before each event: are the page's files there, under way, or will they not come, so that the
 * command which waits for them must not run? It is told of a visit, and at a join of whether the server
 * still knows the page.
 */
export type Files = (news?: boolean | object) => 'there' | 'due' | 'lost';

/**
 * Fetches what sends files, if the page has a field of them.
 *
 * @param go called with it, and each time that it may be asked again
 */
export function findFiles(
  site: Site,
  send: (message: ClientMessage) => void,
  go: (files?: Files) => void,
): Files | undefined {
  if (!select('input[type=file][name]').length) return;
  site.part<typeof import('../uploads/index.js')>('uploads').then(
    ({ default: create }) => go(create(site, send, () => go())),
    () => setTimeout(go, 1000, null),
  );
  return () => 'due';
}
