import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import { cutOff } from '../limits/cut-off.js';
import { SerialQueue } from '../limits/serial-queue.js';
import { INPUT_SHARE, pauseForTurn } from '../limits/share-input.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { CloseCode } from '../protocol.js';
import { FrameLengths } from './frames.js';
import type { IssrSocket, IssrSocketHandlers, IssrSocketResource } from './issr-socket.js';
import type { ResolvedSocketOptions } from './options.js';

export type AnySocketHandlers = IssrSocketHandlers<unknown, FastifyRequest, FastifyReply>;

/** Settings shared by all sockets of one resource. */
export interface SocketPolicy {
  readonly options: ResolvedSocketOptions;
  readonly handlers: AnySocketHandlers;
  readonly showErrors: boolean;
}

/** RFC 6455, section 5.5: 125 bytes for code and reason. */
const MAX_REASON_BYTES = 123;
const encoder = new TextEncoder();

/** Close codes by the error codes of `ws`, which does not expose them. All other errors close with 1002. */
const closeCodes: { [code: string]: number } = {
  WS_ERR_INVALID_UTF8: CloseCode.invalidPayload,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: CloseCode.messageTooBig,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: CloseCode.messageTooBig,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: CloseCode.policyViolation,
};

/** An open websocket: receives, queues, runs the handlers; sends, and cuts off a peer that does not read. */
export class Socket implements IssrSocket {
  readonly request: FastifyRequest;
  readonly resource: IssrSocketResource<Socket>;
  data: unknown;
  readonly #ws: WebSocket;
  readonly #stream: Duplex & { bytesRead?: number };
  readonly #policy: SocketPolicy;
  readonly #rate: TokenBucket;
  readonly #turns = new SerialQueue(() => this.#release());
  /** Reading waits until the queue is empty. */
  #isHeld = false;
  #waitingBytes = 0;
  #bytesAtPing = -1;
  /** The close that this side began. */
  #ended: { code: number; reason: string } | null = null;

  constructor(
    policy: SocketPolicy,
    ws: WebSocket,
    stream: Duplex,
    request: FastifyRequest,
    resource: IssrSocketResource<Socket>,
    data: unknown,
  ) {
    const { maxMessagesPerSecond, maxMessageBurst } = policy.options;
    this.request = request;
    this.resource = resource;
    this.data = data;
    this.#policy = policy;
    this.#ws = ws;
    this.#stream = stream;
    this.#rate = new TokenBucket({ perSecond: maxMessagesPerSecond, burst: maxMessageBurst });
  }

  /**
   * Subscribes at once, because the first message may have arrived with the handshake.
   *
   * @returns a promise that resolves when the socket has closed and its handlers have run
   */
  start(onClosed: () => void): Promise<void> {
    const { handlers, options } = this.#policy;
    this.#shareInput();
    if (options.maxFrameBytes < options.maxMessageBytes) this.#limitFrames(options.maxFrameBytes);
    this.#ws.on('message', (data: RawData, isBinary: boolean) => this.#onMessage(data as Buffer, isBinary));
    this.#ws.on('error', (error: Error & { code?: string }) => this.#onProtocolError(error));
    const ended = new Promise<void>((resolve) => {
      this.#ws.on('close', (code: number, reason: Buffer) => {
        onClosed();
        const said = code === 1006 && this.#ended ? this.#ended : { code, reason: reason.toString() };
        this.#turns.add(() => this.#run(() => handlers.close?.(this, said.code, said.reason)));
        this.#turns.add(resolve);
      });
    });
    this.#turns.add(() => this.#run(() => handlers.open?.(this)));
    return ended;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  get unsentBytes(): number {
    return this.#ws.bufferedAmount;
  }

  get protocol(): string {
    return this.#ws.protocol;
  }

  send(data: string | Uint8Array): boolean {
    const isBinary = typeof data !== 'string';
    return this.sendBytes(isBinary ? data : Buffer.from(data), isBinary);
  }

  sendBytes(bytes: Uint8Array, isBinary: boolean): boolean {
    if (!this.isOpen) return false;
    if (this.unsentBytes > this.#policy.options.maxUnsentBytes) {
      this.#cut('it reads too slowly', 'maxUnsentBytes');
      return false;
    }
    this.#ws.send(bytes, { binary: isBinary });
    return true;
  }

  close(code = 1000, reason = ''): void {
    if (!this.isOpen) return;
    const bytes = new Uint8Array(MAX_REASON_BYTES);
    // Encodes whole characters only.
    const { written } = encoder.encodeInto(reason, bytes);
    this.#ws.close(code, Buffer.from(bytes.buffer, 0, written));
    this.#ended ??= { code, reason };
    // A paused socket would never read the peer's close frame.
    this.#release();
  }

  terminate(): void {
    cutOff(this.#stream);
    this.#ws.terminate();
  }

  /** Cuts off a socket that was silent since the last ping. */
  ping(): void {
    const { bytesRead } = this.#stream;
    if (bytesRead === this.#bytesAtPing && !this.#ws.isPaused)
      this.#cut('it does not answer', 'pingInterval');
    else if (this.isOpen) this.#ws.ping();
    this.#bytesAtPing = bytesRead ?? -1;
  }

  #cut(reason: string, option: keyof ResolvedSocketOptions): void {
    const { unsentBytes } = this;
    this.request.log.debug({ unsentBytes }, `issr: socket cut off, because ${reason} (see ${option})`);
    this.#ended ??= { code: 1006, reason };
    this.terminate();
  }

  /** Lets others take their turn. A full queue pauses the socket for longer. */
  #shareInput(): void {
    const input = {
      pause: () => this.#ws.pause(),
      resume: () => this.#isHeld || this.#ws.resume(),
    };
    let read = 0;
    this.#stream.prependListener('data', ({ length }: Buffer) => {
      read += length;
      if (read < INPUT_SHARE) return;
      pauseForTurn(input);
      read = 0;
    });
  }

  /** Closes before `ws` reads a frame that is too large. */
  #limitFrames(maxFrameBytes: number): void {
    const lengths = new FrameLengths();
    this.#stream.prependListener('data', (bytes: Buffer) => {
      if (this.isOpen && lengths.read(bytes) > maxFrameBytes)
        this.close(CloseCode.messageTooBig, 'frame too big');
    });
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    const { handlers, options } = this.#policy;
    if (this.#ended) return;
    if (!(isBinary ? handlers.binary : handlers.message)) {
      this.close(CloseCode.unsupportedData, isBinary ? 'text only' : 'no text');
      return;
    }
    const handle = isBinary
      ? () => handlers.binary?.(this, data)
      : () => handlers.message?.(this, data.toString());
    this.#waitingBytes += data.length;
    this.#turns.add(() => this.#handle(handle, data.length));
    const { waiting } = this.#turns;
    if (waiting >= options.maxQueuedMessages || this.#waitingBytes > options.maxMessageBytes) this.#hold();
  }

  /** Handles one message. It waits for the rate limit, and is dropped once this side has begun a close. */
  #handle(handle: () => unknown, size: number): unknown {
    const run = () => {
      this.#waitingBytes -= size;
      return this.#ended ? undefined : this.#run(handle);
    };
    return this.#ended ? run() : (this.#rate.take()?.then(run) ?? run());
  }

  /** Stops reading until the queue is empty. */
  #hold(): void {
    if (!this.isOpen) return;
    this.#isHeld = true;
    this.#ws.pause();
  }

  #release(): void {
    this.#isHeld = false;
    this.#ws.resume();
  }

  #run(handle: () => unknown): Promise<void> | undefined {
    try {
      const result = handle();
      return isThenable(result)
        ? Promise.resolve(result).then(
            () => {},
            (error) => this.#fail(error),
          )
        : undefined;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Reports a handler's error. Only `showErrors` sends its text to the peer. */
  async #fail(error: unknown): Promise<void> {
    const { handlers, showErrors } = this.#policy;
    this.request.log.error({ err: error }, 'issr: socket handler failed');
    const close = () => this.close(CloseCode.internalError, showErrors ? textOf(error) : 'internal error');
    if (!handlers.error) return close();
    try {
      await handlers.error(this, error);
    } catch (another) {
      this.request.log.error({ err: another }, 'issr: error handler of a socket failed');
      close();
    }
  }

  /** Records the close that `ws` has begun by itself. */
  #onProtocolError(error: Error & { code?: string }): void {
    this.#ended ??= { code: closeCodes[error.code ?? ''] ?? CloseCode.protocolError, reason: error.message };
    this.request.log.debug({ err: error }, 'issr: socket broke the protocol');
  }
}

/** A handler can throw anything, also a value without a text. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'The error cannot be read.';
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
