import { errors } from '../errors.js';
import type { ClientLimit } from '../limits/client-limit.js';
import type { Outcome, ServerMessage } from '../protocol.js';
import type { ActionEnd, RunningAction } from './running-action.js';

/** The page of running actions, as they use it. */
export interface ActionPage {
  readonly ip: string;
  readonly lastAnsweredEvent: number;
  readonly isConnected: boolean;
  readonly memory: { result: unknown };
  renderPush(): Promise<void> | undefined;
  send(message: ServerMessage): void;
}

export interface RunningLimits {
  /** Running actions of all pages. */
  count: ClientLimit;
  maxPerPage: number;
}

/** An action that goes on after the answer to its event. */
export interface StartedAction {
  name: string;
  run: RunningAction;
  /** Returns the part of the result that the browser gets. Throws if the schema refuses it. */
  respond(result: unknown): unknown;
  onError(error: unknown, status: number): void;
}

interface Entry extends StartedAction {
  /** Number of its event. */
  event: number;
  /** Resolves when the action's last value was sent. */
  shown?: Promise<void>;
  /** Set if the action ended while the page had no connection. */
  unreported?: ActionEnd;
}

/** The running actions of one page. */
export class RunningActions {
  readonly #page: ActionPage;
  readonly #limits: RunningLimits;
  #entries: Entry[] = [];

  constructor(page: ActionPage, limits: RunningLimits) {
    this.#page = page;
    this.#limits = limits;
  }

  /** The last value of the action that began last; undefined if none runs. */
  get result(): unknown {
    return this.#entries.at(-1)?.run.result;
  }

  /** Resolves when no action runs. */
  async ended(): Promise<void> {
    await Promise.all(this.#entries.map(({ run }) => run.ended));
  }

  /** Resolves when no action runs, and the page shows the last value of each. */
  async shown(): Promise<void> {
    await Promise.all(this.#entries.map(({ shown }) => shown));
  }

  /**
   * Counts one more action until it ends.
   *
   * @throws ISSR_ERR_RUNNING
   */
  enter(run: () => RunningAction): RunningAction {
    const { count, maxPerPage } = this.#limits;
    if (this.#entries.length >= maxPerPage)
      throw new errors.ISSR_ERR_RUNNING(maxPerPage, 'maxRunningActionsPerPage');
    count.assertRoom(this.#page.ip);
    count.enter(this.#page.ip);
    const entered = run();
    void entered.ended.then(() => count.leave(this.#page.ip));
    return entered;
  }

  /** The event of the action is answered, and the action goes on. */
  add(started: StartedAction): void {
    const entry: Entry = { ...started, event: this.#page.lastAnsweredEvent };
    this.#entries.push(entry);
    this.sendList();
    entry.shown = started.run.follow({
      onResult: (result) => {
        this.#page.memory.result = result;
      },
      render: () => this.#page.renderPush(),
      onEnd: (end) => this.#onEnd(entry, end),
    });
  }

  /** Stops the actions of a name. */
  stop(name: string): void {
    for (const entry of this.#entries) if (entry.name === name) entry.run.stop();
  }

  /** The page closed or moved on. */
  leave(): void {
    for (const { run } of this.#entries.splice(0)) run.leave();
  }

  /** Tells the browser which of its events go on, and which one has ended. */
  sendList(ended?: Outcome): void {
    this.#page.send(ended ? ['running', this.#events, ended] : ['running', this.#events]);
  }

  /** Reports the ends that the browser missed. The last values have been sent. */
  reportEnds(): void {
    for (const entry of [...this.#entries]) if (entry.unreported) this.#report(entry, entry.unreported);
  }

  get #events(): number[] {
    return [...new Set(this.#entries.map(({ event }) => event))];
  }

  #onEnd(entry: Entry, end: ActionEnd): void {
    if ('error' in end) entry.onError(end.error, end.status);
    if (this.#page.isConnected) this.#report(entry, end);
    else entry.unreported = end;
  }

  #report(entry: Entry, { status }: ActionEnd): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.sendList(outcomeOf(entry, status));
  }
}

function outcomeOf({ event, run, respond, onError }: Entry, status: number): Outcome {
  try {
    const result = status < 400 ? respond(run.result) : undefined;
    return result === undefined ? [event, status, []] : [event, status, [], result];
  } catch (error) {
    onError(error, 500);
    return [event, 500, []];
  }
}
