import type { ClientMessage } from '../../src/protocol.js';
import type { Site } from '../site.js';
import { listenToChoices } from './choice.js';
import { Uploads } from './uploads.js';

/**
 * The part of the browser script that sends files; fetched by a page that has a field of them.
 *
 * @param go called when what was under way is there, or will not come
 * @returns `Files` of ../files.ts
 */
export default function createUploads(site: Site, send: (message: ClientMessage) => void, go: () => void) {
  const uploads = new Uploads(site, send, go);
  listenToChoices(uploads);
  document.addEventListener('issr:patch', () => uploads.onPatch());
  document.addEventListener('issr:connect', () => uploads.wake());
  addEventListener('online', () => uploads.wake());
  return (news?: boolean | object): 'there' | 'due' | 'lost' => {
    if (news === undefined) return uploads.settle();
    if (typeof news === 'boolean') uploads.onJoined(news);
    else uploads.forget();
    return 'there';
  };
}
