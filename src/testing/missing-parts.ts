import type { DOMWindow } from 'jsdom';
import type { Network, NetworkRequest } from './network.js';

/** Browser APIs that jsdom lacks and the client script or most pages use. Without a layout nothing scrolls or animates. */
export function addMissingParts(window: DOMWindow, network: Network): void {
  const parts = {
    requestIdleCallback: (job: () => void) => window.setTimeout(job),
    matchMedia: (media: string) =>
      Object.assign(new window.EventTarget(), { media, matches: isScreen(media) }),
    CSS: { supports: () => true },
    scrollTo: ignore,
    scrollBy: ignore,
    fetch: (input: string | URL, init?: NetworkRequest) => fetchLike(window, network, input, init),
  };
  Object.assign(window, parts);
  const isShown = function (this: Element): boolean {
    const { display } = window.getComputedStyle(this);
    return display !== 'none' && (!this.parentElement || isShown.call(this.parentElement));
  };
  Object.assign(window.Element.prototype, {
    scrollIntoView: ignore,
    animate: () => ({ cancel: ignore }),
    checkVisibility: isShown,
  });
  Object.assign(window.navigator, {
    sendBeacon(url: string | URL, body: string): boolean {
      // The page does not learn that a beacon was lost.
      fetchLike(window, network, url, { method: 'POST', body }).catch(ignore);
      return true;
    },
  });
  addDialogs(window);
}

const ignore = (): void => {};

/** Media queries without a condition hold: of no medium, of all, or of the screen. */
const isScreen = (media: string): boolean => ['', 'all', 'screen'].includes(media.trim());

async function fetchLike(
  window: DOMWindow,
  network: Network,
  input: string | URL,
  { method, headers, body }: NetworkRequest = {},
): Promise<Response> {
  // The script of a document that was left does not go on.
  if (!window.document) return new Promise(() => {});
  const response = await network.fetch(new URL(input, window.location.href), {
    method,
    headers: { ...(typeof body === 'string' && { 'content-type': 'text/plain;charset=UTF-8' }), ...headers },
    body,
  });
  return toResponse(response);
}

/** A response as `fetch` gives it. Statuses without a body have none. */
export function toResponse({ status, headers, body }: Awaited<ReturnType<Network['fetch']>>): Response {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    name === 'set-cookie' ? [] : [[name, String(value)] as [string, string]],
  );
  const hasBody = status !== 204 && status !== 304;
  return new Response(hasBody ? new Uint8Array(body) : null, { status, headers: entries });
}

/** https://html.spec.whatwg.org/multipage/interactive-elements.html#the-dialog-element */
function addDialogs(window: DOMWindow): void {
  const show = function (this: HTMLDialogElement): void {
    this.setAttribute('open', '');
  };
  const close = function (this: HTMLDialogElement, returnValue?: string): void {
    if (!this.hasAttribute('open')) return;
    this.removeAttribute('open');
    if (returnValue !== undefined) this.returnValue = returnValue;
    window.setTimeout(() => this.dispatchEvent(new window.Event('close')));
  };
  Object.assign(window.HTMLDialogElement.prototype, { show, showModal: show, close, returnValue: '' });
}
