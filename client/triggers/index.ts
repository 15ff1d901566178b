/**
 * The part of the script for the triggers of `data-rr` that are more than a DOM event with a delay: `visible`, `load`,
 * `every 15s`, `key ctrl+s`, `outside`, `throttle` and `once`. It is loaded by pages that use one of them.
 */

import type { Rr } from '../api.js';
import { getAttribute, isConnected, isHidden, listen, select, unlisten } from '../dom.js';
import type { RunningTriggers, Triggers } from '../rr/data-rr.js';
import { isKey, millisecondsOf, parseTrigger, type Trigger } from './parse.js';

/** Runs the element's event. */
type Fire = () => void;
type Stop = () => void;
type Start = (element: Element, trigger: Trigger, fire: Fire) => Stop | undefined;

/** Elements that load something themselves, and have an event for it. */
const LOADING = /^(img|iframe|link|script|object|embed)$/;
/** While the visitor types in one of these, a key without ctrl, alt or meta writes, deletes or moves the caret. */
const TYPING =
  'input:not([type=checkbox],[type=radio],[type=button],[type=submit]),textarea,select,[contenteditable]';

/** A timer of more milliseconds would fire at once: 24 days. */
const MAX_INTERVAL = 2 ** 31 - 1;

/** Adds a listener. Returns what removes it. */
function on(target: EventTarget, type: string, listener: (event: Event) => void): Stop {
  listen(target, type, listener);
  return () => unlisten(target, type, listener);
}

type Watcher = (event: Event, path: EventTarget[]) => void;

/** The watchers of the window's events, which the script passes on. */
const watchers = new Set<Watcher>();

function watch(type: string, watcher: Watcher): Stop {
  const watchType: Watcher = (event, path) => {
    if (event.type === type) watcher(event, path);
  };
  watchers.add(watchType);
  return () => watchers.delete(watchType);
}

/** Trigger → what starts it. Any other type is a DOM event of the element. */
const starters = new Map<string, Start>([
  [
    'visible',
    (element, _, fire) => {
      const observer = new IntersectionObserver((entries) => {
        if (entries.at(-1)?.isIntersecting) fire();
      });
      observer.observe(element);
      return () => observer.disconnect();
    },
  ],
  [
    'load',
    (element, _, fire) => {
      if (LOADING.test(element.localName) && !(element as HTMLImageElement).complete)
        return on(element, 'load', fire);
      fire();
      return undefined;
    },
  ],
  [
    'every',
    (element, { operand }, fire) => {
      const ms = millisecondsOf(operand);
      const tick = (): void => {
        // A slow server gets one event at a time.
        if (!isHidden(document) && getAttribute(element, 'aria-busy') !== 'true') fire();
      };
      const timer = ms && setInterval(tick, Math.min(ms, MAX_INTERVAL));
      return () => clearInterval(timer);
    },
  ],
  [
    'key',
    (element, { operand }, fire) =>
      watch('keydown', (event) => {
        if (!(event instanceof KeyboardEvent) || !isKey(operand, event) || !isReachable(element)) return;
        const { repeat, ctrlKey, altKey, metaKey, defaultPrevented, target } = event;
        const isTyped =
          target instanceof Element && target.matches(TYPING) && !(ctrlKey || altKey || metaKey);
        const isText = event.key.length === 1 || (target !== element && !/^(Escape|F\d+)$/.test(event.key));
        // Safari fires the key that ends a composition after it, and only this code tells that an input method took it.
        const isComposing = event.isComposing || event.keyCode === 229;
        if (repeat || isComposing || defaultPrevented || (isTyped && isText)) return;
        event.preventDefault();
        fire();
      }),
  ],
  [
    'outside',
    (element, _, fire) =>
      watch('pointerdown', (_, path) => {
        if (!path.includes(element) && isReachable(element)) fire();
      }),
  ],
]);

/** Whether the element is shown, enabled, and not behind a modal dialog. */
function isReachable(element: Element): boolean {
  const [modal] = [...select('dialog:modal')].slice(-1);
  // Safari below 17.4 has no `checkVisibility`.
  const isShown = element.checkVisibility?.() ?? element.getClientRects().length > 0;
  return isShown && (!modal || modal.contains(element)) && !element.matches(':disabled');
}

/** Runs at once, and then at most once in `ms`. The last call always runs. */
function throttle(run: Fire, ms: number): Fire {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  const pause = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!isDue) return;
      isDue = false;
      run();
      pause();
    }, ms);
  };
  return () => {
    isDue = timer !== undefined;
    if (isDue) return;
    run();
    pause();
  };
}

/** Starts and stops triggers as their elements come and go. */
export function createTriggers(
  { rr, drr }: Rr,
  isSpecial: (trigger: string) => boolean,
  running: RunningTriggers,
): Triggers {
  function start(element: Element, trigger: Trigger, triggers: Map<string, Stop | undefined>): void {
    const run = (): void => {
      if (trigger.isOnce) triggers.get(trigger.text)?.();
      void (trigger.delay === undefined ? rr(element) : drr(element, trigger.delay));
    };
    const fire = trigger.throttle === undefined ? run : throttle(run, trigger.throttle);
    const starter = starters.get(trigger.type) ?? ((_element, { type }, fire) => on(element, type, fire));
    triggers.set(trigger.text, undefined);
    triggers.set(trigger.text, starter(element, trigger, fire));
  }

  const update = (): void => {
    for (const [element, triggers] of running) {
      const texts = isConnected(element) ? textsOf(element) : [];
      for (const [text, stop] of triggers) {
        if (texts.includes(text)) continue;
        stop?.();
        triggers.delete(text);
      }
      if (!triggers.size) running.delete(element);
    }
    for (const element of select('[data-rr]')) {
      for (const text of textsOf(element).filter(isSpecial)) {
        const triggers = running.get(element) ?? new Map<string, Stop | undefined>();
        running.set(element, triggers);
        if (!triggers.has(text)) start(element, parseTrigger(text), triggers);
      }
    }
  };
  const receive: Watcher = (event, path) => {
    for (const watcher of [...watchers]) watcher(event, path);
  };
  return { update, receive };
}

const textsOf = (element: Element): string[] =>
  (getAttribute(element, 'data-rr') ?? '').split(',').map((text) => text.trim());
