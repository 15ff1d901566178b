import { openHttp } from './http.js';
import type { OpenTransport, Transport } from './transport.js';
import { openWebSocket } from './ws.js';

/** How long a websocket may take to open. A proxy may swallow the handshake instead of refusing it. */
const OPEN_TIMEOUT = 2000;
/** How long a visit goes by HTTP before it tries a websocket again. */
const HTTP_PERIOD = 10 * 60_000;
/** How often in turn a websocket may fail to open where one has before: its server may just be restarting. */
const TRUST = 3;
const STORAGE_KEY = 'issr-http-until';

let trust = 0;

/** A websocket; where none opens but plain HTTP does, that, and for the rest of the visit at once. */
export const openLink: OpenTransport = (endpoint, listener) => {
  let isEnded = false;
  let link: Transport = isHttpDue() ? openByHttp() : openByWebSocket();

  function openByHttp(): Transport {
    const onOpen = () => {
      rememberHttp();
      listener.onOpen();
    };
    return openHttp(endpoint, { ...listener, onOpen });
  }

  function openByWebSocket(): Transport {
    let hasOpened = false;
    const socket = openWebSocket(endpoint, {
      ...listener,
      onOpen() {
        hasOpened = true;
        trust = TRUST;
        clearTimeout(timer);
        listener.onOpen();
      },
      onClose(code) {
        clearTimeout(timer);
        if (hasOpened || isEnded || trust-- > 0) listener.onClose(code);
        else link = openByHttp();
      },
    });
    const timer = setTimeout(() => socket.close(), OPEN_TIMEOUT);
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

/** Storage throws where the visitor forbids it: then each page finds out by itself. */
function isHttpDue(): boolean {
  try {
    return Number(sessionStorage.getItem(STORAGE_KEY)) > Date.now();
  } catch {
    return false;
  }
}

function rememberHttp(): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, String(Date.now() + HTTP_PERIOD));
  } catch {}
}
