import type { Rr, RrArgument, RrOutcome } from '../api.js';
import { elementOf, select } from '../dom.js';
import { isCausedByPatch } from '../side-effects.js';
import type { Site } from '../site.js';
import { report } from '../ui/console.js';
import { delay } from './debounce.js';
import { type RrRequest, readRequest } from './request.js';

const DEFAULT_DELAY = 800;

const NOT_SENT: RrOutcome = { ok: false, status: 0, errors: {} };

/** Takes the requests of `rr`: the page, once it has started. */
export interface EventSink {
  site(): Site | undefined;
  send(request: RrRequest): Promise<RrOutcome>;
  restore(element: Element): Promise<void>;
}

/** The browser's functions `rr` and `drr`. */
export function createRr({ site, send, restore }: EventSink): Rr {
  /** Returns undefined if the browser handles the event itself, or if a patch caused it. */
  const read = (args: RrArgument[], event?: Event) =>
    isCausedByPatch(event) ? undefined : readRequest(args, event, site());

  async function ask(question: string): Promise<boolean> {
    const [dialog] = select('dialog[data-issr-confirm]');
    const part =
      dialog &&
      (await site()
        ?.loadModule<typeof import('../ui/confirm.js')>('confirm')
        .catch(() => undefined));
    return part ? part.askByDialog(dialog as HTMLDialogElement, question) : confirm(question);
  }

  async function sendConfirmed(request: RrRequest): Promise<RrOutcome> {
    return request.question === undefined || (await ask(request.question)) ? send(request) : NOT_SENT;
  }

  /** Never throws: inline handlers cannot catch. */
  async function rr(...args: RrArgument[]): Promise<RrOutcome> {
    try {
      const request = read(args, window.event);
      if (request) return await sendConfirmed(request);
    } catch (error) {
      report('ISSR_RR', 'page author', error);
    }
    return NOT_SENT;
  }

  /** Reads a field when the delay ends, a submit or a visit at once. */
  async function debounce(element: Element, ms: number): Promise<RrOutcome> {
    const request = read([element], window.event);
    if (!request) return NOT_SENT;
    const isSettled = request.visit || element instanceof HTMLFormElement;
    return delay(element, ms, () => (isSettled ? sendConfirmed(request) : rr(element)));
  }

  function drr(element: Element, ms?: number): Promise<RrOutcome>;
  /** By id, as in the original: returns the function to call. */
  function drr(id: string, ms?: number): () => Promise<RrOutcome>;
  function drr(
    target: Element | string,
    ms = DEFAULT_DELAY,
  ): Promise<RrOutcome> | (() => Promise<RrOutcome>) {
    if (target instanceof Element) return debounce(target, ms);
    return () => {
      const element = elementOf(target);
      return element ? debounce(element, ms) : rr();
    };
  }

  /** Never throws, as `rr`. */
  rr.restore = (element = select('body')[0] as Element): Promise<void> =>
    restore(element).catch((error) => report('ISSR_RR', 'page author', error));

  return { rr, drr };
}
