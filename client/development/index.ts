import { SCRIPT_TAG, ScriptAttribute } from '../../src/protocol.js';
import { getAttribute, select } from '../dom.js';
import { warnOfCleared } from './cleared.js';
import { offerPanel } from './debug.js';
import { warnOfEdited } from './edited.js';
import { setLatency } from './latency.js';
import type { DevelopedPage } from './page.js';
import { reconnectAtOnce } from './reconnect.js';

/**
 * Helps the page's author. A part of the script, loaded soon after the page has connected. In production it is loaded only with the
 * option `debug`, and offers the panel alone.
 */
export function startDevelopment(page: DevelopedPage): void {
  const { site } = page;
  const [tag] = select(SCRIPT_TAG);
  const latency = tag && getAttribute(tag, ScriptAttribute.development);
  const debug = tag && getAttribute(tag, ScriptAttribute.debug);
  if (debug) offerPanel(page, debug === 'open');
  if (!latency) return;
  warnOfCleared(page);
  warnOfEdited(page);
  reconnectAtOnce(site, () => page.wake());
  setLatency(site, Number(latency));
  window.rr.latency = (ms) => setLatency(site, ms);
}
