import type { ClientMessage, UploadEntries } from '../../src/protocol.js';
import type { Site } from '../site.js';
import { Entries, type Entry, takeState } from './entry.js';
import { type Field, findFields } from './fields.js';
import { createHttp, Denied } from './http.js';
import { showBusy, showProgress, showRefusal } from './show.js';

/** Files on their way at once, below the server's limit for a page. */
const LANES = 3;
const MIN_PAUSE = 300;
const MAX_PAUSE = 15_000;

/** Sends what the page's fields hold, each file once, and says so before the next event. */
export class Uploads {
  readonly #http;
  readonly #send: (message: ClientMessage) => void;
  readonly #go: () => void;
  readonly #entries = new Entries();
  /** The ids that each field held when the server was told last. */
  readonly #told = new Map<string, string>();
  readonly #transfers = new Map<File, AbortController>();
  #planning: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** What was chosen for the event that waits is refused, or was taken back. */
  #isLost = false;
  /** The server does not let the visitor upload: the next event goes without files, and is told why. */
  #isDenied = false;
  #endPause = () => {};

  constructor(site: Site, send: (message: ClientMessage) => void, go: () => void) {
    this.#http = createHttp(site);
    this.#send = send;
    this.#go = go;
  }

  /** `there`: the server has what is chosen, and has been told. `lost`: without what an event has waited for. */
  settle(): 'there' | 'due' | 'lost' {
    if (this.#isRunning) return 'due';
    const fields = findFields();
    if (!this.#isDenied && this.#due(fields).length > 0) {
      void this.#run();
      return 'due';
    }
    this.#tell(fields);
    const state = this.#isLost ? 'lost' : 'there';
    this.#isLost = false;
    return state;
  }

  /** Says it all again, as what was said last may be lost; a server that has lost the files gets them again. */
  onJoined(isResumed: boolean): void {
    const hadFiles = [...this.#told.values()].some((ids) => ids && ids !== '?');
    for (const name of this.#told.keys()) this.#told.set(name, '?');
    if (isResumed) return;
    this.forget();
    if (hadFiles) void window.rr();
  }

  /** Another page begins, which has no files. */
  forget(): void {
    this.#entries.clear();
    this.#told.clear();
    this.#isLost = false;
  }

  wake(): void {
    this.#endPause();
  }

  onChoice(input: HTMLInputElement): void {
    const field = findFields().get(input.name);
    if (!field) return;
    for (const file of field.files) if (this.#entries.of(file).refusal) this.#entries.forget(file);
    showRefusal(field, '');
    this.#dropUnchosen();
    this.#showProgress();
    // What is refused is said at once, and not when it is to be sent.
    if (!this.#isRunning) void this.#plan().catch(() => {});
  }

  onCancel(name: string): void {
    const field = findFields().get(name);
    if (this.#isRunning && field?.files.some((file) => this.#entries.isDue(file))) this.#isLost = true;
  }

  /** A patch may have taken fields away; an `update` empties one whose files the server has. */
  onPatch(): void {
    const fields = findFields();
    for (const [name, { inputs }] of fields) {
      const isTold = this.#told.get(name) === this.#idsOf(fields.get(name));
      for (const input of inputs) if (isTold && input.hasAttribute('update')) input.value = '';
    }
    this.#dropUnchosen();
    const now = findFields();
    const isGone = ([name, ids]: [string, string]) => ids && !now.get(name)?.files.length;
    if (![...this.#told].some(isGone)) return;
    this.#tell(now, true);
    this.#showProgress();
    void this.#plan().catch(() => {});
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let failures = 0; ; ) {
      try {
        await this.#plan();
        const due = this.#due(findFields());
        if (due.length === 0) break;
        await this.#transferAll(due);
        failures = 0;
      } catch (error) {
        this.#isDenied = error instanceof Denied;
        if (this.#isDenied) break;
        await this.#pause(Math.min(MAX_PAUSE, MIN_PAUSE * 2 ** failures++));
      }
    }
    this.#isRunning = false;
    for (const field of findFields().values()) showBusy(field, false);
    this.#showProgress();
    this.#go();
    this.#isDenied = false;
  }

  /** One after the other, as the server takes the last for what is chosen. */
  #plan(): Promise<void> {
    const planned = this.#planning.catch(() => {}).then(() => this.#planOnce());
    this.#planning = planned;
    return planned;
  }

  async #planOnce(): Promise<void> {
    const fields = [...findFields().values()].map((field) => {
      const files = field.files.filter(
        (file) => !this.#entries.of(file).refusal && !this.#entries.of(file).isForeign,
      );
      return { ...field, files };
    });
    const states = await this.#http.plan(
      fields.map(({ name, files }) => [
        name,
        files.map((file) => this.#entries.of(file).id || [file.name, file.size, file.type]),
      ]),
    );
    for (const [i, { name, files }] of fields.entries()) {
      const given = states[i];
      if (!given && files.length) console.warn(`ISSR: the route has no uploads.${name}`);
      for (const [j, file] of files.entries()) this.#take(file, given?.[j], !given);
    }
    this.#showRefusals();
  }

  #take(file: File, state: Parameters<typeof takeState>[2], isForeign: boolean): void {
    const entry = this.#entries.of(file);
    entry.isForeign = isForeign;
    takeState(entry, file, state);
    this.#isLost ||= this.#isRunning && !!entry.refusal;
  }

  /** Rejects when the network has failed, after all lanes have ended. */
  async #transferAll(due: File[]): Promise<void> {
    for (const field of findFields().values())
      showBusy(
        field,
        field.files.some((file) => due.includes(file)),
      );
    const lane = async () => {
      for (let file = due.shift(); file; file = due.shift()) await this.#transfer(file);
    };
    const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  async #transfer(file: File): Promise<void> {
    const entry = this.#entries.of(file);
    const abort = new AbortController();
    const start = entry.received;
    if (!entry.id || !this.#isChosen(file)) return;
    this.#transfers.set(file, abort);
    try {
      const state = await this.#http.send(entry.id, file.slice(start), start, abort.signal, (bytes) => {
        entry.loaded = bytes;
        this.#showProgress();
      });
      this.#take(file, state, false);
      entry.isDone ||= file.size === 0 && !entry.refusal;
    } catch (error) {
      if (!abort.signal.aborted) await this.#mend(file, entry, error);
    } finally {
      entry.loaded = 0;
      this.#transfers.delete(file);
      this.#showRefusals();
      this.#showProgress();
    }
  }

  /** After a cut: where does it go on? A cut that brought nothing is the network's. */
  async #mend(file: File, entry: Entry, error: unknown): Promise<void> {
    const start = entry.received;
    if (!(await isReadable(file))) this.#take(file, `${file.name} cannot be read.`, false);
    else this.#take(file, await this.#http.ask(entry.id), false);
    if (!entry.refusal && entry.received <= start) throw error;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.random() * ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #due(fields: Map<string, Field>): File[] {
    return [...fields.values()].flatMap(({ files }) => files.filter((file) => this.#entries.isDue(file)));
  }

  #isChosen(file: File): boolean {
    return [...findFields().values()].some(({ files }) => files.includes(file));
  }

  #dropUnchosen(): void {
    for (const [file, abort] of this.#transfers) if (!this.#isChosen(file)) abort.abort();
    this.#endPause();
  }

  #idsOf(field: Field | undefined): string {
    const entries = field?.files.map((file) => this.#entries.of(file)) ?? [];
    return entries.flatMap(({ id, isDone }) => (isDone ? id : [])).join();
  }

  /** @param goneOnly what is chosen and was not asked to be sent waits for the next event */
  #tell(fields: Map<string, Field>, goneOnly = false): void {
    const news: UploadEntries = [];
    for (const name of new Set([...fields.keys(), ...this.#told.keys()])) {
      const ids = this.#idsOf(fields.get(name));
      if ((this.#told.get(name) ?? '') === ids || (goneOnly && ids)) continue;
      this.#told.set(name, ids);
      news.push([name, ids ? ids.split(',') : []]);
    }
    if (news.length) this.#send(['files', news]);
  }

  #showRefusals(): void {
    for (const field of findFields().values()) {
      const refusals = new Set(field.files.map((file) => this.#entries.of(file).refusal));
      refusals.delete('');
      if (refusals.size) showRefusal(field, [...refusals].join(' '));
    }
  }

  #showProgress(): void {
    const shares = new Map<string, number>();
    for (const [name, { files }] of findFields()) {
      const sent = files
        .map((file) => this.#entries.of(file))
        .map(({ received, loaded, isDone }) => [received + loaded, isDone] as const);
      const size = files.reduce((sum, file) => sum + file.size, 0);
      const bytes = sent.reduce((sum, [one]) => sum + one, 0);
      const share = size ? bytes / size : Number(sent.length > 0 && sent.every(([, isDone]) => isDone));
      shares.set(name, Math.min(1, share));
    }
    showProgress(shares, !this.#isRunning);
  }
}

/** Not a folder, and not changed since it was chosen. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
