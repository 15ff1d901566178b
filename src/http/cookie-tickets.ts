import { LRUCache } from 'lru-cache';
import { type Fetchable, fetched } from '../limits/fetched.js';

export interface CookieTicketsOptions {
  ticketLifetime: number;
  maxTickets: number;
  maxTicketsPerIp: number;
}

interface Ticket extends Fetchable {
  pageId: string;
  address: string;
  setCookies: string[];
}

/**
 * Keeps the cookies that re-renders set until their pages fetch them by HTTP, because only an HTTP response
 * can set an `HttpOnly` cookie. A ticket can be redeemed once, and by its own page only: in the browser of
 * anyone else it would be a sign-in that its visitor did not ask for. An address above its share loses its own
 * oldest ticket, never that of another.
 */
export class CookieTickets {
  readonly #tickets: LRUCache<string, Ticket>;
  readonly #maxPerAddress: number;
  readonly #createKey: () => string;
  /** Ids of tickets by address, the oldest first. */
  readonly #byAddress = new Map<string, Set<string>>();

  /** @param createKey returns a new key that cannot be guessed */
  constructor(
    { ticketLifetime, maxTickets, maxTicketsPerIp }: CookieTicketsOptions,
    createKey: () => string,
  ) {
    this.#createKey = createKey;
    this.#maxPerAddress = maxTicketsPerIp;
    this.#tickets = new LRUCache({
      max: maxTickets,
      ttl: ticketLifetime,
      dispose: (ticket, id) => {
        this.#forget(ticket.address, id);
        ticket.onGone?.();
      },
    });
  }

  issue(setCookies: string[], { id: pageId, ipKey: address }: { id: string; ipKey: string }): string {
    const ticket = this.#createKey();
    const others = this.#byAddress.get(address) ?? new Set();
    const [oldest] = others;
    if (oldest !== undefined && others.size >= this.#maxPerAddress) this.#tickets.delete(oldest);
    this.#tickets.set(ticket, { pageId, address, setCookies, issued: performance.now() });
    this.#byAddress.set(address, others.add(ticket));
    return ticket;
  }

  /** Whether the ticket waits to be fetched. */
  has(ticket: string): boolean {
    return this.#tickets.has(ticket);
  }

  /** The cookies of a ticket that waits to be fetched. */
  peek(ticket: string): string[] | undefined {
    return this.#tickets.peek(ticket)?.setCookies;
  }

  /** Resolves when the page has fetched its ticket, or does not fetch it. */
  async fetched(ticket: string): Promise<void> {
    const issued = this.#tickets.get(ticket);
    if (issued) await fetched(issued);
  }

  /** Returns undefined, and keeps the ticket, if it was issued to another page. */
  redeem(ticket: string, pageId: string): string[] | undefined {
    const issued = this.#tickets.get(ticket);
    if (issued?.pageId !== pageId) return undefined;
    this.#tickets.delete(ticket);
    return issued.setCookies;
  }

  #forget(address: string, ticket: string): void {
    const tickets = this.#byAddress.get(address);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.#byAddress.delete(address);
  }
}
