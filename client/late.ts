import type { Address, Visit } from './history.js';
import type { CopyAttribute } from './trusted.js';

/** Functions with state that the part for visits gets from the one that patches. */
export interface LivePage {
  create(node: Node): Node;
  /** Puts shadow nodes at their places, as `placeAll`. */
  placeNodes(nodes: Node[]): void;
}

/** Functions with state that `rr.restore` gets from the part that patches. */
export interface RestoreTools {
  /** Creates the live partner of a shadow node. */
  create(node: Node): Node;
  copyAttribute: CopyAttribute;
  /** Sets a field to its value at a fresh load; does nothing to another element. */
  reset(live: Element): void;
}

/** Functions of the part `visits`. */
export interface VisitsPart {
  renew(root: Element, records: MutationRecord[], page: LivePage, patch: () => void): void;
  loadStylesheets(root: Element, records: MutationRecord[], page: LivePage): Promise<() => void>;
  jump(address: Address, known: number | undefined): void;
  follow(address: Address, visit: Visit | undefined, mirror: Visit | undefined): void;
  arrive(visit: Visit, from: URL, scroll: [x: number, y: number]): void;
}

/** The functions of the part that shows visited pages, missing until it is loaded. */
export const late = {} as VisitsPart;
