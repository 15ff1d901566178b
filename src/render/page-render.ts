import { crc32 } from 'node:zlib';
import type { LateRender } from '../late/late-render.js';
import type { MemoRuns } from './memo-runs.js';
import type { KnownTemplates } from './vnodes/known-template.js';
import type { IdCount } from './vnodes/private-vnodes.js';
import type { RenderInStep } from './vnodes/template.js';

/** A render of the plugin: of a page, a late part, or a `memo` component. Each node of it leads to it: `private-vnodes.ts`. */
export class PageRender implements RenderInStep {
  /** Returns the parts that load later, created when the first one is rendered. */
  readonly late: (() => LateRender) | undefined;
  /** The render has such parts. */
  hasLate = false;
  hasSuspended = false;
  hasSuspendedInSvg = false;
  /** The HTML that it leaves out. An asynchronous render leaves nothing out. */
  readonly runs: MemoRuns | undefined;
  readonly attempt: PageRender | undefined;
  known: KnownTemplates | undefined;
  __m?: IdCount | undefined;

  constructor(late?: () => LateRender, runs?: MemoRuns, attempt?: PageRender) {
    this.late = late;
    this.runs = runs;
    this.attempt = attempt;
  }

  /**
   * Makes `useId` count apart from the page that the HTML will be a part of. The ids are the same in each process.
   *
   * @param place tells this part of a page from the others
   */
  countIdsIn(place: string): void {
    this.__m = [crc32(place).toString(36), 0];
  }

  get isAttempt(): boolean {
    return this.runs !== undefined;
  }
}
