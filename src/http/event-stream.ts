import { errors } from '../errors.js';

/**
 * What every answer by server-sent events says. A proxy must neither keep nor compress nor collect what is
 * to arrive at once.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** A line of its own that browsers ignore, so that nobody on the way takes the connection for dead. */
export const HEARTBEAT = Buffer.from(':\n\n');

/** The fields of one event. Without `data` nothing is dispatched, but `id` and `retry` hold. */
export interface EventFields {
  event?: string;
  id?: string;
  data?: string;
  /** How long a browser waits before it connects again. Milliseconds. */
  retry?: number;
}

/** @throws ISSR_ERR_EVENT when a name or id is none */
export function formatEvent({ event, id, data, retry }: EventFields): Buffer {
  const lines: string[] = [];
  if (retry !== undefined) lines.push(`retry: ${retry}`);
  if (event !== undefined) lines.push(`event: ${checkLine('name', event)}`);
  if (id !== undefined) lines.push(`id: ${checkLine('id', id)}`);
  // The three that end a line in an event stream, and come back as one "\n".
  for (const line of data?.split(/\r\n|\r|\n/) ?? []) lines.push(`data: ${line}`);
  return Buffer.from(`${lines.join('\n')}\n\n`);
}

/** A string as it is, anything else as JSON. @throws ISSR_ERR_EVENT when JSON has no such value */
export function formatData(data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  if (typeof text !== 'string')
    throw new errors.ISSR_ERR_EVENT('data', `a string or JSON, not ${typeof data}`);
  return text;
}

/** A line break would begin another field, and browsers ignore an id with NUL. */
function checkLine(what: string, text: string): string {
  if (typeof text === 'string' && !/[\r\n\0]/.test(text)) return text;
  throw new errors.ISSR_ERR_EVENT(what, `a string without line breaks and NUL, not ${JSON.stringify(text)}`);
}
