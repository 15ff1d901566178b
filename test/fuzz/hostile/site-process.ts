import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { IssrOptions } from '../../../src/index.js';
import { forkBundled } from '../../support/fork-bundled.js';

/** Known to the attackers too: so each can have as many tokens as it likes. */
export const SECRET = 'what signs the tokens of the attacked site';

/** State of the attacked site. */
export interface SiteState {
  /** Open pages. */
  pages: number;
  /** Open connections. */
  sockets: number;
  /** Logged errors. Input from outside must not cause any. */
  errors: string[];
  /** Properties that `Object.prototype` has got. */
  prototype: number;
}

/** The message that held the site's event loop longest. */
export interface LongestBlock {
  /** Milliseconds of CPU time. */
  ms: number;
  /** Milliseconds of CPU time that `JSON.parse` takes for the same message. */
  parseMs: number;
  /** Start of the message. */
  message: string;
  /** Its length in characters. */
  length: number;
}

/** The attacked site as its starter sees it. */
export class SiteProcess {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;

  private constructor(port: number, process: ChildProcess, exit: Promise<unknown>) {
    this.port = port;
    this.#process = process;
    this.#exit = exit;
  }

  /**
   * It is gone when the test ends, however that is.
   *
   * @param measure what `longestBlock` looks at: the receipt of each message, or each turn of the event loop, which
   *   keeps a CPU busy
   */
  static async start(
    t: Pick<TestContext, 'after'>,
    options: IssrOptions = {},
    measure: 'receipts' | 'turns' = 'receipts',
  ): Promise<SiteProcess> {
    const file = join(import.meta.dirname, 'site.ts');
    const process = await forkBundled(file, [JSON.stringify(options), measure], ['--expose-gc']);
    t.after(() => process.kill('SIGKILL'));
    const exit = once(process, 'exit').then(([code]) => code);
    const port = await nextMessage<number>(process, exit);
    return new SiteProcess(port, process, exit);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Bytes in use after a forced collection. */
  heap(): Promise<number> {
    return this.#ask('heap');
  }

  /** Milliseconds of CPU time that the process has used. */
  cpu(): Promise<number> {
    return this.#ask('cpu');
  }

  /** The longest block since the last call. */
  longestBlock(): Promise<LongestBlock> {
    return this.#ask('longest');
  }

  /** Waits until only `pages` pages are open, then returns the state. */
  async quiet(pages: number): Promise<SiteState> {
    for (;;) {
      const state = await this.#ask<SiteState>('state');
      if (state.pages <= pages && state.sockets <= pages) return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Closes the server as an app would; the exit code of its process. */
  async close(): Promise<unknown> {
    if (this.#process.connected) this.#process.send('close');
    return this.#exit;
  }

  #ask<Answer>(what: Question): Promise<Answer> {
    if (this.#process.connected) this.#process.send(what);
    return nextMessage(this.#process, this.#exit);
  }
}

/** Questions that the site answers. */
export type Question = 'state' | 'heap' | 'cpu' | 'longest';

/** Resolves to the site's next message. Rejects if the site's process ends, which is the attackers' goal. */
async function nextMessage<Message>(process: ChildProcess, exit: Promise<unknown>): Promise<Message> {
  const died = exit.then((code) => assert.fail(`the site ended with ${code}`));
  const [message] = (await Promise.race([once(process, 'message'), died])) as [Message];
  return message;
}
