import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.js';

/**
 * Headers of every event stream. A proxy must not cache, compress or buffer events that are to arrive at once.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * A `preValidation` hook that waits until earlier responses of the connection have ended. Node emits no `close` for a
 * response that still waits when its connection ends, so a stream that opens before its turn would never end.
 */
export async function awaitTurn(_request: FastifyRequest, { raw }: FastifyReply): Promise<void> {
  if (raw.socket === null) await new Promise<void>((resolve) => raw.once('socket', () => resolve()));
}

/** A comment, which browsers ignore. It keeps proxies from closing an idle stream. */
export const HEARTBEAT = Buffer.from(':\n\n');

/** The fields of one event. Without `data` a browser dispatches nothing, but applies `id` and `retry`. */
export interface EventFields {
  event?: string;
  id?: string;
  data?: string;
  /** Milliseconds that a browser waits before it reconnects. */
  retry?: number;
}

/** @throws ISSR_ERR_EVENT if the name or id contains a line break or NUL */
export function formatEvent({ event, id, data, retry }: EventFields): Buffer {
  const lines: string[] = [];
  if (retry !== undefined) lines.push(`retry: ${retry}`);
  if (event !== undefined) lines.push(`event: ${checkLine('name', event)}`);
  if (id !== undefined) lines.push(`id: ${checkLine('id', id)}`);
  // All three end a line in an event stream, and arrive as one "\n".
  for (const line of data?.split(/\r\n|\r|\n/) ?? []) lines.push(`data: ${line}`);
  return Buffer.from(`${lines.join('\n')}\n\n`);
}

/** Returns a string unchanged and any other value as JSON. @throws ISSR_ERR_EVENT if JSON cannot represent it */
export function formatData(data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  if (typeof text !== 'string')
    throw new errors.ISSR_ERR_EVENT('data', `a string or JSON, not ${typeof data}`);
  return text;
}

/** A line break would begin another field, and browsers ignore an id that contains NUL. */
function checkLine(what: string, text: string): string {
  if (typeof text === 'string' && !/[\r\n\0]/.test(text)) return text;
  throw new errors.ISSR_ERR_EVENT(what, `a string without line breaks and NUL, not ${JSON.stringify(text)}`);
}
