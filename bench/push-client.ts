/** The browsers of `push.ts`, in a process of their own: pages that receive pushes, or one page that clicks. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { structureHash } from '../src/html/store/structure-hash.js';
import { PROTOCOL_VERSION } from '../src/protocol.js';
import { openJoinedSocket } from '../test/support/joined-socket.js';

const PARALLEL = 50;

/** Opens sockets that count what comes, and reports when each got one more message. */
async function receive(count: number, open: () => Promise<WebSocket>): Promise<void> {
  let left = 0;
  let bytes = 0;
  let first = 0;
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const onMessage = (data: Buffer) => {
    if (left === count) first = now();
    left--;
    bytes = data.length;
    if (left === 0) process.send?.({ first, last: now(), bytes, text: String(data) });
  };
  for (let i = 0; i < count; i += PARALLEL) {
    const sockets = await Promise.all(Array.from({ length: Math.min(PARALLEL, count - i) }, open));
    for (const socket of sockets) socket.on('message', onMessage);
  }
  process.on('message', () => {
    left = count;
    process.send?.('armed');
  });
  process.send?.('open');
}

/** Many documents of one load: each becomes a page of its own. */
async function joinAll(origin: string, path: string, count: number): Promise<void> {
  const html = await (await fetch(origin + path)).text();
  const token = /data-issr-token="([^"]+)"/.exec(html)?.[1];
  const hash = structureHash(html.replace(/<script src="[^>]*data-issr-token[^>]*><\/script>/, ''));
  await receive(count, async () => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, {
      origin,
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    socket.send(JSON.stringify(['join', PROTOCOL_VERSION, token, path, [], hash, 0, 0]));
    socket.send('["ping"]');
    // Both answers may come in one packet, so that two awaits would miss one of them.
    await new Promise<void>((resolve) => {
      socket.on('message', (data) => String(data) === '["pong"]' && resolve());
    });
    return socket;
  });
}

/** Clicks after each answer while told to, and reports how long the answers took. */
async function click(origin: string): Promise<void> {
  const socket = await openJoinedSocket(origin, '/counter');
  let number = 0;
  let latencies: number[] = [];
  let isClicking = false;
  process.on('message', (order: 'click' | 'rest') => {
    process.send?.({ latencies });
    latencies = [];
    isClicking = order === 'click';
  });
  process.send?.('open');
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (!isClicking) continue;
    const began = performance.now();
    socket.send(JSON.stringify(['event', ++number, [[], []], [['x', String(number)]]]));
    await once(socket, 'message');
    latencies.push(performance.now() - began);
  }
}

const [role = '', url = '', count = '1'] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
if (role === 'click') await click(url);
else if (role === 'bare') {
  await receive(Number(count), async () => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await once(socket, 'open');
    return socket;
  });
} else await joinAll(url, `/${role}`, Number(count));
