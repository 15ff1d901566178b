/** Block sizes for native comparison. Only inside the block that differs are single characters compared. */
const BLOCKS = [8192, 512, 32];

/**
 * The number of characters that two strings have in common at their start.
 *
 * @param likely a number that is often a part of it
 */
export function commonPrefix(a: string, b: string, likely = 0): number {
  const shorter = Math.min(a.length, b.length);
  let count = a.slice(0, likely) === b.slice(0, likely) ? Math.min(likely, shorter) : 0;
  for (const block of BLOCKS) {
    while (count + block <= shorter && a.slice(count, count + block) === b.slice(count, count + block))
      count += block;
  }
  while (count < shorter && a.charCodeAt(count) === b.charCodeAt(count)) count++;
  return count;
}

/** The number of characters, at most `limit`, that two strings have in common at their end. */
export function commonSuffix(a: string, b: string, limit: number): number {
  let count = 0;
  for (const block of BLOCKS) {
    while (count + block <= limit) {
      const endA = a.length - count;
      const endB = b.length - count;
      if (a.slice(endA - block, endA) !== b.slice(endB - block, endB)) break;
      count += block;
    }
  }
  while (count < limit && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count++;
  return count;
}
