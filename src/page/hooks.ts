import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { diagnostics } from '../diagnostics/diagnostics.js';
import type { OnConnect, OnDisconnect, OnVisit } from '../options/options.js';
import type { DisconnectReason, IssrPage } from '../types/issr-page.js';

/** The author's hooks. A failing hook is logged and affects nothing else. */
export class Hooks {
  readonly #connect: OnConnect[] = [];
  readonly #visit: OnVisit[] = [];
  readonly #disconnect: OnDisconnect[] = [];
  readonly #log: FastifyBaseLogger;
  /** Hooks that have not ended. */
  readonly #running = new Set<Promise<void>>();

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  onConnect(fn: OnConnect): void {
    this.#connect.push(fn);
  }

  onVisit(fn: OnVisit): void {
    this.#visit.push(fn);
  }

  onDisconnect(fn: OnDisconnect): void {
    this.#disconnect.push(fn);
  }

  connected(page: IssrPage, request: FastifyRequest): void {
    if (diagnostics.connect.hasSubscribers) diagnostics.connect.publish({ page, request });
    for (const fn of this.#connect) this.#run('onConnect', () => fn(page, request));
  }

  visited(page: IssrPage, request: FastifyRequest): void {
    for (const fn of this.#visit) this.#run('onVisit', () => fn(page, request));
  }

  disconnected(page: IssrPage, reason: DisconnectReason): void {
    if (diagnostics.disconnect.hasSubscribers) diagnostics.disconnect.publish({ page, reason });
    for (const fn of this.#disconnect) this.#run('onDisconnect', () => fn(page, reason));
  }

  /** Resolves when the running hooks have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  #run(name: string, fn: () => unknown): void {
    const running = this.#attempt(name, fn);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  async #attempt(name: string, fn: () => unknown): Promise<void> {
    try {
      await fn();
    } catch (error) {
      this.#log.error({ err: error }, `issr: an ${name} hook failed`);
    }
  }
}
