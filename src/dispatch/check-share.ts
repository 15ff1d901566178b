import type { Page } from '../page/page.js';
import type { RouteShare } from '../page/shares.js';
import { type DispatchServices, dispatchAsync } from './dispatch.js';
import { RequestState } from './request-state.js';

/** Characters of each page that the warning quotes. */
const QUOTED = 80;

/**
 * Renders both pages of a shared push again and warns once for each route if they differ. Nothing is sent. The second
 * page is rendered first: if the first one has changed by itself meanwhile, the difference says nothing.
 */
export function checkShare(
  services: DispatchServices,
  share: RouteShare,
  ...pages: [Page, Page, string]
): void {
  void compare(services, share, ...pages).catch(() => {});
}

async function compare(
  services: DispatchServices,
  share: RouteShare,
  source: Page,
  other: Page,
  html: string,
): Promise<void> {
  if (share.isReported) return;
  const theirs = await render(services, other);
  if (theirs === undefined || theirs === html || (await render(services, source)) !== html) return;
  share.isReported = true;
  const at = firstDifference(html, theirs);
  services.fastify.log.warn(
    `issr: two pages of '${share.path}' share their pushes and differ: ${quote(html, at)} and ${quote(theirs, at)}. ` +
      'Let `share` return different strings for them.',
  );
}

async function render(services: DispatchServices, page: Page): Promise<string | undefined> {
  const state = new RequestState(page.id, page);
  state.memory = page.memory.copy();
  const answer = await dispatchAsync(services, { peer: page.peer, url: page.urlWith([]), state });
  return state.isPage ? answer.body : undefined;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** Quotes from the tag in which the difference is. */
function quote(html: string, at: number): string {
  const start = Math.max(html.lastIndexOf('<', at), at - QUOTED / 2, 0);
  return JSON.stringify(html.slice(start, start + QUOTED));
}
