import type { Instruction } from '../src/protocol.js';
import { adopt } from './adopt.js';
import { apply } from './apply.js';
import { type Changes, collectChanges } from './changes.js';
import { createComposition } from './composition.js';
import { createFields, fieldOf } from './fields.js';
import { keepFocus } from './focus.js';
import { morph } from './morph.js';
import { alignTree, liveOf } from './pairs.js';
import type { Attempt } from './placement.js';
import { replay } from './replay.js';
import { hashNode, parsePage, takeShadow } from './shadow.js';

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
  const shadow = takeShadow();
  const root = (): Element => shadow.documentElement;
  const fields = createFields();
  const composition = createComposition();
  // Its records are taken by hand, right after each change.
  const observer = new MutationObserver(() => {});
  observer.observe(shadow, { subtree: true, childList: true, characterData: true, attributeOldValue: true });

  const update = (event: number, change: () => void): boolean => {
    let isWhole = true;
    const guard = (job: () => void): void => {
      try {
        job();
      } catch (error) {
        isWhole = false;
        console.error(error);
      }
    };
    const attempt: Attempt = (live, job, movesIt) => composition.run(() => guard(job), live, movesIt);
    guard(change);
    const records = observer.takeRecords();
    guard(() => adopt(root(), records));
    const changes = collectChanges([...records, ...observer.takeRecords()]);
    const forced = forcedFields(root());
    const watched = fields.watch(event, touchedFields(changes, forced), forced);
    keepFocus(() => replay(changes, attempt));
    for (const one of watched) attempt(one.field, () => fields.settle(one));
    return isWhole;
  };

  return {
    hash: () => hashNode(root()),
    hold: (number) => fields.hold(number),
    patch: (event, instructions) =>
      update(event, () => {
        for (const instruction of instructions) apply(root(), instruction);
      }),
    page(event, html) {
      update(event, () => morph(root(), parsePage(html)));
    },
    base(html) {
      const page = parsePage(html);
      alignTree(page, liveOf(root()) as Element);
      shadow.replaceChild(page, root());
      observer.takeRecords();
    },
  };
}

/** The fields that get the server's value at each answer. */
function forcedFields(root: Element): Set<Element> {
  const fields = new Set<Element>();
  for (const element of root.querySelectorAll('[update]:not([update=false])')) addField(fields, element);
  return fields;
}

/** The fields that a replay of these changes may disturb. */
function touchedFields({ attributes, texts, placed, gone }: Changes, forced: Set<Element>): Set<Element> {
  const fields = new Set(forced);
  for (const node of attributes.keys()) addField(fields, node);
  for (const node of [...texts, ...placed, ...gone]) if (node.parentNode) addField(fields, node.parentNode);
  return fields;
}

function addField(fields: Set<Element>, node: Node): void {
  const live = liveOf(node);
  const field = live instanceof Element && fieldOf(live);
  if (field) fields.add(field);
}
