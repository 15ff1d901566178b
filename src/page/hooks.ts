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
    for (const fn of this.#connect) void this.#run('onConnect', () => fn(page, request));
  }

  visited(page: IssrPage, request: FastifyRequest): void {
    for (const fn of this.#visit) void this.#run('onVisit', () => fn(page, request));
  }

  disconnected(page: IssrPage, reason: DisconnectReason): void {
    if (diagnostics.disconnect.hasSubscribers) diagnostics.disconnect.publish({ page, reason });
    for (const fn of this.#disconnect) void this.#run('onDisconnect', () => fn(page, reason));
  }

  async #run(name: string, fn: () => unknown): Promise<void> {
    try {
      await fn();
    } catch (error) {
      this.#log.error({ err: error }, `issr: an ${name} hook failed`);
    }
  }
}
