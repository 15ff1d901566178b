import { errors } from './errors.js';

/** How many clients one route has at once, in all and of one IP address. */
export class ClientCount {
  readonly #perIp = new Map<string, number>();
  readonly #limits: { maxClients: number; maxClientsPerIp: number };
  #all = 0;

  constructor(limits: { maxClients: number; maxClientsPerIp: number }) {
    this.#limits = limits;
  }

  /** @throws ISSR_ERR_CLIENTS when one more is too many */
  check(ip: string): void {
    const { maxClients, maxClientsPerIp } = this.#limits;
    if (this.#all >= maxClients) throw new errors.ISSR_ERR_CLIENTS(maxClients);
    if ((this.#perIp.get(ip) ?? 0) >= maxClientsPerIp) throw new errors.ISSR_ERR_CLIENTS(maxClientsPerIp);
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
