import type { Rr } from '../api.js';
import { getAttribute, listen, rootOf, select } from '../dom.js';

const ATTRIBUTE = 'data-rr';
/** Triggers that are more than a DOM event with a delay, and belong to a part of the script. */
const SPECIAL = /^(visible|load|every|key|outside)\b|\s(throttle|once)\b/;

/** The part of the script for special triggers. */
export type TriggersPart = {
  createTriggers(rr: Rr, isSpecial: (trigger: string) => boolean): () => void;
};

/**
 * Handles `data-rr="click"` and `data-rr="input 300, change"`, which replace inline handlers under a strict
 * Content-Security-Policy. Returns a function that finds the event types of new elements.
 */
export function createDelegate(rr: Rr, loadPart: () => Promise<TriggersPart>): () => void {
  const types = new Set<string>();
  let special: Promise<() => void> | undefined;
  const onEvent = (event: Event) => {
    const path = event.composedPath();
    const fence = path.findLastIndex(
      (node) => node instanceof Element && getAttribute(node, ATTRIBUTE) === 'off',
    );
    for (const target of path.slice(fence + 1)) {
      if (!(target instanceof Element) || !(event.bubbles || target === event.target)) continue;
      for (const text of readTriggers(target)) {
        const [type, ms] = text.split(/\s+/);
        if (type !== event.type || isSpecial(text)) continue;
        if (ms === undefined) void rr.rr(target);
        else void rr.drr(target, Number(ms));
      }
    }
  };
  return () => {
    for (const element of select(`[${ATTRIBUTE}]`)) {
      for (const text of readTriggers(element)) {
        const [type] = text.split(/\s+/);
        if (isSpecial(text)) special ??= loadPart().then((part) => part.createTriggers(rr, isSpecial));
        else if (type && !types.has(type)) {
          types.add(type);
          // Captured, as `focus` does not bubble, and by the root, as `load` and `mouseenter` do not reach the window.
          listen(rootOf(document), type, onEvent, true);
        }
      }
    }
    special?.then(
      (update) => update(),
      () => {
        special = undefined;
      },
    );
  };
}

const isSpecial = (trigger: string): boolean => SPECIAL.test(trigger);

/** `'input 300, change'` → `['input 300', 'change']` */
const readTriggers = (element: Element): string[] =>
  (getAttribute(element, ATTRIBUTE) ?? '').split(',').map((trigger) => trigger.trim());
