import type { CopyAttribute, Trusted } from './trusted.js';

/** Documents, and functions with state, of which `issr.js` has the only copy. */
export interface Core {
  /** The document that makes elements (patch/shadow/inert.ts). */
  inert: Document;
  parseDocument(html: string): Document;
  trusted: Trusted;
  copyAttribute: CopyAttribute;
  makePlain(root: ParentNode): void;
  prune(root: ParentNode): void;
  asPatch<T>(job: () => T): T;
  expectEvents(target: Element, ...types: string[]): void;
}

/** Filled as the part of the script that patches starts. Only modules of that part may use it. */
export const core = {} as Core;
