import { keep, recall } from '../../storage.js';
import { openHttp } from './http.js';
import type { OpenTransport, Transport } from './transport.js';
import { openWebSocket } from './ws.js';

/** How long a websocket may take to open. A proxy may swallow the handshake instead of refusing it. */
const OPEN_TIMEOUT = 2000;
/** How long the first message may take. A proxy may let the handshake through and nothing else. */
const MESSAGE_TIMEOUT = 5000;
/** How long a visit goes by HTTP before it tries a websocket again. */
const HTTP_PERIOD = 10 * 60_000;
/** After so many websockets in turn that brought nothing, HTTP is tried. */
const MAX_FAILED = 3;
const STORAGE_KEY = 'issr-http-until';
/** How the browser tells of a link without a closing handshake. */
const ABNORMAL = 1006;

/** The first websocket may not fail. Once one has worked, its server may just be restarting. */
let failed = MAX_FAILED - 1;

/** A websocket; where none works but plain HTTP does, that, and for the rest of the visit at once. */
export const openLink: OpenTransport = (endpoint, listener) => {
  let isEnded = false;
  let link: Transport =
    failed >= MAX_FAILED || (recall(STORAGE_KEY) ?? 0) > Date.now() ? openByHttp() : openByWebSocket();

  function openByHttp(): Transport {
    // If it fails as well, it is not the websocket's fault.
    failed = MAX_FAILED - 1;
    const onOpen = () => {
      keep(STORAGE_KEY, Date.now() + HTTP_PERIOD);
      listener.onOpen();
    };
    return openHttp(endpoint, { ...listener, onOpen });
  }

  function openByWebSocket(): Transport {
    let isOpen = false;
    failed++;
    const socket = openWebSocket(endpoint, {
      onOpen() {
        isOpen = true;
        clearTimeout(timer);
        // The browser would wait long for the other side's part of a close.
        timer = setTimeout(() => listener.onClose(ABNORMAL), MESSAGE_TIMEOUT);
        listener.onOpen();
      },
      onMessage(message) {
        clearTimeout(timer);
        failed = 0;
        listener.onMessage(message);
      },
      onClose(code) {
        clearTimeout(timer);
        if (code !== ABNORMAL) failed = 0;
        if (isOpen || isEnded || failed < MAX_FAILED) listener.onClose(code);
        else link = openByHttp();
      },
    });
    let timer = setTimeout(() => socket.close(), OPEN_TIMEOUT);
    return socket;
  }

  return {
    send: (message) => link.send(message),
    close() {
      isEnded = true;
      link.close();
    },
  };
};
