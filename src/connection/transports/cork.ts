import type { Writable } from 'node:stream';
import { atTurnEnd } from '../../limits/turn-end.js';

const corked: Writable[] = [];

/**
 * Buffers writes to a stream until the event loop has handled all pending input. All messages to a page
 * in one turn then leave in one packet, and the answers to many pages leave in a row.
 */
export function corkForTurn(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  corked.push(stream);
  if (corked.length === 1) atTurnEnd(flushCorked);
}

function flushCorked(): void {
  for (const stream of corked.splice(0)) stream.uncork();
}
