import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EVENT_STREAM_HEADERS, formatData, formatEvent, HEARTBEAT } from '../http/event-stream.js';
import type { Channels, Subscriber } from './channels.js';
import type { IssrStream } from './issr-stream.js';
import type { ResolvedStreamOptions } from './options.js';
import type { Published } from './replay.js';

/** Milliseconds that a browser has to read the rest of a closed stream. */
const CLOSE_GRACE = 30_000;

/** An event. It lacks an id if it was sent to this stream only. */
type StreamEvent = Omit<Published, 'id'> & { id?: string };

/** An open event stream: subscribes to channels, and cuts off a browser that does not read. */
export class EventStream implements IssrStream, Subscriber {
  readonly request: FastifyRequest;
  readonly lastEventId: string | null;
  readonly channels = new Set<string>();
  readonly #all: Channels;
  readonly #options: ResolvedStreamOptions;
  readonly #reply: FastifyReply;
  readonly #body: Readable;
  readonly #ended = new AbortController();
  /** Events that were delivered while the handler ran; null after `begin`. */
  #waiting: StreamEvent[] | null = [];
  #waitingBytes = 0;
  /** Events were lost before the response began. */
  #hasLost = false;

  constructor(all: Channels, options: ResolvedStreamOptions, request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.lastEventId = lastEventIdOf(request);
    this.#all = all;
    this.#options = options;
    this.#reply = reply;
    this.#body = new Readable({
      // From here the response lasts as long as the stream, whatever the app's `handlerTimeout`.
      read: () => reply.sent || reply.hijack(),
      destroy: (error, done) => {
        this.#leave();
        done(error);
      },
    });
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get unsentBytes(): number {
    return this.#waitingBytes + this.#body.readableLength + this.#reply.raw.writableLength;
  }

  subscribe(channel: string): boolean {
    if (!this.isOpen || this.channels.has(channel)) return this.isOpen;
    this.channels.add(channel);
    this.#all.subscribe(channel, this);
    if (this.lastEventId === null) return false;
    const { events, isAll } = this.#all.replay.since(channel, this.lastEventId);
    for (const event of events) this.deliver(event);
    return isAll;
  }

  unsubscribe(channel: string): void {
    this.channels.delete(channel);
    this.#all.unsubscribe(channel, this);
  }

  send(data: unknown, { event }: { event?: string } = {}): boolean {
    this.deliver({ number: this.#all.replay.last, bytes: formatEvent({ event, data: formatData(data) }) });
    return this.isOpen;
  }

  deliver(event: StreamEvent): void {
    if (!this.isOpen) return;
    if (this.unsentBytes > this.#options.maxUnsentBytes) this.#cut();
    else if (this.#waiting) this.#wait(this.#waiting, event);
    else this.#body.push(event.bytes);
  }

  /** Ends the response, without a later event's id: the browser reconnects, and `subscribe` returns false. */
  onLoss(): void {
    if (this.#waiting) this.#hasLost = true;
    else this.close();
  }

  /** Begins the response with the waiting events, in the order of their publication. */
  begin(): FastifyReply {
    const waiting = this.#hasLost ? [] : (this.#waiting ?? []).sort((a, b) => a.number - b.number);
    this.#waiting = null;
    this.#waitingBytes = 0;
    this.#body.push(formatEvent({ retry: this.#options.retry }));
    for (const { bytes } of waiting) this.#body.push(bytes);
    // The id marks the position, so that a browser whose connection drops before its first event receives it later.
    if (this.#hasLost) this.close();
    else if (waiting.at(-1)?.id === undefined) this.#body.push(formatEvent({ id: this.#all.position }));
    return this.#reply.headers(EVENT_STREAM_HEADERS).send(this.#body);
  }

  /** Sends a heartbeat if no event is being sent. */
  beat(): void {
    const { unsentBytes } = this;
    if (unsentBytes > this.#options.maxUnsentBytes) this.#cut();
    else if (unsentBytes === 0) this.#body.push(HEARTBEAT);
  }

  close(grace = CLOSE_GRACE): void {
    if (!this.isOpen) return;
    this.#leave();
    if (this.#waiting) this.#body.destroy();
    else this.#body.push(null);
    const timer = setTimeout(() => this.terminate(), grace).unref();
    this.#reply.raw.once('close', () => clearTimeout(timer));
  }

  /** Cuts the connection. Unsent events are lost. */
  terminate(): void {
    this.#body.destroy();
    this.#reply.raw.destroy();
  }

  #wait(waiting: StreamEvent[], event: StreamEvent): void {
    waiting.push(event);
    this.#waitingBytes += event.bytes.length;
  }

  #cut(): void {
    this.request.log.debug(
      `issr: stream cut off, because it has ${this.unsentBytes} unsent bytes (see maxUnsentBytes)`,
    );
    this.terminate();
  }

  #leave(): void {
    for (const channel of this.channels) this.unsubscribe(channel);
    this.#ended.abort();
  }
}

/** Node reads headers as Latin-1; browsers send the id in UTF-8. */
function lastEventIdOf({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? Buffer.from(id, 'latin1').toString() : null;
}
