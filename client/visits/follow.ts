import { getAttribute, select } from '../dom.js';
import type { Address, Visit } from '../history.js';

/** Writes the address of a visit whose page arrived, and the address that mirrors the page's params. */
export function follow(address: Address, visit: Visit | undefined, mirror: Visit | undefined): void {
  const due = address.pendingVisit();
  address.onLeave?.((visit ?? mirror) as Visit);
  // Back or Forward has left the entry since.
  if (due?.mode === 'pop' && due !== visit) {
    if (visit) address.shown = visit.url;
    return;
  }
  if (visit) write(address, visit.url, visit.mode);
  if (!mirror) return;
  const url = withoutPasswords(mirror.url);
  if (url.pathname === address.shown.pathname) url.hash = address.shown.hash;
  write(address, url, visit ? 'replace' : mirror.mode);
}

/**
 * The visitor jumped to a place of the page on show, which made an entry, or went back or forward to one. In an entry of
 * visits no browser scrolls by itself.
 *
 * @param known number of the entry, unless it is new
 */
export function jump(address: Address, known?: number): void {
  if (known === undefined) history.replaceState({ ...history.state, issr: address.entry }, '');
  else if (history.scrollRestoration === 'manual') {
    const [left, top] = address.scrollOf(known);
    scrollTo({ left, top, behavior: 'instant' });
  }
}

/** Adds an entry if the address differs. */
function write(address: Address, url: URL, mode: Visit['mode']): void {
  if (mode === 'push' && url.href !== address.shown.href) {
    history.scrollRestoration = 'manual';
    // The entry of a load is numbered as it is left.
    jump(address);
    address.leaveEntry(Date.now());
    history.pushState({ issr: address.entry }, '', url);
  } else if (mode !== 'pop') history.replaceState(history.state, '', url);
  address.shown = url;
}

/** Removes passwords, even if the author mirrors them: an address is seen, sent and kept. */
function withoutPasswords(url: URL): URL {
  for (const field of select('input[type=password]')) {
    const name = getAttribute(field, 'name') ?? '';
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url;
}
