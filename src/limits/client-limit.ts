/** How many clients there are at once, in all and of one IP address. */
export class ClientLimit {
  readonly #perIp = new Map<string, number>();
  readonly #max: number;
  readonly #maxPerIp: number;
  readonly #TooMany: new (
    max: number,
  ) => Error;
  #all = 0;

  constructor(max: number, maxPerIp: number, TooMany: new (max: number) => Error) {
    this.#max = max;
    this.#maxPerIp = maxPerIp;
    this.#TooMany = TooMany;
  }

  /** @throws `TooMany`, when one more is */
  assertRoom(ip: string): void {
    if (this.#all >= this.#max) throw new this.#TooMany(this.#max);
    if ((this.#perIp.get(ip) ?? 0) >= this.#maxPerIp) throw new this.#TooMany(this.#maxPerIp);
  }

  enter(ip: string): void {
    this.#all++;
    this.#perIp.set(ip, (this.#perIp.get(ip) ?? 0) + 1);
  }

  leave(ip: string): void {
    this.#all--;
    const left = (this.#perIp.get(ip) ?? 0) - 1;
    if (left > 0) this.#perIp.set(ip, left);
    else this.#perIp.delete(ip);
  }
}
