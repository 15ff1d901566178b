import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network between browser and server that takes `delay` milliseconds each way. Returns its port. */
export async function startSlowLink(
  target: number,
  delay: number,
): Promise<{ port: number; server: Server }> {
  const server = createServer((browser) => {
    const site = connect(target, '127.0.0.1');
    pass(browser, site, delay);
    pass(site, browser, delay);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, server };
}

function pass(from: Socket, to: Socket, delay: number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), delay));
  from.on('close', () => setTimeout(() => to.destroy(), delay));
  // The other end notices by the close.
  from.on('error', () => {});
}
