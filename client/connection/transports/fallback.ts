import { CloseCode } from '../../../src/protocol.js';
import { load, save } from '../../storage.js';
import type { OpenTransport, Transport } from './transport.js';
import { openWebSocket } from './ws.js';

/** Milliseconds that a websocket has to open before plain HTTP is tried beside it. */
const HEAD_START = 2000;
/** Milliseconds for a websocket to open. A proxy may swallow the handshake instead of refusing it. */
const OPEN_TIMEOUT = 10_000;
/** Milliseconds for the first message. A proxy may let the handshake through and nothing else. */
const MESSAGE_TIMEOUT = 5000;
/** Milliseconds before a tab that uses plain HTTP tries a websocket again. */
const HTTP_PERIOD = 10 * 60_000;
/** The same while a slow websocket may still open: the next pages would each wait for another one. */
const DOUBT_PERIOD = 60_000;
/** Plain HTTP is tried after this number of websockets in a row without a message. */
const MAX_FAILED = 3;
const STORAGE_KEY = 'issr-http-until';

/** The first websocket may not fail. Once one has worked, its server may just be restarting. */
let failed = MAX_FAILED - 1;

/**
 * Opens a websocket, or plain HTTP if no websocket gets through. A slow websocket and HTTP are tried side
 * by side, and the first that opens is used. HTTP is tried first in this tab while it is the one that works.
 *
 * @param loadHttp imports the transport over HTTP, which few pages need
 */
export function createOpener(loadHttp: () => Promise<typeof import('./http.js')>): OpenTransport {
  return (endpoint, listener) => {
    let isEnded = false;
    /** The transport that opened first. */
    let chosen: Transport | undefined;
    let webSocket: Transport | undefined;
    let isTryingHttp = false;
    let http: Transport | undefined;

    function choose(transport: Transport): void {
      chosen = transport;
      listener.onOpen();
    }

    async function tryHttp(): Promise<void> {
      if (isTryingHttp || chosen || isEnded) return;
      isTryingHttp = true;
      const part = await loadHttp().catch(() => undefined);
      if (chosen || isEnded) return;
      if (part)
        http = part.openHttp(endpoint, {
          onOpen: onHttp,
          onMessage: listener.onMessage,
          onClose: onHttpClose,
        });
      else onHttpClose(CloseCode.abnormal);
    }

    function onHttp(): void {
      save(STORAGE_KEY, Date.now() + (webSocket ? DOUBT_PERIOD : HTTP_PERIOD));
      choose(http as Transport);
    }

    function onHttpClose(code: number): void {
      if (!chosen) {
        // The websocket is not at fault if both fail.
        save(STORAGE_KEY, 0);
        failed = MAX_FAILED - 1;
        isTryingHttp = false;
      }
      if (chosen ? chosen === http : !webSocket) listener.onClose(code);
    }

    function tryWebSocket(): void {
      failed++;
      const headStart = setTimeout(tryHttp, HEAD_START);
      let timer = setTimeout(() => socket.close(), OPEN_TIMEOUT);
      const socket = openWebSocket(endpoint, {
        onOpen() {
          clearTimeout(headStart);
          clearTimeout(timer);
          if (chosen) return socket.close();
          // The browser would wait long for the other side's part of a close.
          timer = setTimeout(() => listener.onClose(CloseCode.abnormal), MESSAGE_TIMEOUT);
          choose(socket);
          http?.close();
        },
        onMessage(message) {
          clearTimeout(timer);
          failed = 0;
          listener.onMessage(message);
        },
        onClose(code) {
          clearTimeout(headStart);
          clearTimeout(timer);
          webSocket = undefined;
          if (code !== CloseCode.abnormal) failed = 0;
          if (chosen === socket || isEnded) listener.onClose(code);
          // A websocket that opened late was closed above. The next page tries again.
          else if (chosen) save(STORAGE_KEY, code === CloseCode.abnormal ? Date.now() + HTTP_PERIOD : 0);
          else if (failed >= MAX_FAILED) void tryHttp();
          else if (!isTryingHttp) listener.onClose(code);
        },
      });
      webSocket = socket;
    }

    if (failed >= MAX_FAILED || (load(STORAGE_KEY) ?? 0) > Date.now()) void tryHttp();
    else tryWebSocket();
    return {
      send: (message) => chosen?.send(message) ?? 0,
      close() {
        isEnded = true;
        webSocket?.close();
        http?.close();
      },
    };
  };
}
