import type { Rr, RrArgument } from '../api.js';
import type { Site } from '../site.js';
import { delay } from './debounce.js';
import { type Request, readRequest } from './request.js';

const DEFAULT_DELAY = 800;

/** Who carries out what `rr` asks for: the page, once there is one. */
export interface Asker {
  site(): Site | undefined;
  ask(request: Request): Promise<void>;
}

/** The browser's functions `rr` and `drr`. */
export function createRr({ site, ask }: Asker): Rr {
  const read = (args: RrArgument[], event?: Event) => readRequest(args, event, site());

  /** It is called from inline handlers, where nobody could catch. */
  function rr(...args: RrArgument[]): Promise<void> {
    try {
      const request = read(args, window.event);
      return request ? ask(request) : Promise.resolve();
    } catch (error) {
      console.error(error);
      return Promise.resolve();
    }
  }

  /** A field is read when its time has come; a submit or a visit is what it was. */
  function debounce(element: Element, ms: number): Promise<void> {
    const request = read([element], window.event);
    if (!request) return Promise.resolve();
    const isSettled = request.visit || element instanceof HTMLFormElement;
    return delay(element, ms, () => (isSettled ? ask(request) : rr(element)));
  }

  function drr(element: Element, ms?: number): Promise<void>;
  /** By id, as in the original: the function that it returns does it. */
  function drr(id: string, ms?: number): () => Promise<void>;
  function drr(target: Element | string, ms = DEFAULT_DELAY): Promise<void> | (() => Promise<void>) {
    if (target instanceof Element) return debounce(target, ms);
    return () => {
      const element = document.getElementById(target);
      return element ? debounce(element, ms) : rr();
    };
  }

  return { rr, drr };
}
