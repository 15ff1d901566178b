import { closest, getAttribute, listen } from '../dom.js';
import { isVisit } from './links.js';
import type { Prefetcher } from './prefetcher.js';

/** Milliseconds that a pointer rests on an element before it counts: one that crosses a list asks for nothing. */
const REST = 50;

const CANDIDATE = 'a,area,button,input,[data-rr],[onclick],[prefetch]';
/** `rr(this)` and nothing else: of other scripts it is not known what they send. */
const ONLY_RR = /^\s*(return\s+)?rr\(this\)\s*;?\s*$/;

/** Asks for what a click on an element would bring when the pointer rests on it, or the keyboard's focus reaches it. */
export function watchPointer(prefetcher: Prefetcher, options: string): void {
  const isForAll = options.includes('prefetch');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let entered: Element | null = null;

  const find = ({ target }: Event): Element | null => {
    const element = target instanceof Element ? closest(target, CANDIDATE) : null;
    return element && isAsked(element, isForAll) && sendsAtClick(element, options) ? element : null;
  };

  listen(window, 'pointerover', (event) => {
    // A finger that touches an element clicks it before an answer could be here.
    const element = event.pointerType === 'touch' ? null : find(event);
    if (element === entered) return;
    entered = element;
    clearTimeout(timer);
    if (element) timer = setTimeout(() => prefetcher.enter(element), REST);
  });
  listen(window, 'focusin', (event) => {
    const element = find(event);
    if (element?.matches(':focus-visible')) prefetcher.enter(element);
  });
}

/** `prefetch="hover"` or the option asks. Any other value of the attribute opts out. */
function isAsked(element: Element, isForAll: boolean): boolean {
  const value = getAttribute(element, 'prefetch');
  return value === null ? isForAll : value === 'hover';
}

function sendsAtClick(element: Element, options: string): boolean {
  const triggers = getAttribute(element, 'data-rr');
  const script = getAttribute(element, 'onclick');
  if (triggers !== null) return triggers.split(',').some((trigger) => trigger.trim() === 'click');
  return script === null ? isVisit(element, options.includes('links')) : ONLY_RR.test(script);
}
