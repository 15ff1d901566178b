import type { ClientMessage } from '../../src/protocol.js';
import { select } from '../dom.js';
import type { Site } from '../site.js';
import type { Gate } from '../uploads/index.js';

const RETRY_DELAY = 1000;

/** Decides before each event whether the page's files let it go. The part of the script that uploads is fetched once the page has a file field. */
export class UploadGate implements Gate {
  readonly #site: Site;
  readonly #send: (message: ClientMessage) => void;
  readonly #onSettled: () => void;
  #uploads: Gate | undefined;
  #isLoading = false;

  /** @param onSettled called when `state()` may have left `pending` */
  constructor(site: Site, send: (message: ClientMessage) => void, onSettled: () => void) {
    this.#site = site;
    this.#send = send;
    this.#onSettled = onSettled;
  }

  state(): 'ready' | 'pending' | 'lost' {
    this.load();
    return this.#uploads?.state() ?? (this.#isLoading ? 'pending' : 'ready');
  }

  onJoined(isResumed: boolean): void {
    this.#uploads?.onJoined(isResumed);
  }

  reset(): void {
    this.#uploads?.reset();
  }

  keepFiles(): void {
    this.#uploads?.keepFiles();
  }

  load(): void {
    if (this.#uploads || this.#isLoading || !select('input[type=file][name]')[0]) return;
    this.#isLoading = true;
    this.#site.loadModule<typeof import('../uploads/index.js')>('uploads').then(
      ({ default: createUploads }) => {
        this.#uploads = createUploads(this.#site, this.#send, this.#onSettled);
        this.#onSettled();
      },
      () =>
        setTimeout(() => {
          this.#isLoading = false;
          this.#onSettled();
        }, RETRY_DELAY),
    );
  }
}
