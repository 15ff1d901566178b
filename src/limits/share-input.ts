/**
 * Bytes that are read of a socket before the others get their turn. Few messages of a browser are longer. Node reads up to
 * 2 MiB of one stream in a row, which take hundreds of milliseconds if the messages are short.
 */
export const INPUT_SHARE = 16_384;

/** A socket whose input can wait. */
export interface PausedInput {
  pause(): void;
  resume(): unknown;
}

/** Reads no more of a socket until the next turn of the event loop. */
export function pauseForTurn(socket: PausedInput): void {
  socket.pause();
  setImmediate(resume, socket);
}

function resume(socket: PausedInput): void {
  socket.resume();
}
