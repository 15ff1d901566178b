import type { ClientMessage } from '../../src/protocol.js';
import type { Site } from '../site.js';
import { report } from '../ui/console.js';
import { AckedFiles } from './acked-files.js';
import { type Field, findFields } from './fields.js';
import { type FileProgress, FileStates, idsOf, isDue, isTaken, shareOf, update } from './file-states.js';
import { createHttp, type Http, UploadForbidden } from './http.js';
import { showBusy, showProgress, showRefusal } from './show.js';
import { Transfers } from './transfers.js';

const MIN_PAUSE = 300;
const MAX_PAUSE = 15_000;

/** Uploads the files of the page's fields, each once, and reports them before the next event. */
export class Uploads {
  readonly #http: Http;
  readonly #send: (message: ClientMessage) => void;
  readonly #onSettled: () => void;
  readonly #states = new FileStates();
  readonly #acked = new AckedFiles();
  readonly #transfers: Transfers;
  #planning: Promise<void> = Promise.resolve();
  /** The fields at the last plan, also the disabled ones. */
  #planned: string[] = [];
  #isRunning = false;
  /** A file that the waiting event needs was refused or removed. */
  #isLost = false;
  #keepsFiles = false;
  #endPause = () => {};

  constructor(site: Site, send: (message: ClientMessage) => void, onSettled: () => void) {
    this.#http = createHttp(site);
    this.#send = send;
    this.#onSettled = onSettled;
    this.#transfers = new Transfers(this.#http, {
      isChosen: (entry) => this.#all().includes(entry),
      onChange: () => this.#show(),
    });
  }

  /** Implements `Gate.state()` of index.ts. */
  poll(): 'ready' | 'pending' | 'lost' {
    if (this.#isRunning) return 'pending';
    if (this.#due().length > 0) {
      void this.#run();
      return 'pending';
    }
    const fields = findFields();
    this.#ack(fields, [...fields.keys(), ...this.#acked.names()]);
    const state = this.#isLost ? 'lost' : 'ready';
    this.#isLost = false;
    return state;
  }

  /** The last message may be lost. A server that lost the files as well receives them again. */
  onJoined(isResumed: boolean): void {
    const { hasFiles } = this.#acked;
    this.#acked.invalidate();
    if (isResumed) return;
    this.reset();
    if (hasFiles) void window.rr();
  }

  /** A visit begins: the next page starts without files. */
  reset(): void {
    this.#states.clear();
    this.#acked.clear();
    this.#isLost = false;
  }

  /** The network is back. */
  wake(): void {
    this.#endPause();
  }

  onChoice(input: HTMLInputElement): void {
    const field = findFields().get(input.name);
    if (!field) return;
    for (const entry of this.#states.of(field)) if (entry.refusal) this.#states.forget(entry);
    this.#dropUnchosen();
    // A refusal shows at once, not when the file is sent.
    if (!this.#isRunning) void this.#plan().catch(() => {});
  }

  onCancel(name: string): void {
    const field = findFields().get(name);
    this.#isLost ||= this.#isRunning && !!field && this.#states.of(field).some(isDue);
  }

  keepFiles(): void {
    this.#keepsFiles = true;
  }

  /** Drops the files of fields that a patch removed. `update` empties a field whose files the server has. */
  onPatch(): void {
    const isKept = this.#keepsFiles;
    this.#keepsFiles = false;
    for (const [name, field] of findFields()) {
      if (isKept || !this.#acked.matches(name, this.#idsOf(field))) continue;
      for (const input of field.inputs) if (input.hasAttribute('update')) input.value = '';
    }
    this.#dropUnchosen();
    const fields = findFields();
    const gone = this.#acked.names().filter((name) => !fields.get(name)?.files.length);
    if (gone.length === 0) return;
    this.#ack(fields, gone);
    void this.#plan().catch(() => {});
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const refused = this.#refused();
    for (let failures = 0; ; ) {
      try {
        await this.#plan();
        const due = this.#due();
        if (due.length === 0) break;
        this.#show(due);
        await this.#transfers.send(due);
        failures = 0;
      } catch (error) {
        if (error instanceof UploadForbidden) {
          this.#deny(error);
          break;
        }
        await this.#pause(Math.min(MAX_PAUSE, MIN_PAUSE * 2 ** failures++));
      }
    }
    this.#isRunning = false;
    this.#isLost ||= this.#refused().some((entry) => !refused.includes(entry));
    this.#show([]);
    this.#onSettled();
  }

  /** Refuses the remaining files. Hooks that refuse files refuse the event too, which is sent without its command. */
  #deny({ message }: UploadForbidden): void {
    for (const entry of this.#due()) entry.refusal = message;
  }

  /** Sends plans in order, because the last one counts. */
  #plan(): Promise<void> {
    this.#planning = this.#planning.catch(() => {}).then(() => this.#planOnce());
    return this.#planning;
  }

  async #planOnce(): Promise<void> {
    const present = [...findFields(true).keys()];
    const fields = [...findFields().values()].map((field) => ({
      name: field.name,
      entries: this.#states.of(field).filter(isTaken),
    }));
    // The server keeps the files of a disabled field: the next patch may enable it.
    for (const name of this.#planned) if (!present.includes(name)) fields.push({ name, entries: [] });
    const states = await this.#http.plan(
      fields.map(({ name, entries }) => [
        name,
        entries.map(({ id, file }) => id || [file.name, file.size, file.type]),
      ]),
    );
    this.#planned = present;
    for (const [i, { name, entries }] of fields.entries()) {
      const given = states[i];
      if (!given && entries.length)
        report('ISSR_UPLOAD_FIELD', 'page author', `the route declares no uploads.${name}`);
      for (const [j, entry] of entries.entries()) {
        entry.isForeign = !given;
        update(entry, given?.[j]);
      }
    }
    this.#show();
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

  #all(): FileProgress[] {
    return [...findFields().values()].flatMap((field) => this.#states.of(field));
  }

  #due(): FileProgress[] {
    return this.#all().filter(isDue);
  }

  #refused(): FileProgress[] {
    return this.#all().filter(({ refusal }) => refusal);
  }

  #idsOf(field: Field | undefined): string {
    return field ? idsOf(this.#states.of(field)) : '';
  }

  #dropUnchosen(): void {
    this.#transfers.dropUnchosen();
    this.#endPause();
    this.#show();
  }

  #ack(fields: Map<string, Field>, names: string[]): void {
    const now = new Map(names.map((name) => [name, this.#idsOf(fields.get(name))]));
    const changed = this.#acked.update(now);
    if (changed.length) this.#send(['files', changed]);
  }

  /** @param due the files whose fields are busy from now on */
  #show(due?: FileProgress[]): void {
    const shares = new Map<string, number>();
    for (const field of findFields().values()) {
      const entries = this.#states.of(field);
      const refusals = new Set(entries.map(({ refusal }) => refusal).filter(Boolean));
      showRefusal(field, [...refusals].join(' '));
      if (due)
        showBusy(
          field,
          entries.some((entry) => due.includes(entry)),
        );
      shares.set(field.name, shareOf(entries));
    }
    showProgress(shares, this.#isRunning);
  }
}
