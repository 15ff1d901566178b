import * as patching from '../../client/patch/index.js';
import { createPatcher, type Patcher } from '../../client/patch/patcher.js';
import * as visits from '../../client/visits/index.js';
import type { Instruction } from '../../src/protocol.js';
import { snapshot } from './patch-snapshot.js';

/** Two states of a page, and what the server's diff says of them: `null` is the whole page. */
export type Pair = [before: string, now: string, instructions: Instruction[] | null];

/** In the browser: a page that was patched, and a fresh load of what it should be. */
export async function comparePair([before, now, instructions]: Pair): Promise<[string, string]> {
  load(before);
  const patcher = createPatcher(async () => ({ ...patching, ...visits }));
  await patcher.prepare();
  patch(patcher, now, instructions);
  const patched = snapshot();
  load(now);
  return [patched, snapshot()];
}

function load(html: string): void {
  document.open();
  document.write(html);
  document.close();
}

function patch(patcher: Patcher, now: string, instructions: Instruction[] | null): void {
  if (!instructions) patcher.page(0, now);
  else if (!patcher.patch(0, instructions)) throw new Error('A path did not resolve');
}
