import type { Writable } from 'node:stream';

const corked: Writable[] = [];

/**
 * Holds back what is written to a stream until the event loop has worked through all that has come in.
 * What one page is told in a turn leaves in one piece, and the answers to many pages leave in a row.
 */
export function corkForTurn(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  corked.push(stream);
  if (corked.length === 1) setImmediate(uncorkAll);
}

function uncorkAll(): void {
  for (const stream of corked.splice(0)) stream.uncork();
}
