import { hash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';

/** Names of this process's secrets that do not tell them, to compare with those of other processes. */
export class SecretIds {
  readonly all: readonly string[];
  readonly #log: FastifyBaseLogger;
  #hasWarned = false;

  constructor(secrets: string | string[], log: FastifyBaseLogger) {
    this.#log = log;
    this.all = [secrets]
      .flat()
      .map((secret) => hash('sha256', `issr cluster ${secret}`, 'base64url').slice(0, 16));
  }

  /** Warns once of another process that has none of the secrets. */
  compare(others: readonly unknown[]): void {
    if (this.#hasWarned || this.all.some((id) => others.includes(id))) return;
    this.#hasWarned = true;
    this.#log.warn(
      'issr: another process has a different secret, so pages cannot move between the two (see secret)',
    );
  }
}
