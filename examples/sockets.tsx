import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';
import { Layout } from './layout.js';
import rooms from './rooms.js';

const RESOURCES = ['/rooms/bongo', '/rooms/fury', '/echo', '/plus-one', '/closed'];

const sockets: FastifyPluginAsync = async (fastify) => {
  await fastify.register(rooms);

  fastify.issrSocket('/echo', {
    open: (socket) => socket.send('Welcome to the echo server.'),
    async message(socket, text) {
      for (let i = 0; i < 2; i++) {
        await sleep(1000);
        socket.send(text);
      }
    },
  });

  fastify.issrSocket('/plus-one', {
    open: (socket) => socket.send('Welcome. I add one to a number, and fail at anything else.'),
    message: (socket, text) => socket.send(`${BigInt(text) + 1n}`),
    error: (socket, error) => socket.send(String(error)),
    close: ({ request }) => request.log.info('a socket has left /plus-one'),
  });

  fastify.issrSocket('/closed', { open: (socket) => socket.close(4000, 'We are closed.') });

  fastify.issrRoute('/sockets', () => (
    <Layout
      title="WebSockets"
      lead="Endpoints beside the pages, for any WebSocket client. This page is one: open it twice and talk to yourself."
      source="sockets.tsx"
    >
      <section class="panel chat sockets">
        <form>
          <label>
            Resource
            <select>
              {RESOURCES.map((path) => (
                <option>{path}</option>
              ))}
            </select>
          </label>
          <label>
            Name
            <input placeholder="Somebody" maxlength={24} autocomplete="nickname" />
          </label>
          <button class="primary">connect</button>
        </form>
        <div class="log" role="log">
          <ol />
        </div>
        <p class="empty">Not connected.</p>
        <form>
          <label>
            Message
            <input autocomplete="off" />
          </label>
          <button disabled>send</button>
        </form>
      </section>
      <p class="note">
        The chat server is <a href="/source/rooms.ts">rooms.ts</a>, the client{' '}
        <a href="/sockets.js">sockets.js</a>.
      </p>
      <script type="module" src="/sockets.js" />
    </Layout>
  ));
};

export default sockets;
