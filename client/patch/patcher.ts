import type { Instruction } from '../../src/protocol.js';
import { isConnected } from '../dom.js';
import { createComposition } from './live/composition.js';
import { createFields, type Field, fieldsOf, reset } from './live/fields.js';
import type { Attempt } from './live/placement.js';
import { replay } from './live/replay.js';
import { adopt } from './shadow/adopt.js';
import { apply } from './shadow/apply.js';
import { morph } from './shadow/morph.js';
import { hashNode, parsePage, takeShadow } from './shadow/shadow.js';

/** Changes the page as the server says: first the shadow, then, by what changed there, the live page. */
export interface Patcher {
  /** The structure hash of the shadow (protocol.ts). */
  hash(): number;
  /** Remember what every field holds as event `number` is sent. */
  hold(number: number): void;
  /** Carry out a patch that answers events up to `event`. False: a path did not resolve or a node failed; ask for a resync. */
  patch(event: number, instructions: Instruction[]): boolean;
  /** Morph to a whole page. */
  page(event: number, html: string): void;
  /** The HTML that was sent at the load: becomes the shadow, paired with the live page; nothing live changes. */
  base(html: string): void;
}

/** Takes the live page as it is now for the page that the server sent. */
export function createPatcher(): Patcher {
  const root = takeShadow();
  const fields = createFields();
  const compose = createComposition();
  // Its records are taken by hand, right after each change.
  const observer = new MutationObserver(() => {});
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributeOldValue: true });
  let isWhole = true;
  /** Changes of live nodes that failed: tried again when the whole page has come. */
  const failed: (() => void)[] = [];

  const guard = (job: () => void, onFail?: () => void): void => {
    try {
      job();
    } catch (error) {
      isWhole = false;
      console.error(error);
      onFail?.();
    }
  };
  const attempt: Attempt = (live, job, movesIt) => {
    const onFail = (): unknown => failed.push(() => job(true));
    compose(live, (isLate) => guard(() => job(isLate), onFail), movesIt);
  };

  const changeShadow = (change: () => void): MutationRecord[] => {
    guard(change);
    const records = observer.takeRecords();
    guard(() => adopt(root, records));
    return [...records, ...observer.takeRecords()];
  };

  /** To be called before a replay; what it returns, after it. */
  const watchFields = (event: number, records: MutationRecord[]): (() => void) => {
    const touched = (): Set<Field> => fieldsOf(new Set(records.map(({ target }) => target)));
    const forced = fieldsOf(root.querySelectorAll('[update]:not([update=false])'));
    const settles = new Map<Field, (isLate: boolean) => void>();
    for (const field of [...forced, ...touched()]) {
      guard(() => settles.set(field, fields.watch(event, field, forced.has(field))));
    }
    return () => {
      // A field that was made just now may have got nodes of another.
      for (const field of touched()) if (!settles.has(field)) settles.set(field, () => reset(field));
      for (const [field, settle] of settles) attempt(field, settle);
    };
  };

  const update = (event: number, change: () => void): boolean => {
    isWhole = true;
    const records = changeShadow(change);
    const settle = watchFields(event, records);
    const focused = document.activeElement as HTMLElement | null;
    replay(records, attempt);
    settle();
    // A browser without `moveBefore` takes the focus from what is moved.
    if (focused && focused !== document.activeElement && isConnected(focused)) {
      focused.focus({ preventScroll: true });
    }
    return isWhole;
  };

  return {
    hash: () => hashNode(root),
    hold: fields.hold,
    patch: (event, instructions) =>
      update(event, () => {
        for (const instruction of instructions) apply(root, instruction);
      }),
    page(event, html) {
      const again = failed.splice(0);
      update(event, () => morph(root, parsePage(html)));
      for (const job of again) guard(job);
    },
    base(html) {
      morph(root, parsePage(html), true);
      observer.takeRecords();
    },
  };
}
