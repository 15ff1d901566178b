import {
  type ClientMessage,
  CloseCode,
  Endpoint,
  EndpointQuery,
  StreamEvent,
} from '../../../src/protocol.js';
import { report } from '../../ui/console.js';
import type { OpenTransport } from './transport.js';

/** Bytes that a browser still sends for a page that is left: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch */
const MAX_KEEPALIVE = 60_000;

/** Milliseconds for the stream's first event. A proxy may hold the stream back until it ends. */
const OPEN_TIMEOUT = 10_000;

/** Receives by server-sent events and sends by POST: one at a time, which keeps the order, with the queued messages. */
export const openHttp: OpenTransport = (endpoint, { onOpen, onMessage, onClose }) => {
  const events = new EventSource(new URL(Endpoint.stream, endpoint));
  const waiting: string[] = [];
  let key = '';
  /** A body of several messages was too long for the server. */
  let sendsSingly = false;
  let isPosting = false;
  let isEnded = false;
  const timer = setTimeout(() => {
    report('ISSR_STREAM', 'network', `A proxy holds back the event stream ${events.url}`);
    end(CloseCode.heldBack);
  }, OPEN_TIMEOUT);

  function end(code: number): void {
    if (isEnded) return;
    isEnded = true;
    clearTimeout(timer);
    events.close();
    onClose(code);
  }

  /** Takes as many messages as the browser would still send, and at least one. */
  function takeBatch(): string[] {
    let length = 0;
    const end = waiting.findIndex((text, i) => {
      length += text.length + 1;
      return i > 0 && (sendsSingly || length > MAX_KEEPALIVE);
    });
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  async function post(): Promise<void> {
    if (isPosting || !waiting.length) return;
    isPosting = true;
    const batch = takeBatch();
    const body = batch.join('\n');
    const keepalive = body.length < MAX_KEEPALIVE;
    const url = new URL(`${Endpoint.send}?${EndpointQuery.connection}=${key}`, endpoint);
    const answer = await fetch(url, { method: 'POST', body, keepalive }).catch(() => null);
    isPosting = false;
    if (answer?.ok) return post();
    if (answer?.status === 413 && batch.length > 1) {
      sendsSingly = true;
      waiting.unshift(...batch);
      return post();
    }
    end(answer?.status === 413 ? CloseCode.messageTooBig : CloseCode.goingAway);
  }

  const listen = (type: string, listener: (data: string) => void) =>
    events.addEventListener(type, ({ data }: MessageEvent) => listener(data));
  listen(StreamEvent.open, (data) => {
    clearTimeout(timer);
    key = data;
    onOpen();
  });
  listen(StreamEvent.message, (data) => onMessage(JSON.parse(data)));
  listen(StreamEvent.ping, () => send(['ping']));
  listen(StreamEvent.close, (data) => end(JSON.parse(data)[0]));
  events.onerror = () => end(CloseCode.goingAway);

  function send(message: ClientMessage): number {
    // No answer would come in time to send it.
    if (isPosting && message[0] === 'bye') return 0;
    const text = JSON.stringify(message);
    waiting.push(text);
    void post();
    return text.length;
  }

  return {
    send,
    close: () => end(CloseCode.goingAway),
  };
};
