import type { Rr } from '../api.js';
import { getAttribute, listen, rootOf, select } from '../dom.js';
import { createPart } from '../part.js';

const ATTRIBUTE = 'data-rr';
/** Triggers that are more than a DOM event with a delay, and belong to a part of the script. */
const SPECIAL = /^(visible|load|every|key|outside)\b|\s(throttle|once)\b/;
/** Triggers that run once for an element. */
const ONCE = /^load\b|\sonce\b/;

/** The special triggers of each element, and what stops those that the part has started. */
export type RunningTriggers = Map<Element, Map<string, (() => void) | undefined>>;

export interface Triggers {
  /** Starts the triggers of new elements, and stops those of elements that are gone. */
  update(): void;
  /** Takes a key or a press anywhere in the window. @param path of the event, which may be over */
  receive(event: Event, path: EventTarget[]): void;
}

/** The part of the script for special triggers. */
export interface TriggersPart {
  createTriggers(rr: Rr, isSpecial: (trigger: string) => boolean, running: RunningTriggers): Triggers;
}

/**
 * Handles `data-rr="click"` and `data-rr="input 300, change"`, which replace inline handlers under a strict
 * Content-Security-Policy. Returns a function that finds the event types of new elements.
 */
export function createDelegate(rr: Rr, loadPart: () => Promise<TriggersPart>): () => void {
  const types = new Set<string>();
  const running: RunningTriggers = new Map();
  let triggers: Triggers | undefined;
  const part = createPart(async () => {
    const { createTriggers } = await loadPart();
    triggers = createTriggers(rr, isSpecial, running);
    triggers.update();
    return triggers;
  });

  /** Whether an event may run a special trigger without the part. A throttled one is debounced until then. */
  const runsEarly = (target: Element, text: string): boolean => {
    const known = running.get(target) ?? new Map();
    if (triggers || known.has(text)) return false;
    // The part does not start what is over.
    if (ONCE.test(text)) running.set(target, known.set(text, undefined));
    return true;
  };
  const onEvent = (event: Event) => {
    for (const target of elementsOf(event)) {
      for (const text of readTriggers(target)) {
        const [type] = text.split(/\s+/);
        if (type !== event.type || (isSpecial(text) && !runsEarly(target, text))) continue;
        const [ms] = /\s\d+$/.exec(text) ?? [];
        if (ms) void rr.drr(target, Number(ms));
        else void rr.rr(target);
      }
    }
  };
  const onWindowEvent = (event: Event) => {
    const path = event.composedPath();
    part.use(({ receive }) => receive(event, path));
  };
  return () => {
    for (const element of select(`[${ATTRIBUTE}]`)) {
      for (const text of readTriggers(element)) {
        const [type = ''] = text.split(/\s+/);
        if (isSpecial(text)) part.load();
        if (types.has(type) || !type) continue;
        types.add(type);
        if (type === 'key') listen(window, 'keydown', onWindowEvent);
        else if (type === 'outside') listen(window, 'pointerdown', onWindowEvent);
        // Captured, as `focus` does not bubble, and by the root, as `load` and `mouseenter` do not reach the window.
        else listen(rootOf(document), type, onEvent, true);
      }
    }
    triggers?.update();
  };
}

/** Returns the elements at which an event happens, innermost first. Nothing inside a fence counts. */
export function elementsOf(event: Event): Element[] {
  const path = event.composedPath().filter((node) => node instanceof Element);
  const fence = path.findLastIndex((element) => getAttribute(element, ATTRIBUTE) === 'off');
  return path.slice(fence + 1).filter((element) => event.bubbles || element === event.target);
}

const isSpecial = (trigger: string): boolean => SPECIAL.test(trigger);

/** `'input 300, change'` → `['input 300', 'change']` */
const readTriggers = (element: Element): string[] =>
  (getAttribute(element, ATTRIBUTE) ?? '').split(',').map((trigger) => trigger.trim());
