import type { Instruction, ServerMessage } from '../../src/protocol.js';
import { isConnected, select } from '../dom.js';
import { asPatch } from '../side-effects.js';
import { copyAttribute } from '../trusted.js';
import { createComposition } from './live/composition.js';
import { create, useGuard } from './live/create.js';
import { createFields, type Field, fieldsOf, isTouched, reset, type SettleField } from './live/fields.js';
import type { NoncesMessage } from './live/nonces.js';
import { type ApplyChange, type LivePage, placeAll } from './live/placement.js';
import { type Replaced, replay } from './live/replay.js';
import { apply } from './shadow/apply.js';
import { inert } from './shadow/inert.js';
import { MAY_HAVE_KEY, STATEFUL } from './shadow/keys.js';
import { hashNode, hasNoscript, parsePage, takeShadow, useNoscript } from './shadow/shadow.js';

/** The part of the script that matches HTML against HTML. */
export type Morphing = typeof import('./morphing.js');
/** The part of the script that shows the page of a visit. */
export type NewPage = Pick<typeof import('./live/renew.js'), 'renew'> &
  Pick<typeof import('./live/stylesheets.js'), 'loadStylesheets'>;

export interface LoadPart {
  (name: 'morph'): Promise<Morphing>;
  (name: 'visits'): Promise<NewPage>;
}

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
  let morphing: Morphing | undefined;
  let newPage: NewPage | undefined;
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

  /** Without the part a change fails, and is retried when the whole page arrives, which needs the part too. */
  const replaced = (): Replaced => {
    if (!morphing) throw new Error('A script replaced a node of the server');
    const { restore, ...others } = morphing;
    return { ...others, restore: (changed) => restore(changed, livePage) };
  };

  const changeShadow = (change: () => void): MutationRecord[] => {
    tryRun(change);
    const records = observer.takeRecords();
    tryRun(() => {
      morphing?.adopt(root, records, copyAttribute);
      records.push(...observer.takeRecords());
      morphing?.renewStrangers(records, isTouched);
    });
    return [...records, ...observer.takeRecords()];
  };

  const morphTo = (html: string, isExact = false): void =>
    (morphing as Morphing).morph(root, parsePage(html), copyAttribute, isExact);

  const applyAll = (instructions: Instruction[]): void => {
    for (const instruction of instructions) apply(root, instruction, morphing?.morph);
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
    const focused = document.activeElement as HTMLElement | null;
    replay(records, applyChange, replaced);
    settle();
    // Without `moveBefore`, moving an element takes the focus from it.
    if (focused && focused !== document.activeElement && isConnected(focused)) {
      focused.focus({ preventScroll: true });
    }
  };

  return {
    hash: () => hashNode(root),
    snapshot: fields.snapshot,
    prepare(message, isVisit) {
      const parts: Promise<unknown>[] = [];
      if (!morphing && (!message || isVisit || needsMorphing(message))) {
        parts.push(
          loadPart('morph').then((part) => {
            morphing = part;
            useNoscript(part.parseNoscript);
          }),
        );
      }
      if (!newPage && isVisit) {
        parts.push(
          loadPart('visits').then((part) => {
            newPage = part;
          }),
        );
      }
      return parts.length ? Promise.all(parts) : undefined;
    },
    patch: (event, instructions) => update(event, () => applyAll(instructions)),
    async visit(event, change) {
      const part = newPage as NewPage;
      isWhole = true;
      fields.forget(event);
      const records = changeShadow(() =>
        typeof change === 'string' ? morphTo(change, true) : applyAll(change),
      );
      const applyStylesheets = await part.loadStylesheets(root, records, livePage);
      asPatch(() => {
        applyStylesheets();
        part.renew(root, records, livePage, () => show(event, records));
      }, true);
      lastAnswered = event;
      return isWhole;
    },
    page(event, html) {
      const again = failed.splice(0);
      update(event, () => morphTo(html));
      for (const job of again) tryRun(job);
    },
    nonces: (message) => useGuard((morphing as Morphing).createGuard(message, inert)),
    base(html) {
      morphTo(html, true);
      observer.takeRecords();
    },
  };
}

/**
 * Whether a message has nonces, HTML to match or `<noscript>`, may remove an element and insert the same one elsewhere (adopt.ts), or may turn
 * something in which the visitor did something into another thing (strangers.ts).
 */
function needsMorphing([verb, , ...operands]: ServerMessage): boolean {
  if (verb !== 'patch') return /^(base|page|nonces)$/.test(verb);
  const instructions = operands as Instruction[];
  const has = (verb: Instruction[0]): boolean => instructions.some((instruction) => instruction[0] === verb);
  return (
    has('h') ||
    instructions.some(([verb, , , html]) => verb === 'i' && hasNoscript(html)) ||
    (navigator.userActivation?.hasBeenActive !== false && select(STATEFUL).length > 0) ||
    (has('r') && instructions.some(([verb, , , html]) => verb === 'i' && MAY_HAVE_KEY.test(html as string)))
  );
}
