import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { createWsTransport } from '../../src/connection/transports/ws.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { SocketClient } from '../support/socket-client.js';
import { waitFor } from '../support/wait.js';

/** More than the buffers of the network hold. */
const LARGE = 'x'.repeat(8 * 1024 ** 2);
const MANY = 100_000;

test('pings of a page that does not read are not answered', async (t) => {
  const PINGS = 1000;
  const fastify = await createServer(t, { maxUnsentBytes: 2 * LARGE.length });
  let content = '';
  fastify.issrRoute('/', () => `<p>${content}</p>`);
  const origin = await listen(fastify);
  let stream = new Socket();
  fastify.server.on('connection', (socket) => {
    stream = socket;
  });
  const page = await PageDriver.open(origin, '/');
  page.pause();
  content = LARGE;
  page.sendEvent();
  await waitFor(() => stream.writableLength > 0);
  const { bytesRead } = stream;
  for (let n = 0; n < PINGS; n++) page.send(['ping']);
  // A frame of a browser has a header and a mask.
  await waitFor(() => stream.bytesRead >= bytesRead + PINGS * ('["ping"]'.length + 6));
  page.resume();
  await page.answerTo(1);
  await page.settled();
  assert.equal(page.messages.filter(([verb]) => verb === 'pong').length, 1);
});

/** The server's side of a websocket. */
interface Peer {
  send(text: string): unknown;
  terminate(): void;
}

const kinds: Record<
  string,
  (t: TestContext, onClose: () => void) => Promise<{ client: SocketClient; peer: Peer }>
> = {
  async 'a page'(t, onClose) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    t.after(() => server.close());
    await once(server, 'listening');
    const peer = new Promise<Peer>((resolve) => {
      server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
        const ignore = () => {};
        createWsTransport(socket, request.socket, (transport) => {
          resolve(transport);
          return {
            onMessage: ignore,
            onPart: ignore,
            onPong: ignore,
            onBinary: ignore,
            onDrain: ignore,
            onProtocolError: ignore,
            onClose,
          };
        });
      });
    });
    const { port } = server.address() as AddressInfo;
    return { client: await SocketClient.open(`http://127.0.0.1:${port}`, '/'), peer: await peer };
  },
  async 'a socket'(t, onClose) {
    const fastify = await createServer(t);
    const resource = fastify.issrSocket('/', { maxUnsentBytes: 2 * LARGE.length }, { close: onClose });
    const client = await SocketClient.open(await listen(fastify), '/');
    const [peer] = resource.clients;
    assert.ok(peer);
    return { client, peer };
  },
};

for (const [name, open] of Object.entries(kinds)) {
  test(`cutting off ${name} with many unsent messages takes no time`, async (t) => {
    let onClose = () => {};
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    const { client, peer } = await open(t, onClose);
    client.ws.on('error', () => {});
    client.ws.pause();
    peer.send(LARGE);
    const began = performance.now();
    for (let n = 0; n < MANY; n++) peer.send('x');
    const sent = performance.now();
    peer.terminate();
    await closed;
    // Node ends the unsent messages after that.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    const cut = performance.now();
    assert.ok(cut - sent < sent - began, `${cut - sent} ms, after ${sent - began} ms to send them`);
    client.ws.terminate();
  });
}
