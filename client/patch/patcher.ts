import type { Instruction, ServerMessage } from '../../src/protocol.js';
import { focusOf, isConnected, select } from '../dom.js';
import { type LivePage, late, type NoncesMessage, type RestoreTools } from '../late.js';
import { asPatch, expectEvents } from '../side-effects.js';
import { copyAttribute } from '../trusted.js';
import { createComposition } from './live/composition.js';
import { create, useGuard } from './live/create.js';
import {
  createFields,
  type Field,
  fieldsOf,
  isField,
  isTouched,
  reset,
  type SettleField,
} from './live/fields.js';
import { type ApplyChange, placeAll } from './live/placement.js';
import { replay } from './live/replay.js';
import { apply } from './shadow/apply.js';
import { inert } from './shadow/inert.js';
import { hashNode, parsePage, takeShadow } from './shadow/shadow.js';
import { STATEFUL } from './shadow/stateful.js';

/** Imports a part of the script, whose functions go to `late`. */
export type LoadPart = (name: 'morph' | 'visits') => Promise<Partial<typeof late>>;

/** Applies the server's messages: first to the shadow, then the resulting changes to the live page. */
export interface Patcher {
  /** Returns the structure hash of the shadow (protocol.ts). */
  hash(): number;
  /** Stores the value of every field as event `number` is sent. */
  snapshot(number: number): void;
  /** Loads the parts of the script that are missing and that this message needs; without a message, the one that morphs. */
  prepare(message?: ServerMessage, isVisit?: boolean): Promise<unknown> | undefined;
  /** Applies a patch that answers events up to `event`. Returns false if a path or node failed: resync then. */
  patch(event: number, instructions: Instruction[]): boolean;
  /** Shows the page that a visit leads to, by instructions or as whole HTML, once its stylesheets are there. Resolves as `patch`. */
  visit(event: number, change: Instruction[] | string): Promise<boolean>;
  /** Morphs to a whole page. */
  page(event: number, html: string): void;
  /** Tells which nonces the next change may have. */
  nonces(message: NoncesMessage): void;
  /** Runs a job that makes live elements what the shadow is. */
  restore(job: (root: Element, tools: RestoreTools) => void): void;
  /** Makes the shadow equal to the HTML of the load. Pairs it with the live page, which does not change. */
  base(html: string): void;
}

/** Creates the patcher. Its first shadow is a copy of the live page as it is now. */
export function createPatcher(loadPart: LoadPart): Patcher {
  const root = takeShadow();
  const fields = createFields();
  const compose = createComposition();
  // Records are taken synchronously, right after each change.
  const observer = new MutationObserver(() => {});
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributeOldValue: true,
    characterDataOldValue: true,
  });
  let isWhole = true;
  let lastAnswered = 0;
  /** Failed changes of live nodes, retried when the whole page arrives. */
  const failed: (() => void)[] = [];

  const tryRun = (job: () => void, onFail?: () => void): void => {
    try {
      job();
    } catch (error) {
      isWhole = false;
      console.error(error);
      onFail?.();
    }
  };
  const applyChange: ApplyChange = (live, job, relocates) => {
    const onFail = (): unknown => failed.push(() => job(true));
    compose(live, (wasDeferred) => tryRun(() => job(wasDeferred), onFail), relocates);
  };

  const livePage: LivePage = { create, placeNodes: (nodes) => placeAll(new Set(nodes), applyChange) };

  const changeShadow = (change: () => void): MutationRecord[] => {
    tryRun(change);
    const records = observer.takeRecords();
    tryRun(() => {
      late.adopt?.(root, records, copyAttribute);
      records.push(...observer.takeRecords());
      late.renewStrangers?.(records, isTouched);
    });
    return [...records, ...observer.takeRecords()];
  };

  const morphTo = (html: string, isExact = false): void =>
    late.morph(root, parsePage(html), copyAttribute, isExact);

  const applyAll = (instructions: Instruction[]): void => {
    for (const instruction of instructions) apply(root, instruction);
  };

  /** Reads the affected fields before a replay. Returns a function to call after it. */
  const watchFields = (event: number, records: MutationRecord[]): (() => void) => {
    const touched = (): Set<Field> => fieldsOf(new Set(records.map(({ target }) => target)));
    const forced = fieldsOf(root.querySelectorAll('[update]:not([update=false])'));
    const watch = fields.watch(event);
    const settles = new Map<Field, SettleField>();
    for (const field of [...forced, ...touched()]) {
      tryRun(() => settles.set(field, watch(field, forced.has(field))));
    }
    return () => {
      // A field that was created just now may have adopted nodes of another.
      for (const field of touched()) if (!settles.has(field)) settles.set(field, () => reset(field));
      for (const [field, settle] of settles) applyChange(field, settle);
    };
  };

  const update = (event: number, change: () => void): boolean => {
    isWhole = true;
    fields.forget(event);
    const records = changeShadow(change);
    asPatch(() => show(event, records), event > lastAnswered);
    lastAnswered = event;
    return isWhole;
  };

  const show = (event: number, records: MutationRecord[]): void => {
    const settle = watchFields(event, records);
    const focused = focusOf(document) as HTMLElement | null;
    const restoreForms = late.keepTableForms?.();
    const restore = late.keepState?.(records, { asPatch, expectEvents });
    replay(records, applyChange, livePage);
    restoreForms?.();
    tryRun(() => late.showRoots?.());
    settle();
    // Without `moveBefore`, moving an element takes the focus from it.
    if (focused && focused !== focusOf(document) && isConnected(focused)) {
      // WebKit scrolls after all if the layout is not up to date.
      focused.getBoundingClientRect();
      focused.focus({ preventScroll: true });
    }
    restore?.();
  };

  return {
    hash: () => hashNode(root),
    snapshot: fields.snapshot,
    prepare(message, isVisit) {
      const missing: Parameters<LoadPart>[0][] = [];
      if (!late.morph && (!message || isVisit || needsMorphing(message))) missing.push('morph');
      if (!late.follow && (isVisit || message?.[0] === 'url')) missing.push('visits');
      if (!missing.length) return;
      return Promise.all(missing.map((name) => loadPart(name).then((part) => Object.assign(late, part))));
    },
    patch: (event, instructions) => update(event, () => applyAll(instructions)),
    async visit(event, change) {
      isWhole = true;
      fields.forget(event);
      const records = changeShadow(() =>
        typeof change === 'string' ? morphTo(change, true) : applyAll(change),
      );
      const applyStylesheets = await late.loadStylesheets(root, records, livePage);
      asPatch(() => {
        applyStylesheets();
        for (const element of root.querySelectorAll('body *')) late.copyRoot(element, element);
        late.renew(root, records, livePage, () => show(event, records));
      }, true);
      lastAnswered = event;
      return isWhole;
    },
    page(event, html) {
      const again = failed.splice(0);
      update(event, () => morphTo(html));
      for (const job of again) tryRun(job);
    },
    nonces: (message) => useGuard(late.createGuard(message, inert)),
    restore(job) {
      const resetField = (live: Element): void => {
        if (isField(live)) reset(live);
      };
      asPatch(() => job(root, { create, copyAttribute, reset: resetField }));
    },
    base(html) {
      morphTo(html, true);
      observer.takeRecords();
    },
  };
}

/** `<noscript>`, scripts, which run in order, and declarative shadow roots. */
const SCRIPT = /<(no)?script|shadowrootmode/i;
/** HTML that may hold an element with a key (shadow/keys.ts). */
const MAY_HAVE_KEY =
  /<(input|select|textarea|button|script|style|link|iframe|video|audio|object|embed|canvas)\b|[\s/"'](id|noupdate)\b/i;

/**
 * Returns true if a message has nonces, HTML to match or scripts, or if it may
 * - move elements, or rows above what is read in a browser that does not keep its place (keep-state.ts),
 * - change classes and styles that scripts write too (merge.ts),
 * - remove an element and insert the same one elsewhere (adopt.ts),
 * - turn something in which the visitor did something into another thing (strangers.ts),
 * - rewrite the focused field (caret.ts).
 */
function needsMorphing([verb, , ...operands]: ServerMessage): boolean {
  if (verb !== 'patch') return /^(base|page|nonces)$/.test(verb);
  const instructions = operands as Instruction[];
  const isUsed = navigator.userActivation?.hasBeenActive !== false;
  if (select(isUsed ? STATEFUL : ':focus').length || !CSS.supports('overflow-anchor', 'auto')) return true;
  const removes = instructions.some(([verb]) => verb === 'r');
  return instructions.some(([verb, , ...operands]) => {
    const text = String(operands);
    if (verb === 's') return /class|style/.test(text);
    return /[hm]/.test(verb) || (verb === 'i' && (SCRIPT.test(text) || (removes && MAY_HAVE_KEY.test(text))));
  });
}
