import assert from 'node:assert/strict';
import { type Diff, diff } from '../../src/html/diff.js';
import { ModelShadow } from './model.js';

/** The instructions lead from the page before to the page they promise, in the model. */
export function assertDiff(before: string, now: string): Diff {
  const result = diff(before, now);
  const promised = new ModelShadow(result.html);
  if (result.instructions) {
    const shadow = new ModelShadow(before);
    shadow.apply(result.instructions);
    assert.deepEqual(shadow.lines(), promised.lines());
  }
  if (!/noupdate/i.test(before)) assert.equal(result.html, now);
  return result;
}
