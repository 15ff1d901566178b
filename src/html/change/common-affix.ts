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

/** The sizes of a run's blocks. Most runs are short. */
const LEAST = 16;
const MOST = 16_384;

/**
 * The number of characters, at most `limit`, that two strings have in common from a position of each.
 *
 * @param likely a number that is often the result
 */
export function commonRun(
  a: string,
  from: number,
  b: string,
  other: number,
  limit: number,
  likely: number,
): number {
  const most = Math.min(limit, a.length - from, b.length - other);
  const isLikely = likely <= most && a.slice(from, from + likely) === b.slice(other, other + likely);
  let count = isLikely ? likely : 0;
  if (count < most && a.charCodeAt(from + count) !== b.charCodeAt(other + count)) return count;
  let block = 4 * LEAST;
  for (let isGrowing = true; block >= LEAST; block = isGrowing ? Math.min(block * 2, MOST) : block >> 1) {
    const [start, startOther] = [from + count, other + count];
    const isEqual =
      count + block <= most && a.slice(start, start + block) === b.slice(startOther, startOther + block);
    if (isEqual) count += block;
    else isGrowing = false;
  }
  while (count < most && a.charCodeAt(from + count) === b.charCodeAt(other + count)) count++;
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
