import type { ServerMessage } from '../src/protocol.js';
import type { Address, Visit } from './history.js';
import type { CopyAttribute } from './trusted.js';

/** Functions with state that the parts loaded on demand get from the script. */
export interface LivePage {
  create(node: Node): Node;
  /** Puts shadow nodes at their places, as `placeAll`. */
  placeNodes(nodes: Node[]): void;
}

/** Functions with state that `rr.restore` gets from the script. */
export interface RestoreTools {
  /** Creates the live partner of a shadow node. */
  create(node: Node): Node;
  copyAttribute: CopyAttribute;
  /** Sets a field to its value at a fresh load; does nothing to another element. */
  reset(live: Element): void;
}

/** Functions and a document that the script shares with its parts. */
export interface ParseTools {
  inert: Document;
  parseAttribute(element: Element, name: string): Attr;
  copyAttribute: CopyAttribute;
}

/** Decides whether a new element may run. Returns the element that goes on the page in its place. */
export type Guard = (element: Element, live: Element) => Element;

export type NoncesMessage = Extract<ServerMessage, ['nonces', ...unknown[]]>;

/** Functions of the part `morph`, which every page loads when it is idle. */
interface MorphPart {
  morph(from: Element, to: Element, copyAttribute: CopyAttribute, isExact?: boolean): void;
  adopt(root: Element, records: MutationRecord[], copyAttribute: CopyAttribute): void;
  renewStrangers(records: MutationRecord[], isTouched: (live: Node, isOpen: boolean) => boolean): void;
  parseSpecial<Root extends Node & ParentNode>(
    html: string,
    parse: (html: string) => Root,
    makePlain: (root: ParentNode) => void,
    tools: ParseTools,
  ): Root;
  copyRoot(host: Element, copy: Element): void;
  showRoots(): void;
  keepTableForms(): () => void;
  createGuard(message: NoncesMessage, inert: Document): Guard;
  restore(changed: Node, page: LivePage): void;
  removeStandIn(record: MutationRecord): void;
  removeSplitOff(text: CharacterData, live: CharacterData, before: string): void;
  watchCaret(field: Element): (() => void) | undefined;
  keepState(records: MutationRecord[], effects: SideEffects): () => void;
  fillInOrder(script: HTMLScriptElement, fill: () => void): void;
  mergeClass(live: Element, old: string, now: string): void;
  mergeStyle(live: Element, old: string, now: string): void;
}

/** Functions of side-effects.ts, which have state. */
export interface SideEffects {
  asPatch(job: () => void): void;
  expectEvents(target: Element, ...types: string[]): void;
}

/** Functions of the part `visits`. */
interface VisitsPart {
  renew(root: Element, records: MutationRecord[], page: LivePage, patch: () => void): void;
  loadStylesheets(root: Element, records: MutationRecord[], page: LivePage): Promise<() => void>;
  follow(address: Address, visit: Visit | undefined, mirror: Visit | undefined): void;
  arrive(visit: Visit, from: URL, scroll: [x: number, y: number]): void;
}

/**
 * The functions of parts that are loaded on demand, missing until then. A change of the live page that calls a missing
 * one fails, and is retried when the whole page arrives, which needs the part too.
 */
export const late = {} as MorphPart & VisitsPart;
