/** Adds up amounts by key. A key is deleted when its amount is zero. */
export class KeyedCounter {
  readonly #amounts = new Map<string, number>();

  get(key: string): number {
    return this.#amounts.get(key) ?? 0;
  }

  add(key: string, amount = 1): void {
    const sum = this.get(key) + amount;
    if (sum > 0) this.#amounts.set(key, sum);
    else this.#amounts.delete(key);
  }

  subtract(key: string, amount = 1): void {
    this.add(key, -amount);
  }
}
