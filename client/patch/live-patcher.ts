import type { Instruction } from '../../src/protocol.js';
import { type Core, core } from '../core.js';
import type { LivePage, RestoreTools, VisitsPart } from '../late.js';
import { keepFocus } from './keep-focus.js';
import { keepState } from './keep-state.js';
import { create, startPatch, useGuard } from './live/create.js';
import { type Field, isField, type Snapshots } from './live/field-state.js';
import { createFields, fieldsOf, isTouched, reset, type SettleField, watchRoot } from './live/fields.js';
import { createGuard, type NoncesMessage } from './live/nonces.js';
import { type ApplyChange, movedIn, placeAll } from './live/placement.js';
import { pairReplacements } from './live/replaced.js';
import { replay } from './live/replay.js';
import { keepTableForms } from './live/table-forms.js';
import { placedIn, rescuedFrom } from './placed.js';
import { adopt } from './shadow/adopt.js';
import { apply } from './shadow/apply.js';
import { morph } from './shadow/morph.js';
import { liveOf, plainInstructions } from './shadow/pairs.js';
import { parsePage } from './shadow/parse.js';
import { copyRoot, showRoots } from './shadow/roots.js';
import { renewStrangers } from './shadow/strangers.js';

/** The part's way into the page. */
export interface PatchedPage {
  core: Core;
  /** The shadow. */
  root: Element;
  snapshots: Snapshots;
  /** Applies a change, or delays it while an input method composes. */
  compose: ApplyChange;
  visits: VisitsPart;
}

/** Applies the server's messages: first to the shadow, then the resulting changes to the live page. */
export interface LivePatcher {
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

/**
 * Creates the main function of the part that patches, loaded soon after the page has connected, and before the first change. Modules
 * of this part must be stateless if `issr.js` has copies of them; it gets what has state there from `core`.
 */
export function createLivePatcher({
  core: given,
  root,
  snapshots,
  compose,
  visits,
}: PatchedPage): LivePatcher {
  Object.assign(core, given);
  plainInstructions(root);
  const { asPatch, copyAttribute } = core;
  const fields = createFields(snapshots);
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
  /** Elements whose children stay where they are, until newer events have their answers. */
  const held = new Set<Node>();
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
    const change = (wasDeferred: boolean): void => {
      const restoreFocus = wasDeferred && keepFocus();
      tryRun(() => job(wasDeferred), onFail);
      if (restoreFocus) restoreFocus();
    };
    compose(live, change, relocates);
  };

  const livePage: LivePage = { create, placeNodes: (nodes) => placeAll(new Set(nodes), applyChange) };

  const changeShadow = (change: () => void): MutationRecord[] => {
    tryRun(change);
    const records = observer.takeRecords();
    tryRun(() => {
      adopt(root, records);
      records.push(...observer.takeRecords());
      renewStrangers(records, isTouched);
    });
    return [...records, ...observer.takeRecords()];
  };

  const morphTo = (html: string, isExact = false): void => morph(root, parsePage(html), isExact);

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
      // A field that was created just now may have adopted nodes of another. It comes first: a new radio button that is
      // checked takes the choice from its group.
      for (const field of touched()) if (!settles.has(field)) applyChange(field, () => reset(field));
      for (const [field, settle] of settles) applyChange(field, settle);
    };
  };

  const update = (event: number, change: () => void): boolean => {
    isWhole = true;
    fields.forget(event);
    const moved = [...snapshots.keys()].some((number) => number > event) ? movedIn(root) : [];
    const records = changeShadow(change);
    startPatch(event > lastAnswered);
    asPatch(() => show(event, records, moved));
    lastAnswered = event;
    return isWhole;
  };

  /** Leaves children where a script moved them. A patch without newer events puts all of them in order. */
  const withoutHeld = (placed: Set<Node>, moved: Element[]): Set<Node> => {
    for (const parent of held) for (const child of parent.childNodes) placed.add(child);
    held.clear();
    for (const node of moved) if (placed.has(node)) held.add(node.parentNode as Node);
    for (const node of placed) if (liveOf(node) && held.has(node.parentNode as Node)) placed.delete(node);
    return placed;
  };

  const show = (event: number, records: MutationRecord[], moved: Element[] = []): void => {
    pairReplacements(records);
    const settle = watchFields(event, records);
    const restoreFocus = keepFocus();
    const restoreForms = keepTableForms();
    const placed = withoutHeld(placedIn(records), moved);
    for (const element of rescuedFrom(records, root)) placed.add(element);
    const restore = keepState(records, placed);
    replay(records, placed, applyChange);
    restoreForms();
    tryRun(() => showRoots(watchRoot));
    settle();
    restoreFocus();
    restore();
  };

  return {
    patch: (event, instructions) => update(event, () => applyAll(instructions)),
    async visit(event, change) {
      isWhole = true;
      fields.forget(event);
      const records = changeShadow(() =>
        typeof change === 'string' ? morphTo(change, true) : applyAll(change),
      );
      const applyStylesheets = await visits.loadStylesheets(root, records, livePage);
      startPatch(true);
      asPatch(() => {
        applyStylesheets();
        for (const element of root.querySelectorAll('body *')) copyRoot(element, element);
        const restore = keepState([], new Set(root.querySelectorAll('[data-issr-keep]')));
        visits.renew(root, records, livePage, () => show(event, records));
        restore();
      });
      lastAnswered = event;
      return isWhole;
    },
    page(event, html) {
      const again = failed.splice(0);
      update(event, () => morphTo(html));
      for (const job of again) tryRun(job);
    },
    nonces: (message) => useGuard(createGuard(message)),
    restore(job) {
      const resetField = (live: Element): void => {
        if (isField(live)) reset(live);
      };
      startPatch(false);
      asPatch(() => job(root, { create, copyAttribute, reset: resetField }));
    },
    base(html) {
      morphTo(html, true);
      observer.takeRecords();
    },
  };
}
