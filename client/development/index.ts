import { SCRIPT_TAG, ScriptAttribute } from '../../src/protocol.js';
import { getAttribute, select } from '../dom.js';
import type { Site } from '../site.js';
import { setLatency } from './latency.js';
import { reconnectAtOnce } from './reconnect.js';

/** The page, as this part of the script uses it. */
export interface DevelopedPage {
  readonly site: Site;
  wake(): void;
}

/** Helps the page's author. A part of the script, loaded when the page is idle, and never in production. */
export function startDevelopment(page: DevelopedPage): void {
  const { site } = page;
  const [tag] = select(SCRIPT_TAG);
  reconnectAtOnce(site, () => page.wake());
  setLatency(site, Number(tag && getAttribute(tag, ScriptAttribute.development)));
  window.rr.latency = (ms) => setLatency(site, ms);
}
