import type { ServerMessage } from '../../src/protocol.js';
import { late, type VisitsPart } from '../late.js';
import { asPatch, expectEvents } from '../side-effects.js';
import { copyAttribute, trusted } from '../trusted.js';
import { createComposition } from './composition.js';
import type * as patching from './index.js';
import { type Snapshots, takeSnapshot } from './live/field-state.js';
import type { LivePatcher } from './live-patcher.js';
import { inert, parseDocument } from './shadow/inert.js';
import { hashNode, makePlain, prune, takeShadow } from './shadow/shadow.js';

/** Imports the part `patch`, or `visits`. */
export type LoadPart = (name: 'patch' | 'visits') => Promise<typeof patching & VisitsPart>;

/** The page's shadow and its fields, and the part of the script that changes both. */
export interface Patcher extends LivePatcher {
  /** The shadow. */
  root: Element;
  /** Returns the structure hash of the shadow (protocol.ts). */
  hash(): number;
  /** Stores the value of every field that event `number` sends, a submit of `form` or another one. */
  snapshot(number: number, form?: HTMLFormElement): void;
  /** Makes what the visitor typed newer than event `number`, so that its answer overwrites none of it. */
  keepTyped(number: number): void;
  /**
   * Loads the parts of the script that are missing and that this message needs; without a message, the one that
   * changes the page. The methods of `LivePatcher` are there once it is loaded.
   */
  prepare(message?: ServerMessage, isVisit?: boolean): Promise<unknown> | undefined;
}

/** Creates the patcher. Its first shadow is a copy of the live page as it is now. */
export function createPatcher(loadPart: LoadPart): Patcher {
  const root = takeShadow();
  const snapshots: Snapshots = new Map();
  const compose = createComposition();
  const core = { inert, parseDocument, trusted, copyAttribute, makePlain, prune, asPatch, expectEvents };
  const patcher = {
    root,
    hash: () => hashNode(root),
    snapshot: (number, form) => takeSnapshot(snapshots, number, form),
    keepTyped: (number) => void snapshots.delete(number),
    prepare(message, isVisit) {
      const [verb = 'patch'] = message ?? [];
      const loads: Promise<unknown>[] = [];
      if (!patcher.patch && /^(patch|page|base|nonces)$/.test(verb)) loads.push(loadPatching());
      if (!late.follow && (isVisit || verb === 'url')) loads.push(loadVisits());
      return loads.length ? Promise.all(loads) : undefined;
    },
  } as Patcher;

  const loadPatching = async (): Promise<void> => {
    const { createLivePatcher } = await loadPart('patch');
    if (!patcher.patch)
      Object.assign(patcher, createLivePatcher({ core, root, snapshots, compose, visits: late }));
  };
  const loadVisits = async (): Promise<void> => {
    Object.assign(late, await loadPart('visits'));
  };
  return patcher;
}
