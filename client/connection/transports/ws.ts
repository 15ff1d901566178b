import type { OpenTransport } from './transport.js';

export const openWebSocket: OpenTransport = (endpoint, { onOpen, onMessage, onClose }) => {
  const url = new URL(endpoint);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
  socket.onclose = ({ code }) => onClose(code);
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    close: () => socket.close(),
  };
};
