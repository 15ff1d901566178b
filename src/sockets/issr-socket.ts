import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OrUndefined } from '../types/or-undefined.js';

/** An open websocket, passed to its handlers. */
export interface IssrSocket<Data = unknown, Request = FastifyRequest> {
  /** The handshake: `params` and `query` after the schema's coercion, `ip`, `headers`, `log`, `session`, … */
  readonly request: Request;
  /** The app's own data: the result of the handler `data`, kept until the socket closes. */
  data: Data;
  /** All sockets with the same params: the ones of `/chat/bongo`, where the path is `/chat/:room`. */
  readonly resource: IssrSocketResource<IssrSocket<Data, Request>>;
  /** Turns false when either side begins a close. */
  readonly isOpen: boolean;
  /** Sent bytes that have not left this process. */
  readonly unsentBytes: number;
  /** The first subprotocol that the peer offered, or `''`. */
  readonly protocol: string;
  /**
   * Sends a string as text, bytes as a binary message. A socket whose peer reads too slowly
   * (`maxUnsentBytes`) is cut off instead.
   *
   * @returns false if the socket is closing, closed or was cut off
   */
  send(data: string | Uint8Array): boolean;
  /**
   * Begins a close. Messages that arrive from now on are ignored.
   *
   * @param code default 1000; 3000–4999 are for apps
   * @param reason for the peer, cut at the 123 bytes that a frame can hold
   * @throws TypeError if RFC 6455 does not allow the code in a close frame
   */
  close(code?: number, reason?: string): void;
  /** Cuts the connection without a closing handshake. */
  terminate(): void;
}

/** A set of sockets. */
export interface IssrSocketResource<Socket> {
  /** The open sockets of this process. */
  readonly clients: ReadonlySet<Socket>;
  /** Counts the open sockets of all processes. A process that does not answer within a second is left out. */
  count(): Promise<number>;
  /**
   * Sends to all sockets, or to all except one, in all processes.
   *
   * @returns the number of sockets of this process that it was sent to
   */
  broadcast(data: string | Uint8Array, options?: { except?: Socket | undefined }): number;
}

/** The result of `issrSocket`: all sockets of the path. */
export interface IssrSocketRoute<Socket, Params> extends IssrSocketResource<Socket> {
  /** The sockets with these params. The set may be empty. */
  at(params: Params): IssrSocketResource<Socket>;
}

/** Result of `authorize`. A reply means that it has answered by itself. */
type Verdict = boolean | number | FastifyReply | undefined;

/**
 * The author's handlers. Handlers of one socket run one after the other: a message waits until the promise
 * of the previous one has settled. An error thrown by a handler is logged and passed to `error`.
 */
export type IssrSocketHandlers<Data = unknown, Request = FastifyRequest, Reply = FastifyReply> = OrUndefined<
  Handlers<Data, Request, Reply>
>;

interface Handlers<Data, Request, Reply> {
  /**
   * Runs before the upgrade, after all hooks. `true` or `undefined` accepts, `false` answers 403, a number
   * answers that status. It may also answer by `reply`, or throw.
   */
  authorize?(request: Request, reply: Reply): Verdict | Promise<Verdict> | Promise<void> | void;
  /** Runs before the upgrade and returns the first `socket.data`. @default `{}` */
  data?(request: Request): Data | Promise<Data>;
  open?(socket: IssrSocket<Data, Request>): unknown;
  /** Receives a text message. Without this handler a text message closes the socket with 1003. */
  message?(socket: IssrSocket<Data, Request>, text: string): unknown;
  /** Receives a binary message. Without this handler a binary message closes the socket with 1003. */
  binary?(socket: IssrSocket<Data, Request>, data: Buffer): unknown;
  /** Runs after the end. 1005: a close without a code. 1006: the connection was lost or cut off. */
  close?(socket: IssrSocket<Data, Request>, code: number, reason: string): unknown;
  /** Receives an error thrown by a handler, and the socket stays open. Without this handler it closes with 1011. */
  error?(socket: IssrSocket<Data, Request>, error: unknown): unknown;
}
