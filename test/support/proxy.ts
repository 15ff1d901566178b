import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Fault of a proxy with websockets: in the handshake, or after it. `late` opens them once the page uses plain HTTP. */
export type UpgradePolicy = 'refuse' | 'swallow' | 'silence' | 'cut' | 'late';

/** A proxy before `origin` through which plain HTTP goes and no websocket does. Its own origin. */
export async function openProxy(
  t: { after(close: () => void): void },
  origin: string,
  policy: UpgradePolicy,
): Promise<string> {
  const target = new URL(origin);
  const sockets = new Set<Socket>();
  const late = new Set<() => void>();
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (method === 'POST') for (const open of late) open();
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  proxy.on('connection', (socket) => sockets.add(socket));
  proxy.on('upgrade', ({ headers }, socket) => {
    if (policy === 'refuse') socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    if (policy === 'silence' || policy === 'cut') accept(socket, headers['sec-websocket-key']);
    if (policy === 'cut') socket.once('data', () => socket.destroy());
    if (policy !== 'late') return;
    const open = () => {
      late.delete(open);
      accept(socket, headers['sec-websocket-key']);
      // Answers the browser's close.
      socket.once('data', () => socket.end(Buffer.from([0x88, 0])));
    };
    late.add(open);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** RFC 6455, section 4.2.2. */
function accept(socket: Duplex, key = ''): void {
  const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${answer}\r\n\r\n`,
  );
}
