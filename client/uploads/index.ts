import type { ClientMessage } from '../../src/protocol.js';
import { listen } from '../dom.js';
import type { Site } from '../site.js';
import { listenToChoices } from './choice.js';
import { findFields } from './fields.js';
import { Uploads } from './uploads.js';

/** Decides before each event whether the page's files let it go. */
export interface Gate {
  /**
   * `ready`: the server has the chosen files. `pending`: they are on their way. `lost`: they will not
   * arrive, so the command that waits for them must not run.
   */
  state(): 'ready' | 'pending' | 'lost';
  /** @param isResumed the server still knows the page */
  onJoined(isResumed: boolean): void;
  /** A visit begins: the next page starts without files. */
  reset(): void;
  /** The next patch empties no field. */
  keepFiles(): void;
}

/**
 * The part of the browser script that uploads files, fetched by pages with a file field.
 *
 * @param onSettled called when the pending files are uploaded, or will not arrive
 */
export default function createUploads(
  site: Site,
  send: (message: ClientMessage) => void,
  onSettled: () => void,
): Gate {
  const uploads = new Uploads(site, send, onSettled);
  listenToChoices(uploads);
  // Their refusals show at once, too.
  for (const { inputs, files } of findFields().values())
    if (files.length) uploads.onChoice(inputs[0] as HTMLInputElement);
  listen(document, 'issr:patch', () => uploads.onPatch());
  listen(document, 'issr:connect', () => uploads.wake());
  listen(window, 'online', () => uploads.wake());
  return {
    state: () => uploads.poll(),
    onJoined: (isResumed) => uploads.onJoined(isResumed),
    reset: () => uploads.reset(),
    keepFiles: () => uploads.keepFiles(),
  };
}
