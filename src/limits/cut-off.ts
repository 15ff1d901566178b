import type { Duplex } from 'node:stream';

const CUT_OFF = new Error('issr: the connection was cut off');

/**
 * Destroys the stream of a websocket, with an error. Without one, Node creates an error with a stack for each unsent
 * message, which holds the event loop for seconds if they are many and short.
 */
export function cutOff(stream: Duplex): void {
  stream.destroy(CUT_OFF);
}
