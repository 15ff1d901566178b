import { getAttribute, select } from '../dom.js';
import type { Address, Visit } from '../history.js';

/** Writes the address of a visit whose page arrived, and the address that mirrors the page's params. */
export function follow(address: Address, visit: Visit | undefined, mirror: Visit | undefined): void {
  const due = address.pendingVisit();
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

/** Adds an entry if the address differs. */
function write(address: Address, url: URL, mode: Visit['mode']): void {
  if (mode === 'push' && url.href !== address.shown.href) {
    history.scrollRestoration = 'manual';
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
