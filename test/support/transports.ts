import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import Fastify from 'fastify';
import { WebSocket, WebSocketServer } from 'ws';
import { HttpConnections } from '../../src/connection/transports/http.js';
import type { Transport, TransportListener } from '../../src/connection/transports/transport.js';
import { createWsTransport } from '../../src/connection/transports/ws.js';
import { HttpConnection } from './http-connection.js';
import { closeAfter, listen } from './server.js';

/** The page's side of a link. */
export interface Peer {
  send(text: string): Promise<unknown>;
  next(): Promise<string>;
  /** Close code and reason from the server. */
  closed(): Promise<unknown>;
  /** Gone, without a word. */
  drop(): void;
}

/** Both sides of one link, and what the server's side was told. */
export interface Pair {
  transport: Transport;
  peer: Peer;
  told: unknown[][];
}

/** Opens a link of one kind. */
export type OpenPair = (t: TestContext) => Promise<Pair>;

function recorder(): { told: unknown[][]; listener: TransportListener } {
  const told: unknown[][] = [];
  const note =
    (name: string) =>
    (...what: unknown[]) =>
      void told.push([name, ...what]);
  return {
    told,
    listener: {
      onPart: () => {},
      onMessage: note('message'),
      onPong: note('pong'),
      onBinary: note('binary'),
      onProtocolError: note('broken'),
      onDrain: note('drain'),
      onClose: note('close'),
    },
  };
}

export const openWsPair: OpenPair = async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const { told, listener } = recorder();
  const transport = new Promise<Transport>((resolve) => {
    server.once('connection', (socket, { socket: stream }) =>
      createWsTransport(socket, stream, (transport) => {
        resolve(transport);
        return listener;
      }),
    );
  });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
  t.after(() => socket.terminate());
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  const texts: string[] = [];
  socket.on('message', (data) => texts.push(String(data)));
  await once(socket, 'open');
  return {
    told,
    transport: await transport,
    peer: {
      send: async (text) => socket.send(text),
      async next() {
        if (texts.length === 0) {
          socket.resume();
          await once(socket, 'message');
        }
        return texts.shift() ?? '';
      },
      closed: () => closed,
      drop: () => socket.terminate(),
    },
  };
};

export const openHttpPair: OpenPair = async (t) => {
  const connections = new HttpConnections(randomUUID);
  const { told, listener } = recorder();
  const fastify = closeAfter(t, Fastify({ forceCloseConnections: true, bodyLimit: 10_000_000 }));
  const transport = new Promise<Transport>((resolve) => {
    fastify.get('/issr/stream', (_request, reply) => {
      connections.open(reply, (transport) => {
        resolve(transport);
        return listener;
      });
    });
  });
  fastify.post<{ Querystring: { link: string } }>('/issr/send', async ({ query, body }) => {
    assert.ok(connections.receive(query.link, String(body)));
    return '';
  });
  const link = await HttpConnection.open(await listen(fastify));
  t.after(() => link.leave().catch(() => {}));
  return {
    told,
    transport: await transport,
    peer: {
      send: (text) => link.postText(text),
      async next() {
        const { type, data } = await link.nextEvent();
        // The browser's side answers a ping.
        if (type !== 'ping') return data;
        await link.post(['ping']);
        return this.next();
      },
      closed: () => link.closed(),
      drop: () => void link.leave(),
    },
  };
};
