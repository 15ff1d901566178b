import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

/**
 * Fault of a proxy with websockets: it answers the handshake with 403, never answers it, passes nothing after
 * it, cuts the websocket on its first message, or opens it after the page has posted by plain HTTP.
 */
export type WebsocketFault = 'refuse' | 'swallow' | 'silence' | 'cut' | 'late';

/** Returns the key of a websocket's handshake; undefined for any other request. */
export function handshakeKey(head: Buffer): string | undefined {
  return /^sec-websocket-key: *(\S+)/im.exec(String(head))?.[1];
}

export function failHandshake(browser: Socket, key: string, fault: WebsocketFault): void {
  browser.resume();
  if (fault === 'refuse') browser.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  if (fault === 'silence' || fault === 'cut') accept(browser, key);
  if (fault === 'cut') browser.once('data', () => browser.destroy());
}

/** RFC 6455, section 4.2.2. */
function accept(browser: Socket, key: string): void {
  const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  browser.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${answer}\r\n\r\n`,
  );
}
