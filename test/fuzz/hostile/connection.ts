import { connect, type Socket } from 'node:net';

/** Above what anything takes here. */
const PATIENCE_MS = 60_000;

/** A TCP connection to the site that sends any bytes, and keeps what comes. */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #closed = false;
  #onChange = () => {};

  constructor(port: number) {
    // A host of its own, so that its pages are not counted with the neighbours'.
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#onChange();
    });
    // A site that has refused something may reset what is still on its way.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#onChange();
    });
  }

  get received(): Buffer {
    return this.#received;
  }

  write(data: string | Buffer): void {
    if (this.#socket.writable) this.#socket.write(data);
  }

  /** Sends no more; what comes is still read. */
  end(): void {
    this.#socket.end();
  }

  /** Gone, without a word; with a reset, unless it has said that it ends. */
  cut(): void {
    if (this.#socket.writableEnded) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /**
   * Resolves to the result of `find` on all received bytes as soon as it is defined, or to undefined if the
   * connection ends first. Rejects if the site leaves the connection open and silent.
   */
  until<Found>(find: (received: Buffer) => Found | undefined): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`neither an answer nor an end after ${this.#received.subarray(-500)}`));
      }, PATIENCE_MS);
      this.#onChange = () => {
        const found = find(this.#received);
        if (found === undefined && !this.#closed) return;
        clearTimeout(timer);
        resolve(found);
      };
      this.#onChange();
    });
  }
}
