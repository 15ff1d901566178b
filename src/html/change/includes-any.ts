/** The longest text for which V8 searches in linear time, whatever the texts are (`kBMMaxShift`). */
const MAX_PART = 250;

/** Up to this many texts are looked for one by one. */
const FEW = 8;

/** Bits of a hash that decide whether a text may have it. */
const BITS = 0xfff;

/**
 * Whether a part of a page, from one position up to another, includes one of several texts. Of a long text, only a part is
 * looked for. May return true for texts that are very much alike. Takes time in proportion to the part's length.
 */
export function includesAny(html: string, from: number, to: number, texts: Set<string>): boolean {
  if (texts.size > FEW) return includesOneOfMany(html, from, to, texts);
  const part = html.slice(from, to);
  for (const text of texts) if (mayInclude(part, text)) return true;
  return false;
}

/** Whether a text includes the start, the middle and the end of another one, which are the whole of a short one. */
function mayInclude(source: string, text: string): boolean {
  const last = Math.max(0, text.length - MAX_PART);
  if (!source.includes(text.slice(0, MAX_PART))) return false;
  return last === 0 || [last >> 1, last].every((at) => source.includes(text.slice(at, at + MAX_PART)));
}

/** Compares a rolling hash of the part with the hashes of the texts' starts (the algorithm of Rabin and Karp). */
function includesOneOfMany(html: string, from: number, to: number, texts: Set<string>): boolean {
  let size = MAX_PART;
  for (const { length } of texts) size = Math.min(size, length);
  if (from + size > to) return false;
  const marks = new Uint8Array(BITS + 1);
  const startsByHash = new Map<number, Set<string>>();
  for (const text of texts) {
    const hash = hashOf(text, 0, size);
    marks[hash & BITS] = 1;
    const starts = startsByHash.get(hash) ?? new Set();
    startsByHash.set(hash, starts.add(text.slice(0, MAX_PART)));
  }
  let power = 1;
  for (let count = 1; count < size; count++) power = Math.imul(power, 31);
  let left = (to - from) >> 4;
  let hash = hashOf(html, from, size);
  for (let at = from; ; at++) {
    const starts = marks[hash & BITS] === 1 ? startsByHash.get(hash) : undefined;
    for (const start of starts ?? []) if (left-- <= 0 || html.startsWith(start, at)) return true;
    if (at + size >= to) return false;
    const rest = (hash - Math.imul(html.charCodeAt(at), power)) | 0;
    hash = (Math.imul(rest, 31) + html.charCodeAt(at + size)) | 0;
  }
}

function hashOf(text: string, from: number, size: number): number {
  let hash = 0;
  for (let at = from; at < from + size; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
