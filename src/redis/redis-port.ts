/** The commands and subscriptions that the adapter needs, whatever the client library. */
export interface RedisPort {
  /**
   * Opens a connection for subscriptions.
   *
   * @param onInterrupt called when a connection drops
   * @param onAttempt called when a node of a cluster still cannot be reached
   */
  open(onInterrupt: (error: Error) => void, onAttempt: (error: Error) => void): Promise<void>;
  /** Closes what `open` opened. */
  close(): Promise<void>;
  /** Sends one command. `key` decides the node of a cluster. */
  send(key: string, args: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Channels may have different nodes. */
  readonly isSharded: boolean;
  /** The command of `publish`, for scripts. A sharded channel is a key of its script. */
  readonly publishCommand: 'PUBLISH' | 'SPUBLISH';
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** Receives the messages of all subscribed channels. */
export type OnMessage = (channel: string, message: string) => void;

/** The part of any client that both libraries share. */
export interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

/** Start of the message for an event without an error. */
const STATE = 'Redis connection: ';

/** Calls `listener` for each of the events and returns a function that removes it. */
export function onEvents(emitter: Emitter, events: readonly string[], listener: (error: Error) => void) {
  const listeners = events.map((event): [string, (...args: unknown[]) => void] => [
    event,
    (error) => listener(error instanceof Error ? error : new Error(`${STATE}${event}`)),
  ]);
  for (const [event, each] of listeners) emitter.on(event, each);
  return () => {
    for (const [event, each] of listeners) emitter.off(event, each);
  };
}

/** Returns the reasons without final dots, and without those that a connection closed or reconnects if others are known. */
export function causesIn(reasons: Set<string>): string[] {
  const all = Array.from(reasons, (reason) => reason.replace(/\.$/, ''));
  const causes = all.filter((reason) => !reason.startsWith(STATE));
  return causes.length > 0 ? causes : all;
}
