import type { Instruction, Path } from '../../protocol.js';
import { commonPrefix, commonSuffix } from './common-affix.js';

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

/** Returns the instruction that changes a text: its middle or, where that is not shorter, the whole text. */
export function textChange(path: Path, before: string, after: string): Instruction | undefined {
  if (before === after) return undefined;
  let start = commonPrefix(before, after);
  // A pair of surrogates is one character: it is sent whole.
  if (start > 0 && isSurrogate(before.charCodeAt(start - 1))) start--;
  let end = commonSuffix(before, after, Math.min(before.length, after.length) - start);
  if (end > 0 && isSurrogate(before.charCodeAt(before.length - end))) end--;
  const deleted = before.length - start - end;
  const middle = after.slice(start, after.length - end);
  // The browser's node for `<?x>` lacks parts of its text, so positions in it would differ.
  if (before.startsWith('?')) return ['t', path, after];
  const savedBytes = after.length - middle.length - `,${start},${deleted}`.length;
  return savedBytes > 0 ? ['c', path, start, deleted, middle] : ['t', path, after];
}
