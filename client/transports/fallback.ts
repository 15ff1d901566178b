import { keep, recall } from '../storage.js';
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
  let link: Transport = (recall(STORAGE_KEY) ?? 0) > Date.now() ? openByHttp() : openByWebSocket();

  function openByHttp(): Transport {
    const onOpen = () => {
      keep(STORAGE_KEY, Date.now() + HTTP_PERIOD);
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
