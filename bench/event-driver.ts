/** A process of its own that opens pages and sends events one after the other, so that `growing-list.tsx` measures the server only. */
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { openJoinedSocket } from '../test/support/joined-socket.js';

interface Open {
  socket: WebSocket;
  number: number;
}

const pages = new Map<string, Open>();

process.on('message', async ({ origin, path, count }: { origin: string; path: string; count: number }) => {
  const page = pages.get(path) ?? { socket: await openJoinedSocket(origin, path), number: 0 };
  pages.set(path, page);
  for (let i = 0; i < count; i++) {
    page.socket.send(JSON.stringify(['event', ++page.number, [[], []], [['change', 't']]]));
    const [answer] = await once(page.socket, 'message');
    if (!String(answer).startsWith('["patch"'))
      throw new Error(`Not a patch: ${String(answer).slice(0, 200)}`);
  }
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
