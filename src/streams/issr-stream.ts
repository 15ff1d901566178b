import type { FastifyReply, FastifyRequest } from 'fastify';

/** One open event stream, as its handler sees it. */
export interface IssrStream<Request = FastifyRequest> {
  readonly request: Request;
  /** The id of the last event that the browser had before its connection dropped; `null` at its first. */
  readonly lastEventId: string | null;
  /** The channels it hears. */
  readonly channels: ReadonlySet<string>;
  /** False once it has ended. */
  readonly isOpen: boolean;
  /** Aborted as it ends, for what has to stop with it. */
  readonly signal: AbortSignal;
  /** Bytes that were sent and have not left this process. */
  readonly unsentBytes: number;
  /**
   * Hears a channel from now on. A browser that comes back gets what it missed first.
   *
   * @returns whether it goes on where it stopped: `false` at a first visit, or when something it missed is
   *   not kept any more (`maxReplayEvents`, `maxReplayBytes`, another process). Then send it what it needs.
   */
  subscribe(channel: string): boolean;
  unsubscribe(channel: string): void;
  /**
   * Sends an event to this one only. It has no id, and is not sent again to one who missed it.
   *
   * @param data a string, or anything that JSON can say
   * @returns whether it was sent: nothing is, once the stream has ended
   * @throws ISSR_ERR_EVENT
   */
  send(data: unknown, options?: { event?: string }): boolean;
  /** Ends it. A browser comes back after `retry` ms, unless that request is answered by 204. */
  close(): void;
}

/**
 * Runs for each visitor before the stream begins, after all hooks. It subscribes; or throws, or answers by
 * `reply`, and then there is no stream.
 */
export type IssrStreamHandler<Request = FastifyRequest, Reply = FastifyReply> = (
  stream: IssrStream<Request>,
  request: Request,
  reply: Reply,
) => unknown;
