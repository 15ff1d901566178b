import { type AdapterListener, type AdapterStatus, AdapterUnavailable } from '../../src/cluster/adapter.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';

/** The way of one process to a store that several share. A test may cut it. */
export class CutAdapter extends MemoryAdapter {
  override readonly isShared = true as never;
  readonly #store: MemoryAdapter;
  #status: AdapterStatus | undefined;
  #isDeaf = false;
  #isUp = true;

  constructor(store: MemoryAdapter) {
    super();
    this.#store = store;
  }

  override async open(status?: AdapterStatus): Promise<void> {
    this.#status = status;
  }

  override subscribe(channel: string, listener: AdapterListener): Promise<void> {
    return this.#store.subscribe(channel, (message) => this.#isDeaf || listener(message));
  }

  override async publish(channel: string, message: string): Promise<void> {
    this.#assertUp();
    await this.#store.publish(channel, message);
  }

  override async append(...args: Parameters<MemoryAdapter['append']>): Promise<boolean> {
    this.#assertUp();
    return this.#store.append(...args);
  }

  override async readLog(...args: Parameters<MemoryAdapter['readLog']>): Promise<string[]> {
    this.#assertUp();
    return this.#store.readLog(...args);
  }

  cut(): void {
    this.#isUp = false;
    this.#isDeaf = true;
    this.#status?.onDown(new Error('cut by the test'));
  }

  /** Messages arrive again, before commands do. */
  hear(): void {
    this.#isDeaf = false;
  }

  restore(): void {
    this.hear();
    this.#isUp = true;
    this.#status?.onUp();
  }

  #assertUp(): void {
    if (!this.#isUp) throw new AdapterUnavailable('cut by the test');
  }
}
