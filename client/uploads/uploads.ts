import type { ClientMessage } from '../../src/protocol.js';
import type { Site } from '../site.js';
import { report } from '../ui/console.js';
import { AckedFiles } from './acked-files.js';
import { type Field, findFields } from './fields.js';
import { FileStates } from './file-states.js';
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
  #isRunning = false;
  /** A file that the waiting event needs was refused or removed. */
  #isLost = false;
  #keepsFiles = false;
  #endPause = () => {};

  constructor(site: Site, send: (message: ClientMessage) => void, onSettled: () => void) {
    this.#http = createHttp(site);
    this.#send = send;
    this.#onSettled = onSettled;
    this.#transfers = new Transfers(this.#http, this.#states, {
      isChosen: (file) => allFiles(findFields()).includes(file),
      onChange: () => this.#show(),
    });
  }

  /** Implements `Gate.state()` of index.ts. */
  poll(): 'ready' | 'pending' | 'lost' {
    if (this.#isRunning) return 'pending';
    const fields = findFields();
    if (this.#due(fields).length > 0) {
      void this.#run();
      return 'pending';
    }
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
    for (const file of field.files) if (this.#states.of(file).refusal) this.#states.forget(file);
    this.#dropUnchosen();
    // A refusal shows at once, not when the file is sent.
    if (!this.#isRunning) void this.#plan().catch(() => {});
  }

  onCancel(name: string): void {
    const files = findFields().get(name)?.files ?? [];
    this.#isLost ||= this.#isRunning && files.some((file) => this.#states.isDue(file));
  }

  keepFiles(): void {
    this.#keepsFiles = true;
  }

  /** Drops the files of fields that a patch removed. `update` empties a field whose files the server has. */
  onPatch(): void {
    const isKept = this.#keepsFiles;
    this.#keepsFiles = false;
    for (const [name, { inputs, files }] of findFields()) {
      if (isKept || !this.#acked.matches(name, this.#states.idsOf(files))) continue;
      for (const input of inputs) if (input.hasAttribute('update')) input.value = '';
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
        const due = this.#due(findFields());
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
    this.#isLost ||= this.#refused().some((file) => !refused.includes(file));
    this.#show([]);
    this.#onSettled();
  }

  /** Refuses the remaining files. Hooks that refuse files refuse the event too, which is sent without its command. */
  #deny({ message }: UploadForbidden): void {
    for (const file of this.#due(findFields())) this.#states.of(file).refusal = message;
  }

  /** Sends plans in order, because the last one counts. */
  #plan(): Promise<void> {
    this.#planning = this.#planning.catch(() => {}).then(() => this.#planOnce());
    return this.#planning;
  }

  async #planOnce(): Promise<void> {
    const fields = [...findFields().values()].map(({ name, files }) => ({
      name,
      entries: files
        .filter((file) => this.#states.isTaken(file))
        .map((file) => [file, this.#states.of(file)] as const),
    }));
    const states = await this.#http.plan(
      fields.map(({ name, entries }) => [
        name,
        entries.map(([file, { id }]) => id || [file.name, file.size, file.type]),
      ]),
    );
    for (const [i, { name, entries }] of fields.entries()) {
      const given = states[i];
      if (!given && entries.length)
        report('ISSR_UPLOAD_FIELD', 'page author', `the route declares no uploads.${name}`);
      for (const [j, [file, entry]] of entries.entries()) {
        entry.isForeign = !given;
        this.#states.update(file, entry, given?.[j]);
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

  #due(fields: Map<string, Field>): File[] {
    return allFiles(fields).filter((file) => this.#states.isDue(file));
  }

  #refused(): File[] {
    return allFiles(findFields()).filter((file) => this.#states.of(file).refusal);
  }

  #dropUnchosen(): void {
    this.#transfers.dropUnchosen();
    this.#endPause();
    this.#show();
  }

  #ack(fields: Map<string, Field>, names: string[]): void {
    const now = new Map(names.map((name) => [name, this.#states.idsOf(fields.get(name)?.files ?? [])]));
    const changed = this.#acked.update(now);
    if (changed.length) this.#send(['files', changed]);
  }

  /** @param due the files whose fields are busy from now on */
  #show(due?: File[]): void {
    const shares = new Map<string, number>();
    for (const field of findFields().values()) {
      const { name, files } = field;
      const refusals = new Set(files.map((file) => this.#states.of(file).refusal).filter(Boolean));
      showRefusal(field, [...refusals].join(' '));
      if (due)
        showBusy(
          field,
          files.some((file) => due.includes(file)),
        );
      shares.set(name, this.#states.shareOf(files));
    }
    showProgress(shares, this.#isRunning);
  }
}

function allFiles(fields: Map<string, Field>): File[] {
  return [...fields.values()].flatMap(({ files }) => files);
}
