import { importNode, place, removeAttribute, setAttributeNode } from '../dom.js';
import type { LivePage } from '../late.js';
import { liveOf } from '../patch/shadow/pairs.js';
import { beginTransition } from './transition.js';

/** The longest that a visit waits for its stylesheets, in milliseconds. */
const PATIENCE = 5000;

/**
 * Loads the stylesheets that a change brings into `<head>`, while the page stays as it is. Returns a function
 * that applies them.
 */
export async function loadStylesheets(
  root: Element,
  records: MutationRecord[],
  page: LivePage,
): Promise<() => void> {
  const changed = new Set(
    records.filter(({ attributeName }) => attributeName === 'href').map(({ target }) => target),
  );
  const links = [...root.querySelectorAll('head > link[rel~=stylesheet i][href]')].filter(
    (link) => !liveOf(link) || changed.has(link),
  );
  const replaced = links.map(liveOf);
  const preloads: Element[] = [];
  const loads = links.map((link) => load(link, page, preloads));
  page.placeNodes(links);
  const timeout = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  if (links.length) await Promise.race([Promise.all(loads), timeout]);
  await beginTransition();
  return () => {
    for (const link of links) restoreMedia(link, liveOf(link) as Element);
    for (const live of [...replaced, ...preloads]) (live as ChildNode | undefined)?.remove();
  };
}

/**
 * Creates the live link. For no medium it loads and does not apply. WebKit requests it again with its own medium, and shows
 * the page without it meanwhile, unless a preload holds it.
 */
function load(link: Element, { create }: LivePage, preloads: Element[]): Promise<unknown> {
  const media = link.getAttribute('media') ?? '';
  const live = create(link) as HTMLLinkElement;
  const preload = live.cloneNode() as HTMLLinkElement;
  Object.assign(preload, { rel: 'preload', as: 'style' });
  preloads.push(preload);
  live.media = 'not all';
  const loaded = new Promise((resolve) => {
    live.onload = live.onerror = resolve;
  });
  for (const one of [preload, live]) place(liveOf(link.parentNode as Node) as Node, one, null);
  return matchMedia(media).matches ? loaded : Promise.resolve();
}

function restoreMedia(link: Element, live: Element): void {
  const media = link.getAttributeNode('media');
  if (media) setAttributeNode(live, importNode(media));
  else removeAttribute(live, null, 'media');
}
