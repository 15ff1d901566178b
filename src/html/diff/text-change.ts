import type { Instruction, Path } from '../../protocol.js';

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

/** Cuts no pair of surrogates in two. */
function commonStart(before: string, now: string): number {
  const least = Math.min(before.length, now.length);
  let count = 0;
  while (count < least && before.charCodeAt(count) === now.charCodeAt(count)) count++;
  return count > 0 && isSurrogate(before.charCodeAt(count - 1)) ? count - 1 : count;
}

function commonEnd(before: string, now: string, least: number): number {
  let count = 0;
  while (
    count < least &&
    before.charCodeAt(before.length - 1 - count) === now.charCodeAt(now.length - 1 - count)
  ) {
    count++;
  }
  return count > 0 && isSurrogate(before.charCodeAt(before.length - count)) ? count - 1 : count;
}

/** The instruction that changes a text: the whole of it or, when that is shorter, its middle. */
export function textChange(path: Path, before: string, now: string): Instruction | undefined {
  if (before === now) return undefined;
  const start = commonStart(before, now);
  const end = commonEnd(before, now, Math.min(before.length, now.length) - start);
  const deleted = before.length - start - end;
  const middle = now.slice(start, now.length - end);
  const savedBytes = now.length - middle.length - `,${start},${deleted}`.length;
  return savedBytes > 0 ? ['c', path, start, deleted, middle] : ['t', path, now];
}
