import { once } from 'node:events';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import type { VNode } from 'preact';
import { WebSocket } from 'ws';
import { structureHash } from '../src/html/store/structure-hash.js';
import issrPlugin from '../src/index.js';
import { PROTOCOL_VERSION } from '../src/protocol.js';

/** An open page of the benchmark. */
export interface BenchPage<Data> {
  /** Sends an event that changes the data. Returns the bytes of its answer on the socket. */
  change(change: (data: Data) => Data): Promise<number>;
  close(): Promise<void>;
}

/** A server of pages whose data change by events, and a client that counts bytes. */
export async function createServer() {
  const fastify = Fastify();
  await fastify.register(issrPlugin, { maxEventsPerSecond: 1_000_000, maxEventBurst: 1_000_000 });
  let render: () => VNode;
  let act: () => void;
  fastify.issrRoute('/page', { actions: { change: () => act() } }, () => render());
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const origin = fastify.listeningOrigin;

  async function open<Data>(data: Data, view: (data: Data) => VNode): Promise<BenchPage<Data>> {
    let current = data;
    let number = 0;
    const show = () => {
      render = () => view(current);
    };
    show();
    const html = await (await fetch(`${origin}/page`)).text();
    const token = /data-issr-token="([^"]+)"/.exec(html)?.[1];
    const sent = html.replace(/<script src="[^>]*data-issr-token[^>]*><\/script>/, '');
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { origin });
    const [[{ socket: stream }]] = (await Promise.all([once(socket, 'upgrade'), once(socket, 'open')])) as [
      [{ socket: Socket }],
      unknown,
    ];
    const say = async (message: unknown): Promise<number> => {
      const before = stream.bytesRead;
      socket.send(JSON.stringify(message));
      await once(socket, 'message');
      return stream.bytesRead - before;
    };
    await say(['join', PROTOCOL_VERSION, token, '/page', [], structureHash(sent), 0, 0]);
    // An event's number has three digits: the answer's size is that of a page in use.
    while (number < 100) await say(['event', ++number, [[], []], []]);
    return {
      change(change) {
        show();
        act = () => {
          current = change(current);
        };
        return say(['event', ++number, [[], []], [['change', 't']]]);
      },
      async close() {
        socket.close();
        await once(socket, 'close');
      },
    };
  }
  return { open, close: () => fastify.close() };
}
