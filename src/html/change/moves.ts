/** Counts the occupied slots before a slot, in O(log n) per query and update (a Fenwick tree). */
class Presence {
  readonly #sums: Int32Array;

  constructor(size: number) {
    this.#sums = new Int32Array(size + 1);
  }

  add(slot: number, by: number): void {
    const sums = this.#sums;
    for (let i = slot + 1; i < sums.length; i += i & -i) sums[i] = (sums[i] as number) + by;
  }

  before(slot: number): number {
    let count = 0;
    for (let i = slot; i > 0; i -= i & -i) count += this.#sums[i] as number;
    return count;
  }
}

/** Marks the positions of a longest increasing subsequence with 1. */
function longestIncreasing(ranks: number[]): Uint8Array {
  const tails: number[] = [];
  const previous = new Int32Array(ranks.length);
  for (let i = 0; i < ranks.length; i++) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranks[tails[middle] as number] as number) < (ranks[i] as number)) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? (tails[low - 1] as number) : -1;
    tails[low] = i;
  }
  const stays = new Uint8Array(ranks.length);
  for (let i = tails.at(-1) ?? -1; i !== -1; i = previous[i] as number) stays[i] = 1;
  return stays;
}

/**
 * The fewest moves that sort a list, as alternating positions `from` and `to`. Each refers to the list after the
 * moves before it, and `to` to the list without the moved item. `ranks[i]` is the target of the item at `i`.
 * Example: `[2, 0, 1]` → `[0, 2]`
 */
export function movesToSort(ranks: number[]): number[] {
  const stays = longestIncreasing(ranks);
  if (stays.every((stay) => stay === 1)) return [];
  const places = new Int32Array(ranks.length);
  ranks.forEach((rank, place) => {
    places[rank] = place;
  });
  const { oldSlots, newSlots } = layOut(places, stays);
  const presence = new Presence(ranks.length * 2);
  for (const slot of oldSlots) presence.add(slot, 1);
  const moves: number[] = [];
  for (const place of places) {
    if (stays[place]) continue;
    moves.push(presence.before(oldSlots[place] as number));
    presence.add(oldSlots[place] as number, -1);
    moves.push(presence.before(newSlots[place] as number));
    presence.add(newSlots[place] as number, 1);
  }
  return moves;
}

/** Lays out one line of slots. A moving item has two of them: the slot it leaves and the slot it moves to. */
function layOut(places: Int32Array, stays: Uint8Array): { oldSlots: Int32Array; newSlots: Int32Array } {
  const oldSlots = new Int32Array(places.length);
  const newSlots = new Int32Array(places.length);
  let slot = 0;
  let old = 0;
  const leave = (end: number): void => {
    for (; old < end; old++) oldSlots[old] = slot++;
  };
  for (const place of places) {
    if (stays[place]) leave(place + 1);
    else newSlots[place] = slot++;
  }
  leave(places.length);
  return { oldSlots, newSlots };
}
