import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EVENT_STREAM_HEADERS, formatData, formatEvent, HEARTBEAT } from '../http/event-stream.js';
import type { Channels, Subscriber } from './channels.js';
import type { IssrStream } from './issr-stream.js';
import type { ResolvedStreamOptions } from './options.js';
import type { Published } from './replay.js';

/** How long what was sent before an end may take to be read. */
const CLOSE_GRACE = 30_000;

/** An event; one that was sent to this stream only has no id. */
type StreamEvent = Omit<Published, 'id'> & { id?: string };

/** One open event stream: hears channels, and is cut where nobody reads. */
export class EventStream implements IssrStream, Subscriber {
  readonly request: FastifyRequest;
  readonly lastEventId: string | null;
  readonly channels = new Set<string>();
  readonly #all: Channels;
  readonly #options: ResolvedStreamOptions;
  readonly #reply: FastifyReply;
  readonly #body: Readable;
  readonly #ended = new AbortController();
  /** Until `begin`: what came while the handler ran. */
  #waiting: StreamEvent[] | null = [];
  #waitingBytes = 0;

  constructor(all: Channels, options: ResolvedStreamOptions, request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.lastEventId = lastEventIdOf(request);
    this.#all = all;
    this.#options = options;
    this.#reply = reply;
    this.#body = new Readable({
      // The response lives on from here as long as the stream does, whatever the app's `handlerTimeout`.
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

  /** The handler has let it begin: what waits goes first, in the order in which it was published. */
  begin(): FastifyReply {
    const waiting = (this.#waiting ?? []).sort((a, b) => a.number - b.number);
    this.#waiting = null;
    this.#waitingBytes = 0;
    this.#body.push(formatEvent({ retry: this.#options.retry }));
    for (const { bytes } of waiting) this.#body.push(bytes);
    // So that one whose connection drops before its first event gets that event as it comes back.
    const { replay } = this.#all;
    if (waiting.at(-1)?.id === undefined) this.#body.push(formatEvent({ id: replay.idOf(replay.last) }));
    return this.#reply.headers(EVENT_STREAM_HEADERS).send(this.#body);
  }

  /** Says that it is there, where nothing else is on its way to say it. */
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

  /** Ends it without what is on its way. */
  terminate(): void {
    this.#body.destroy();
    this.#reply.raw.destroy();
  }

  #wait(waiting: StreamEvent[], event: StreamEvent): void {
    waiting.push(event);
    this.#waitingBytes += event.bytes.length;
  }

  #cut(): void {
    this.request.log.debug('issr: a stream was cut, as it is read too slowly');
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
