import type { FastifyReply, FastifyRequest } from 'fastify';

/** An open event stream, passed to its handler. */
export interface IssrStream<Request = FastifyRequest> {
  readonly request: Request;
  /** Id of the last event that the browser received before its connection dropped, or `null` on its first connection. */
  readonly lastEventId: string | null;
  /** The subscribed channels. */
  readonly channels: ReadonlySet<string>;
  /** Turns false when the stream ends. */
  readonly isOpen: boolean;
  /** Aborted when the stream ends. */
  readonly signal: AbortSignal;
  /** Sent bytes that have not left this process. */
  readonly unsentBytes: number;
  /**
   * Subscribes to a channel. A browser that reconnects receives the events that it missed first.
   *
   * @returns true if the browser has missed nothing. False on its first connection, or if a missed event was
   *   dropped (`maxReplayEvents`, `maxReplayBytes`) or lost in an outage: then send the current state.
   */
  subscribe(channel: string): boolean;
  unsubscribe(channel: string): void;
  /**
   * Sends an event to this stream only. The event gets no id and is not repeated after a reconnect.
   *
   * @param data a string, or a value that JSON can encode
   * @returns false if the stream has ended
   * @throws ISSR_ERR_EVENT
   */
  send(data: unknown, options?: { event?: string | undefined }): boolean;
  /** Ends the stream. The browser reconnects after `retry` ms; answer that request with 204 to stop it. */
  close(): void;
}

/**
 * Runs for each visitor after all hooks and before the stream begins. It subscribes the stream. If it throws or
 * answers by `reply`, the stream does not begin.
 */
export type IssrStreamHandler<Request = FastifyRequest, Reply = FastifyReply> = (
  stream: IssrStream<Request>,
  request: Request,
  reply: Reply,
) => unknown;
