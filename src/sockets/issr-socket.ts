import type { FastifyReply, FastifyRequest } from 'fastify';

/** One open websocket of a resource, as its handlers see it. */
export interface IssrSocket<Data = unknown, Request = FastifyRequest> {
  /** The handshake: `params` and `query` as the schema has them, `ip`, `headers`, `log`, `session`, … */
  readonly request: Request;
  /** Yours: what the handler `data` returned, until the socket is closed. */
  data: Data;
  /** All sockets with the same params: those of `/chat/bongo`, where the path is `/chat/:room`. */
  readonly resource: IssrSocketResource<IssrSocket<Data, Request>>;
  /** False once a close has begun, by either side. */
  readonly isOpen: boolean;
  /** Bytes that were sent and have not left this process. */
  readonly unsentBytes: number;
  /** The subprotocol: the first that the other side offered, `''` where it offered none. */
  readonly protocol: string;
  /**
   * Sends a string as text, bytes as a binary message. A socket whose other side reads too slowly
   * (`maxUnsentBytes`) is cut instead.
   *
   * @returns whether it was sent: nothing is, once a close has begun
   */
  send(data: string | Uint8Array): boolean;
  /**
   * Begins a close. What the other side sends from now on is ignored.
   *
   * @param code 1000 when left out; 3000–4999 are yours
   * @param reason for the other side: cut at 123 bytes, as a frame takes no more
   * @throws TypeError when RFC 6455 has no such code to send
   */
  close(code?: number, reason?: string): void;
  /** Cuts the connection, without a closing handshake. */
  terminate(): void;
}

/** A set of sockets. */
export interface IssrSocketResource<Socket> {
  /** Those that are open. */
  readonly clients: ReadonlySet<Socket>;
  /**
   * Sends to all of them, or to all but one.
   *
   * @returns to how many
   */
  broadcast(data: string | Uint8Array, options?: { except?: Socket }): number;
}

/** What `issrSocket` returns: all sockets of the path, in this process. */
export interface IssrSocketRoute<Socket, Params> extends IssrSocketResource<Socket> {
  /** Those whose params are these, of whom there may be none yet. */
  at(params: Params): IssrSocketResource<Socket>;
}

/** What `authorize` says. The reply: it has answered. */
type Verdict = boolean | number | FastifyReply | undefined;

/**
 * What a resource does. Of one socket the handlers run one after the other: a message waits until the
 * promise of the one before has settled. One that throws goes to `error`, and to the log.
 */
export interface IssrSocketHandlers<Data = unknown, Request = FastifyRequest, Reply = FastifyReply> {
  /**
   * Before the upgrade, after all hooks: `true` or nothing accepts, `false` is 403, a number that status.
   * It may also answer by `reply`, or throw.
   */
  authorize?(request: Request, reply: Reply): Verdict | Promise<Verdict> | Promise<void> | void;
  /** Before the upgrade: what `socket.data` is at first. `{}` when left out. */
  data?(request: Request): Data | Promise<Data>;
  open?(socket: IssrSocket<Data, Request>): unknown;
  /** A text message. Without this handler one closes with 1003. */
  message?(socket: IssrSocket<Data, Request>, text: string): unknown;
  /** A binary message. Without this handler one closes with 1003. */
  binary?(socket: IssrSocket<Data, Request>, data: Buffer): unknown;
  /** After the end. 1005: a close without a code; 1006: the connection was lost, or cut. */
  close?(socket: IssrSocket<Data, Request>, code: number, reason: string): unknown;
  /** A handler threw; the socket stays open. Without this handler it closes with 1011. */
  error?(socket: IssrSocket<Data, Request>, error: unknown): unknown;
}
