import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { RefusalLog } from '../limits/refusal-log.js';
import { within } from '../limits/within.js';
import type { Adapter } from './adapter.js';
import { CallLimit } from './call-limit.js';
import { Calls, MAX_CALLS } from './calls.js';
import { MAX_MESSAGE_CHARS, readMessage, writeMessage } from './message.js';
import { OutageLog } from './outage-log.js';
import { SecretIds } from './secret-ids.js';

/** Announces a process that starts: the ids of its secrets. */
const HELLO = 'hello';
/** Answers `hello`, so that both know each other. */
const WELCOME = 'welcome';
const BYE = 'bye';
/** Sent after an outage in which a push got lost. */
const MISSED = 'missed';
/** Sent so that others know that this process lives. */
const BEAT = 'beat';

/** Milliseconds between two signs of life. */
const BEAT_INTERVAL = 5000;
/**
 * Beats of this process during which another one may be silent. That one counts as dead after 15 to 20 s. Time is not
 * measured: a process that was frozen has not read the beats of the others when it wakes.
 */
const MAX_SILENT_BEATS = 3;

/** Other processes that this one remembers. */
const MAX_PROCESSES = 1000;
/** Milliseconds that an answer waits for the end of an outage. Those who asked wait no longer. */
const ANSWER_TIMEOUT = 5000;

/** Milliseconds that the adapter may take to send the last message. */
const BYE_TIMEOUT = 1000;

/** Milliseconds after the start in which the others answer it. Until then a process that is not known may be one of them. */
const WELCOME_TIME = 1000;

/** Milliseconds that the adapter may take to read a log. */
const READ_TIMEOUT = 5000;

/** A key that `createKey` made for several processes. */
const KEY = /^[\da-f-]{36}\.[\da-f-]{36}$/;

type Handler = (sender: string, payload: readonly unknown[]) => void;

/**
 * This process among those that serve one site. Carries messages of named kinds to the other processes, and
 * reports when the store behind the adapter goes away and comes back.
 */
export class Cluster {
  /** Identifies this start of this process. */
  readonly instance = randomUUID();
  readonly #adapter: Adapter;
  readonly #log: FastifyBaseLogger;
  readonly #refusals: RefusalLog;
  readonly #outages: OutageLog;
  readonly #secretIds: SecretIds;
  readonly #handlers = new Map<string, Handler>();
  readonly #onGap: (() => void)[] = [];
  readonly #onLeave: ((instance: string, hasClosed: boolean) => void)[] = [];
  /** The other processes, and the number of this one's beat at the last message of each. */
  readonly #others = new Map<string, number>();
  /** Other processes that were not heard since the last outage: they may not hear this one yet. */
  readonly #unheard = new Set<string>();
  /** Run when a process may have become reachable. */
  readonly #waiting = new Set<() => void>();
  readonly #calls = new Calls();
  readonly #callLimit = new CallLimit();
  #beats: NodeJS.Timeout | undefined;
  #beatCount = 0;
  /** Undefined before the adapter has opened. */
  #isUp: boolean | undefined;
  #isClosed = false;
  /** `performance.now()` when all others have had the time to answer the start of this process. */
  #welcomed = 0;
  /** The others have missed a push of this process. */
  #hasLostPush = false;

  /** @param secrets compared with the other processes' by their hashes */
  constructor(
    adapter: Adapter,
    secrets: string | string[],
    { log, refusals }: { log: FastifyBaseLogger; refusals: RefusalLog },
  ) {
    this.#adapter = adapter;
    this.#log = log;
    this.#refusals = refusals;
    this.#outages = new OutageLog(log);
    this.#secretIds = new SecretIds(secrets, log);
    this.on('answer', (sender, [number, result]) => this.#calls.onAnswer(sender, number, result));
    this.on(BEAT, () => {});
    this.on(HELLO, (sender, secretIds) => {
      this.#secretIds.compare(secretIds);
      this.sendTo(sender, WELCOME, ...this.#secretIds.all);
    });
    this.on(WELCOME, (_sender, secretIds) => this.#secretIds.compare(secretIds));
    this.on(BYE, (sender) => this.#forget(sender, true));
  }

  /** Other processes exist, or may exist. */
  get isShared(): boolean {
    return this.#adapter.isShared;
  }

  /** The other processes can be reached. */
  get isUp(): boolean {
    return this.#isUp === true;
  }

  /** Another process can be reached. */
  get hasOthers(): boolean {
    return this.isUp && this.#others.size > 0;
  }

  /** Handles messages of a kind. `payload` comes from another process: check its shape. */
  on(kind: string, handler: Handler): void {
    this.#handlers.set(kind, handler);
  }

  /** Runs after an outage, during which messages of other processes may have been lost. */
  onGap(fn: () => void): void {
    this.#onGap.push(fn);
  }

  /** Runs when another process has closed or is silent. A silent one is dead, frozen or cut off, and may come back. */
  onLeave(fn: (instance: string, hasClosed: boolean) => void): void {
    this.#onLeave.push(fn);
  }

  /** @throws the adapter's error if the store cannot be reached */
  async open(): Promise<void> {
    await this.#adapter.open({ onDown: (error) => this.#onDown(error), onUp: () => this.#onUp() });
    if (!this.isShared) return;
    this.#isUp ??= true;
    await this.#adapter.subscribe('cluster', (text) => this.#receive(text));
    await this.#adapter.subscribe(`cluster:${this.instance}`, (text) => this.#receive(text));
    this.send(HELLO, ...this.#secretIds.all);
    this.#welcomed = performance.now() + WELCOME_TIME;
    this.#beats = setInterval(() => this.#beat(), BEAT_INTERVAL).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#beats);
    const left = this.#publish('cluster', BYE, []);
    this.#isUp = false;
    this.#isClosed = true;
    this.#wake();
    // The app may destroy its client next, with all that was not written.
    await within(Promise.resolve(left), BYE_TIMEOUT);
    await this.#adapter.close();
  }

  /** Receives the entries that are appended to a log, those of this process included, in the order of the log. */
  async subscribeLog(log: string, listener: (entry: string) => void): Promise<void> {
    await this.#adapter.subscribe(log, (entry) => this.#check(() => listener(entry)));
  }

  /** Adds an entry to a log that all processes read: `Adapter.append`. */
  async append(log: string, entry: string, maxEntries: number, ttl: number): Promise<boolean> {
    return this.#adapter.append(log, entry, maxEntries, ttl);
  }

  /** Reads the latest entries of a log. Undefined if the store cannot be reached. */
  async readLog(log: string, maxEntries: number): Promise<string[] | undefined> {
    const read = async () => this.#adapter.readLog(log, maxEntries);
    const entries = await within(read(), READ_TIMEOUT, undefined).catch(() => undefined);
    return Array.isArray(entries) ? entries : undefined;
  }

  /** Sends to all other processes. A message that cannot be sent is dropped: `onGap` follows. */
  send(kind: string, ...payload: unknown[]): void {
    void this.#publish('cluster', kind, payload);
  }

  /** Sends a push to all other processes. One that gets lost in an outage is a gap of theirs: {@link onMissed}. */
  async push(kind: string, ...payload: unknown[]): Promise<void> {
    const isSent = await this.#publish('cluster', kind, payload);
    if (!isSent) this.#hasLostPush = true;
  }

  /** Runs after an outage of this or another process, in which pushes of others may have been lost. */
  onMissed(fn: () => void): void {
    this.onGap(fn);
    this.on(MISSED, fn);
  }

  /** Sends to one process. */
  sendTo(instance: string, kind: string, ...payload: unknown[]): void {
    void this.#publish(`cluster:${instance}`, kind, payload);
  }

  /** A key that other processes can trace back to this one: see {@link ask}. */
  createKey(): string {
    return this.isShared ? `${this.instance}.${randomUUID()}` : randomUUID();
  }

  /** The key was created by another process, which may be reached. */
  isElsewhere(key: string): boolean {
    return this.isForeign(key) && this.#mayAnswer(this.ownerOf(key));
  }

  /** The key was created by another process, which may have closed since. */
  isForeign(key: string): boolean {
    return this.isUp && KEY.test(key) && this.ownerOf(key) !== this.instance;
  }

  /** The other process has sent messages lately, and has not closed. */
  knows(instance: string): boolean {
    return this.#others.has(instance);
  }

  /** The other process is known, or had no time yet to answer the start of this one. */
  #mayAnswer(instance: string): boolean {
    return this.knows(instance) || performance.now() < this.#welcomed;
  }

  /** The process that created a key. */
  ownerOf(key: string): string {
    return key.slice(0, this.instance.length);
  }

  /** Answers the calls of other processes. */
  answer(kind: string, respond: (payload: readonly unknown[], sender: string) => unknown): void {
    this.on(kind, async (sender, [call, ...payload]) => {
      try {
        const answer = await respond(payload, sender);
        // A store that wakes from a freeze delivers calls before it counts as up. What was taken must not get lost.
        if (!this.#isReachable(sender)) await this.#whenReachable(sender, ANSWER_TIMEOUT);
        this.sendTo(sender, 'answer', call, answer);
      } catch (error) {
        this.#log.error({ err: error, kind }, 'issr: a call of another process failed');
        this.sendTo(sender, 'answer', call);
      }
    });
  }

  /**
   * Calls the process that created a key, for a visitor. Waits for the end of an outage, or for the answers to the start
   * of this process, within the timeout.
   *
   * @param address of the visitor: `addressKey`
   * @param timeout milliseconds that the process has to answer
   * @returns its answer, or undefined if there is none: the key is not of another process, that process is gone,
   *   or too many calls wait
   */
  async ask(
    key: string,
    kind: string,
    address: string,
    timeout: number,
    ...payload: string[]
  ): Promise<unknown> {
    const owner = this.ownerOf(key);
    if (!this.#mayAnswer(owner)) return undefined;
    const chars = payload.reduce((sum, text) => sum + text.length, 0);
    const call = async (left: number) => {
      const deadline = performance.now() + left;
      const wait = this.knows(owner) ? left : Math.min(left, this.#welcomed - performance.now());
      if (!this.#isReachable(owner)) await this.#whenReachable(owner, wait);
      return this.#isReachable(owner)
        ? this.#call(owner, kind, deadline - performance.now(), payload)
        : undefined;
    };
    return this.#callLimit.run(address, chars, timeout, call);
  }

  /** Calls all other processes. Those that do not answer in time are left out. */
  async askAll(kind: string, timeout: number, ...payload: unknown[]): Promise<unknown[]> {
    if (!this.#isUp) return [];
    const calls = Array.from(this.#others.keys(), (other) => this.#call(other, kind, timeout, payload));
    return (await Promise.all(calls)).filter((answer) => answer !== undefined);
  }

  #call(to: string, kind: string, timeout: number, payload: unknown[]): Promise<unknown> {
    return this.#calls.make(to, timeout, (number) => this.sendTo(to, kind, number, ...payload));
  }

  #isReachable(instance: string): boolean {
    return this.isUp && this.knows(instance) && !this.#unheard.has(instance);
  }

  /** Resolves when the process can be reached, or the time is over: at once if this one has closed, or too many wait. */
  #whenReachable(instance: string, timeout: number): Promise<void> {
    if (this.#isClosed || this.#waiting.size >= MAX_CALLS) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (this.#isClosed || this.#isReachable(instance)) end();
      };
      const timer = setTimeout(end, timeout).unref();
      this.#waiting.add(look);
    });
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }

  #publish(channel: string, kind: string, payload: unknown[]): Promise<boolean> | undefined {
    if (!this.#isUp) return undefined;
    const text = writeMessage(this.instance, kind, ...payload);
    if (text.length > MAX_MESSAGE_CHARS) {
      this.#log.warn({ kind, length: text.length }, 'issr: a message to other processes is too long');
      return undefined;
    }
    return this.#pass(channel, kind, text);
  }

  async #pass(channel: string, kind: string, text: string): Promise<boolean> {
    try {
      await this.#adapter.publish(channel, text);
      return true;
    } catch (error) {
      this.#log.debug({ err: error, kind }, 'issr: a message to other processes was dropped');
      return false;
    }
  }

  #onDown(error: Error): void {
    if (this.#isClosed) return;
    this.#outages.down(error);
    if (this.#isUp === false) return;
    this.#isUp = false;
    for (const instance of this.#others.keys()) this.#unheard.add(instance);
  }

  #onUp(): void {
    if (this.#isClosed || this.#isUp !== false) return;
    this.#isUp = true;
    // None of them could be heard.
    for (const instance of this.#others.keys()) this.#others.set(instance, this.#beatCount);
    this.#outages.up();
    // Answered by those that are back already. Those that come back later say it too.
    this.send(HELLO, ...this.#secretIds.all);
    if (this.#hasLostPush) this.send(MISSED);
    this.#hasLostPush = false;
    this.#wake();
    for (const fn of this.#onGap) fn();
  }

  #receive(text: string): void {
    this.#check(() => {
      const [sender, kind, ...payload] = readMessage(text);
      if (sender === this.instance) return;
      const isNew = !this.knows(sender);
      this.#noteProcess(sender);
      if (this.#unheard.delete(sender) || isNew) this.#wake();
      this.#handlers.get(kind)?.(sender, payload);
    });
  }

  /** Handles a message. Another program with access to the store could send malformed ones at any rate. */
  #check(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#refusals.count('process message');
      this.#log.debug({ err: error }, 'issr: a message of another process was refused');
    }
  }

  /** Keeps the processes in the order of their last messages. */
  #noteProcess(instance: string): void {
    this.#others.delete(instance);
    this.#others.set(instance, this.#beatCount);
    const [oldest = ''] = this.#others.keys();
    if (this.#others.size > MAX_PROCESSES) this.#forget(oldest, false);
  }

  /** Forgets processes that died without a word. */
  #beat(): void {
    if (!this.#isUp) return;
    this.send(BEAT);
    const deadline = ++this.#beatCount - MAX_SILENT_BEATS;
    for (const [instance, lastBeat] of this.#others) {
      if (lastBeat >= deadline) return;
      this.#forget(instance, false);
    }
  }

  #forget(instance: string, hasClosed: boolean): void {
    if (!this.#others.delete(instance)) return;
    this.#unheard.delete(instance);
    if (hasClosed) this.#calls.onClosed(instance);
    for (const fn of this.#onLeave) fn(instance, hasClosed);
  }
}
