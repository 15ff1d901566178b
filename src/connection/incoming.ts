import { errors } from '../errors.js';
import type { HandshakeContext } from '../http/virtual-http.js';
import type { Page } from '../page/page.js';
import type { QueueItem } from '../page/render-queue.js';
import { limitEntries, limitUrl } from '../params/params.js';
import type { ParamChange } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import type { EventMessage, PrefetchMessage } from './messages.js';

/**
 * Checks an event and queues it. Ignores an event that was sent again and has run already.
 *
 * @param size characters of the message
 * @throws ISSR_ERR_MESSAGE, ISSR_ERR_ACTIONS, ISSR_ERR_PARAMS, ISSR_ERR_QUEUE_FULL, ISSR_ERR_HELD
 */
export function queueEvent(
  runtime: Runtime,
  page: Page,
  peer: HandshakeContext,
  event: EventMessage,
  size: number,
): void {
  const { number, change, actions, prefetched } = event;
  if (number <= page.lastReceivedEvent) return;
  if (number !== page.lastReceivedEvent + 1)
    throw new errors.ISSR_ERR_MESSAGE(`event ${number} out of order`);
  const url = checkEvent(runtime, page, peer, event, size);
  page.received(number);
  page.queue.add({ number, change, actions, url, peer, prefetched }, size);
}

/** Checks the limits of an event. Returns the URL of a visit. */
export function checkEvent(
  runtime: Runtime,
  page: Page,
  peer: HandshakeContext,
  { change, actions, url: given }: EventMessage | PrefetchMessage,
  size: number,
): string | undefined {
  const { options } = runtime;
  if (actions.length > options.maxActions)
    throw new errors.ISSR_ERR_ACTIONS(actions.length, options.maxActions);
  limitEntries(actions, options);
  const url = typeof given === 'string' ? readUrl(runtime, peer, given) : undefined;
  if (url !== undefined) limitUrl(url, options);
  assertRoom(runtime, page, change, size);
  return url;
}

/** Returns a URL that a browser sent as the server's routes see it. @throws ISSR_ERR_MESSAGE */
export function readUrl({ routes, urls }: Runtime, { headers }: HandshakeContext, url: string): string {
  return urls.read(url, (path) => routes.hasPage(path, headers));
}

/** Queues a change of params, with a render or without. */
export function queueChange(
  runtime: Runtime,
  page: Page,
  item: QueueItem,
  change: ParamChange,
  size: number,
): void {
  assertRoom(runtime, page, change, size);
  page.queue.add(item, size);
}

function assertRoom(runtime: Runtime, page: Page, [changed]: ParamChange, size: number): void {
  limitEntries(changed, runtime.options);
  assertQueueRoom(runtime, page, size);
}

/** @throws ISSR_ERR_QUEUE_FULL, ISSR_ERR_HELD */
export function assertQueueRoom({ options, pages }: Runtime, page: Page, size: number): void {
  const { queue, params } = page;
  if (queue.queuedCount >= options.maxQueuedEvents || queue.queuedChars > options.maxMessageBytes)
    throw new errors.ISSR_ERR_QUEUE_FULL(queue.queuedCount);
  pages.hold(page, params.encodedLength + queue.queuedChars + size);
}

/** The visitor left: closes the page once its earlier events have run. */
export function queueLeaving({ pages }: Runtime, page: Page): void {
  page.queue.add(() => pages.close(page, 'left'), 0);
}
