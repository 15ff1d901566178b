/** Copies the data of a text or comment to its live partner. Replaces only the changed middle, so that selections stay. */
export function syncText({ data }: CharacterData, live: CharacterData): void {
  const before = live.data;
  const shorter = Math.min(before.length, data.length);
  let start = 0;
  while (start < shorter && before[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === data.at(-1 - end)) end++;
  live.replaceData(start, before.length - end - start, data.slice(start, data.length - end));
}
