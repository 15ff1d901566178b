import { errors } from '../errors.js';
import type { Runtime } from '../runtime.js';
import { queueEvent, queueLeaving } from './incoming.js';
import { decodeMessage } from './messages.js';

const GOODBYE = 'goodbye';
/** Milliseconds that another process has to take the messages of its page. */
const FORWARD_TIMEOUT = 5000;
/** Messages of one body. A page queues fewer events. */
const MAX_MESSAGES = 1000;

/** Takes the last messages of pages of this process that another one received. */
export function answerGoodbyes(runtime: Runtime): void {
  runtime.cluster.answer(GOODBYE, ([id, secret, body]) => {
    try {
      return takeLeave(runtime, String(id), String(secret), String(body));
    } catch {
      // The sender learns no more than that the messages were refused.
      return false;
    }
  });
}

/**
 * Receives the last messages of a page whose connection ended before the page was left: browsers close connections
 * before they fire `pagehide`. The first line has the page's token and secret. Unanswered events follow, then `bye`.
 *
 * @param address of the visitor: `addressKey`
 * @returns false if no process has the page
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_TOKEN_EXPIRED, ISSR_ERR_MESSAGE, and the errors of an event
 */
export async function receiveGoodbye(runtime: Runtime, body: string, address: string): Promise<boolean> {
  const end = body.indexOf('\n');
  const [token = '', secret = ''] = body.slice(0, Math.max(end, 0)).split(' ');
  const id = runtime.tokens.verify(token);
  const messages = body.slice(end + 1);
  if (!runtime.cluster.isElsewhere(secret)) return takeLeave(runtime, id, secret, messages);
  const answer = runtime.cluster.ask(secret, GOODBYE, address, FORWARD_TIMEOUT, id, secret, messages);
  return (await answer) === true;
}

function takeLeave(runtime: Runtime, id: string, secret: string, messages: string): boolean {
  const page = runtime.pages.findOwned(id, secret);
  if (!page) return false;
  for (const text of messages.split('\n', MAX_MESSAGES)) {
    const message = decodeMessage(text);
    if (message.verb === 'event') queueEvent(runtime, page, page.peer, message, text.length);
    else if (message.verb === 'bye') queueLeaving(runtime, page);
    else throw new errors.ISSR_ERR_MESSAGE(`'${message.verb}' as the page is left`);
  }
  return true;
}
