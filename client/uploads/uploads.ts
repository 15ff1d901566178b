import type { ClientMessage } from '../../src/protocol.js';
import type { Site } from '../site.js';
import { Entries } from './entry.js';
import { type Field, findFields } from './fields.js';
import { createHttp, Denied, type Http } from './http.js';
import { showBusy, showProgress, showRefusal } from './show.js';
import { Told } from './told.js';
import { Transfers } from './transfers.js';

const MIN_PAUSE = 300;
const MAX_PAUSE = 15_000;

/** Sends what the page's fields hold, each file once, and says so before the next event. */
export class Uploads {
  readonly #http: Http;
  readonly #send: (message: ClientMessage) => void;
  readonly #go: () => void;
  readonly #entries = new Entries();
  readonly #told = new Told();
  readonly #transfers: Transfers;
  #planning: Promise<void> = Promise.resolve();
  #isRunning = false;
  /** What was chosen for the event that waits is refused, or was taken back. */
  #isLost = false;
  #endPause = () => {};

  constructor(site: Site, send: (message: ClientMessage) => void, go: () => void) {
    this.#http = createHttp(site);
    this.#send = send;
    this.#go = go;
    this.#transfers = new Transfers(this.#http, this.#entries, {
      isChosen: (file) => allFiles(findFields()).includes(file),
      onChange: () => this.#show(),
    });
  }

  /** `there`: the server has what is chosen, and has been told. `lost`: without what an event has waited for. */
  settle(): 'there' | 'due' | 'lost' {
    if (this.#isRunning) return 'due';
    const fields = findFields();
    if (this.#due(fields).length > 0) {
      void this.#run();
      return 'due';
    }
    this.#tell(fields, [...fields.keys(), ...this.#told.names()]);
    const state = this.#isLost ? 'lost' : 'there';
    this.#isLost = false;
    return state;
  }

  /** What was said last may be lost; a server that has lost the files as well gets them again. */
  onJoined(isResumed: boolean): void {
    const { hasFiles } = this.#told;
    this.#told.doubt();
    if (isResumed) return;
    this.forget();
    if (hasFiles) void window.rr();
  }

  /** Another page begins, which has no files. */
  forget(): void {
    this.#entries.clear();
    this.#told.clear();
    this.#isLost = false;
  }

  /** The network is back. */
  wake(): void {
    this.#endPause();
  }

  onChoice(input: HTMLInputElement): void {
    const field = findFields().get(input.name);
    if (!field) return;
    for (const file of field.files) if (this.#entries.of(file).refusal) this.#entries.forget(file);
    this.#dropUnchosen();
    // What is refused is said at once, and not when it is to be sent.
    if (!this.#isRunning) void this.#plan().catch(() => {});
  }

  onCancel(name: string): void {
    const files = findFields().get(name)?.files ?? [];
    this.#isLost ||= this.#isRunning && files.some((file) => this.#entries.isDue(file));
  }

  /** A patch may have taken fields away; an `update` empties one whose files the server has. */
  onPatch(): void {
    for (const [name, { inputs, files }] of findFields()) {
      if (!this.#told.is(name, this.#entries.idsOf(files))) continue;
      for (const input of inputs) if (input.hasAttribute('update')) input.value = '';
    }
    this.#dropUnchosen();
    const fields = findFields();
    const gone = this.#told.names().filter((name) => !fields.get(name)?.files.length);
    if (gone.length === 0) return;
    this.#tell(fields, gone);
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
        if (error instanceof Denied) {
          this.#deny(error);
          break;
        }
        await this.#pause(Math.min(MAX_PAUSE, MIN_PAUSE * 2 ** failures++));
      }
    }
    this.#isRunning = false;
    this.#isLost ||= this.#refused().some((file) => !refused.includes(file));
    this.#show([]);
    this.#go();
  }

  /** Whose hooks refuse the files refuse the event too: it goes without its command, and is answered. */
  #deny({ message }: Denied): void {
    for (const file of this.#due(findFields())) this.#entries.of(file).refusal = message;
  }

  /** One after the other, as the server takes the last for what is chosen. */
  #plan(): Promise<void> {
    this.#planning = this.#planning.catch(() => {}).then(() => this.#planOnce());
    return this.#planning;
  }

  async #planOnce(): Promise<void> {
    const fields = [...findFields().values()].map(({ name, files }) => ({
      name,
      files: files.filter((file) => this.#entries.isTaken(file)),
    }));
    const states = await this.#http.plan(
      fields.map(({ name, files }) => [
        name,
        files.map((file) => this.#entries.of(file).id || [file.name, file.size, file.type]),
      ]),
    );
    for (const [i, { name, files }] of fields.entries()) {
      const given = states[i];
      if (!given && files.length) console.warn(`ISSR: the route has no uploads.${name}`);
      for (const [j, file] of files.entries()) {
        this.#entries.of(file).isForeign = !given;
        this.#entries.take(file, given?.[j]);
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
    return allFiles(fields).filter((file) => this.#entries.isDue(file));
  }

  #refused(): File[] {
    return allFiles(findFields()).filter((file) => this.#entries.of(file).refusal);
  }

  #dropUnchosen(): void {
    this.#transfers.dropUnchosen();
    this.#endPause();
    this.#show();
  }

  #tell(fields: Map<string, Field>, names: string[]): void {
    const now = new Map(names.map((name) => [name, this.#entries.idsOf(fields.get(name)?.files ?? [])]));
    const news = this.#told.update(now);
    if (news.length) this.#send(['files', news]);
  }

  /** @param due those that are busy from now on */
  #show(due?: File[]): void {
    const shares = new Map<string, number>();
    for (const field of findFields().values()) {
      const { name, files } = field;
      const refusals = new Set(files.map((file) => this.#entries.of(file).refusal).filter(Boolean));
      showRefusal(field, [...refusals].join(' '));
      if (due)
        showBusy(
          field,
          files.some((file) => due.includes(file)),
        );
      shares.set(name, this.#entries.shareOf(files));
    }
    showProgress(shares, this.#isRunning);
  }
}

function allFiles(fields: Map<string, Field>): File[] {
  return [...fields.values()].flatMap(({ files }) => files);
}
