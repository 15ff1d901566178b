import assert from 'node:assert/strict';
import type { Checkpoints } from '../../src/html/diff/checkpoints.js';
import { type Diff, diff, diffTrees } from '../../src/html/diff/diff.js';
import { scan } from '../../src/html/parse/scan.js';
import { ModelShadow } from './model.js';

/** The instructions lead from the page before to the page they promise, in the model. */
export function assertDiff(before: string, now: string, checkpoints?: Checkpoints): Diff {
  const result = diff(before, now, checkpoints);
  const promised = new ModelShadow(result.html);
  if (result.instructions) {
    const shadow = new ModelShadow(before);
    shadow.apply(result.instructions);
    assert.deepEqual(shadow.lines(), promised.lines());
  }
  if (!/noupdate/i.test(before)) assert.equal(result.html, now);
  if (before === now) return result;
  const whole = diffTrees(scan(before), scan(now));
  assert.deepEqual(
    [result.instructions, result.html],
    [whole.instructions, whole.html],
    'as without shortcuts',
  );
  return result;
}

/** The same for a series of pages, where each diff hands its checkpoints to the next. */
export function assertDiffs(pages: string[]): Diff[] {
  const diffs: Diff[] = [];
  pages.reduce((before, now) => {
    const result = assertDiff(before, now, diffs.at(-1)?.checkpoints);
    diffs.push(result);
    return result.html;
  });
  return diffs;
}
