import { Endpoint } from '../../src/protocol.js';
import type { Site } from '../site.js';

let latency = 0;
/** Time at which the last message leaves. */
let due = 0;
let isInstalled = false;

/** Lets all that the page sends from now on leave later, in order, so that its author feels a slow line. */
export function setLatency(site: Site, ms: number): void {
  latency = Math.max(0, Number(ms) || 0);
  if (latency > 0 && !isInstalled) install(site);
}

function install(site: Site): void {
  isInstalled = true;
  const address = site.endpoint(Endpoint.connection).href;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    // The page has sockets of its own, too.
    if (this.url.replace(/^ws/, 'http') !== address) return send.call(this, data);
    void wait().then(() => send.call(this, data));
  };
  const { fetch } = window;
  window.fetch = async (resource, init) => {
    if (String(resource).startsWith(address)) await wait();
    return fetch(resource, init);
  };
}

/** Resolves in the order of the calls. */
function wait(): Promise<void> {
  const now = performance.now();
  due = Math.max(due, now + latency);
  return new Promise((resolve) => setTimeout(resolve, due - now));
}
