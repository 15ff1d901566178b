/** A process of its own that asks for pages, so that what `dispatch.tsx` measures is the server only. */
import { Agent, get } from 'node:http';

const CONNECTIONS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const load = (url: string) =>
  new Promise<void>((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });

process.on('message', async ({ url, count }: { url: string; count: number }) => {
  const visitor = async () => {
    for (let i = 0; i < count / CONNECTIONS; i++) await load(url);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, visitor));
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
