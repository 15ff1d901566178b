import { createClient } from 'redis';
import type { RedisServer } from '../test/support/redis-server.js';

/** The figures of a section of Redis' `INFO`, by their names. The command counts itself. */
export async function readInfo({ url }: RedisServer, section: string): Promise<Record<string, string>> {
  const client = await createClient({ url }).connect();
  const text = await client.info(section);
  client.destroy();
  return Object.fromEntries(
    Array.from(text.matchAll(/^(\w+):(.*)\r$/gm), ([, name, value]) => [name, value]),
  );
}
