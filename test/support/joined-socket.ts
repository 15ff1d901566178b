import { once } from 'node:events';
import { WebSocket } from 'ws';
import { structureHash } from '../../src/html/store/structure-hash.js';
import { PROTOCOL_VERSION } from '../../src/protocol.js';

/** The page's token, and its HTML without the script tag. No parser: benchmarks load thousands of pages. */
async function loadPage(url: string): Promise<{ token: string | undefined; html: string }> {
  const text = await (await fetch(url)).text();
  const token = /data-issr-token="([^"]+)"/.exec(text)?.[1];
  return { token, html: text.replace(/<script src="[^>]*data-issr-token[^>]*><\/script>/, '') };
}

/** Loads a page, joins it by websocket and returns the socket. It keeps no shadow, unlike `PageDriver`. */
export async function openJoinedSocket(origin: string, path: string): Promise<WebSocket> {
  const { token, html } = await loadPage(origin + path);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { origin, perMessageDeflate: false });
  await once(socket, 'open');
  const params = [...new URL(path, origin).searchParams];
  socket.send(JSON.stringify(['join', PROTOCOL_VERSION, token, path, params, structureHash(html), 0, 0]));
  await once(socket, 'message');
  return socket;
}
