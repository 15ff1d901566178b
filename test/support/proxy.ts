import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a proxy does with a websocket's handshake. */
export type UpgradePolicy = 'refuse' | 'swallow';

/** A proxy before `origin` through which plain HTTP goes and no websocket does. Its own origin. */
export async function openProxy(
  t: { after(close: () => void): void },
  origin: string,
  policy: UpgradePolicy,
): Promise<string> {
  const target = new URL(origin);
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
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
  proxy.on('upgrade', (_request, socket) => {
    if (policy === 'refuse') socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
