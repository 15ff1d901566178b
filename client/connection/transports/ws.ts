import type { OpenTransport } from './transport.js';

export const openWebSocket: OpenTransport = (endpoint, { onOpen, onMessage, onClose }) => {
  const url = new URL(endpoint);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
  socket.onclose = ({ code }) => onClose(code);
  return {
    send(message) {
      const text = JSON.stringify(message);
      socket.send(text);
      return text.length;
    },
    close: () => socket.close(),
  };
};
