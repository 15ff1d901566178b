import { Endpoint } from '../../src/protocol.js';
import { listen } from '../dom.js';
import type { Site } from '../site.js';

/** Milliseconds between two looks for the server. */
const INTERVAL = 100;
/** After this number of looks, the page's own backoff goes on alone. */
const MAX_LOOKS = 600;

let isConnected = true;
/** Firefox ends the connection of a page that is being left. */
let mayLeave = false;

/** Brings the page back as soon as its server has restarted, without the backoff that spares a busy server. */
export function reconnectAtOnce(site: Site, wake: () => void): void {
  listen(window, 'beforeunload', () => {
    mayLeave = true;
  });
  listen(document, 'issr:connect', () => {
    isConnected = true;
    mayLeave = false;
  });
  listen(document, 'issr:disconnect', async () => {
    isConnected = false;
    for (let look = 0; look < MAX_LOOKS && !isConnected && !mayLeave; look++) {
      if (await isServed(site)) {
        if (!isConnected && !mayLeave) wake();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  });
}

function isServed(site: Site): Promise<boolean> {
  return fetch(site.endpoint(`${Endpoint.connection}.js`), { method: 'HEAD', cache: 'no-store' }).then(
    () => true,
    () => false,
  );
}
