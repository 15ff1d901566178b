/**
 * The counter page, schema-checked, for `load.ts`: says its port, and its CPU time when asked. The plugin is
 * the built one, as tsx adds to each function what takes time. `?who=` makes a page unlike all others.
 */

import type { AddressInfo } from 'node:net';
import { fastify as createFastify, type FastifyTypeProviderDefault } from 'fastify';

const { default: issrPlugin } = (await import(process.argv[2] ?? '')) as typeof import('../src/index.js');

const fastify = createFastify().withTypeProvider<FastifyTypeProviderDefault>();
await fastify.register(issrPlugin, { maxEventsPerSecond: 1_000_000, maxEventBurst: 1_000_000 });

const schema = {
  querystring: {
    type: 'object',
    properties: { x: { type: 'integer', default: 0, minimum: 0 }, who: { type: 'string' } },
  },
} as const;

type Query = { x: number; who?: string };

fastify.issrRoute<{ Querystring: Query }>('/counter', { schema }, ({ query: { x, who } }) => (
  <html lang="en">
    <head>
      <title>Counter</title>
    </head>
    <body>
      {who && <p>{who}</p>}
      <ul>
        {Array.from({ length: x }, (_, n) => (
          <li key={n}>{n + 1}</li>
        ))}
      </ul>
      <button type="button" onclick="rr(this)" action="x" value={x + 1}>
        add
      </button>
      <button type="button" onclick="rr(this)" action="x" value={Math.max(0, x - 1)}>
        delete
      </button>
    </body>
  </html>
));

await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (fastify.server.address() as AddressInfo).port });
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
process.on('disconnect', () => process.exit());
