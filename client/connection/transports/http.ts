import {
  type ClientMessage,
  CloseCode,
  Endpoint,
  EndpointQuery,
  StreamEvent,
} from '../../../src/protocol.js';
import type { OpenTransport } from './transport.js';

/** Bytes that a browser still sends for a page that is left: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch */
const MAX_KEEPALIVE = 60_000;

/** Receives by server-sent events and sends by POST: one at a time, which keeps the order, with all queued messages. */
export const openHttp: OpenTransport = (endpoint, { onOpen, onMessage, onClose }) => {
  const events = new EventSource(new URL(Endpoint.stream, endpoint));
  let waiting: string[] = [];
  let key = '';
  let isPosting = false;
  let isEnded = false;

  function end(code: number): void {
    if (isEnded) return;
    isEnded = true;
    events.close();
    onClose(code);
  }

  async function post(): Promise<void> {
    if (isPosting || !waiting.length) return;
    isPosting = true;
    const body = waiting.join('\n');
    waiting = [];
    const keepalive = body.length < MAX_KEEPALIVE;
    const url = new URL(`${Endpoint.send}?${EndpointQuery.connection}=${key}`, endpoint);
    const answer = await fetch(url, { method: 'POST', body, keepalive }).catch(() => null);
    isPosting = false;
    if (answer?.ok) return post();
    end(answer?.status === 413 ? CloseCode.messageTooBig : CloseCode.goingAway);
  }

  const listen = (type: string, listener: (data: string) => void) =>
    events.addEventListener(type, ({ data }: MessageEvent) => listener(data));
  listen(StreamEvent.open, (data) => {
    key = data;
    onOpen();
  });
  listen(StreamEvent.message, (data) => onMessage(JSON.parse(data)));
  listen(StreamEvent.ping, () => send(['ping']));
  listen(StreamEvent.close, (data) => end(JSON.parse(data)[0]));
  events.onerror = () => end(CloseCode.goingAway);

  function send(message: ClientMessage): void {
    waiting.push(JSON.stringify(message));
    void post();
  }

  return {
    send,
    close: () => end(CloseCode.goingAway),
  };
};
