import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What Node gives with an upgrade: the connection, and what of it was read beyond the request. */
export interface Upgrade {
  stream: Duplex;
  head: Buffer;
}

/** By server, the requests that ask for an upgrade. */
const upgrades = new WeakMap<object, WeakMap<IncomingMessage, Upgrade>>();

/**
 * Notes the upgrades of a server, before `@fastify/websocket` sends each on its way through the routes:
 * that keeps them for itself.
 */
export function noteUpgrades(server: Server): WeakMap<IncomingMessage, Upgrade> {
  const known = upgrades.get(server);
  if (known) return known;
  const noted = new WeakMap<IncomingMessage, Upgrade>();
  upgrades.set(server, noted);
  server.prependListener('upgrade', (request, stream, head) => noted.set(request, { stream, head }));
  return noted;
}
