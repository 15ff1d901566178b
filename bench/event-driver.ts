/** A process of its own that opens pages and sends events one after the other, so that what `memo.tsx` measures is the server only. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { structureHash } from '../src/html/store/structure-hash.js';
import { PROTOCOL_VERSION } from '../src/protocol.js';

interface Open {
  socket: WebSocket;
  number: number;
}

async function openPage(origin: string, path: string): Promise<Open> {
  const html = await (await fetch(origin + path)).text();
  const token = /data-issr-token="([^"]+)"/.exec(html)?.[1];
  const sent = html.replace(/<script src="[^>]*data-issr-id[^>]*><\/script>/, '');
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { origin });
  await once(socket, 'open');
  socket.send(JSON.stringify(['join', PROTOCOL_VERSION, token, path, [], structureHash(sent), 0, 0]));
  await once(socket, 'message');
  return { socket, number: 0 };
}

const pages = new Map<string, Open>();

process.on('message', async ({ origin, path, count }: { origin: string; path: string; count: number }) => {
  const page = pages.get(path) ?? (await openPage(origin, path));
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
