/** A server in a process of its own, that a test may kill. Arguments: its port, the file that it records actions in. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyRequest } from 'fastify';
import issrPlugin from '../../src/index.js';

const [port, record = ''] = process.argv.slice(2);
const querystring = { type: 'object', properties: { tab: { type: 'string', default: 'a' } } };

const fastify = Fastify();
await fastify.register(issrPlugin, { secret: 'the secret of all processes of this test' });
fastify.issrRoute<{ Querystring: { tab: string } }>(
  '/',
  {
    schema: { querystring },
    url: ['tab'],
    actions: {
      add: async ({ issr }) => {
        appendFileSync(record, `${issr.action.value}\n`);
        await sleep(10 * Math.random());
      },
    },
  },
  ({ query, issr }) => (
    <main>
      <h1>{query.tab}</h1>
      <output>{issr.action?.value ?? 'nothing'}</output>
      <pre>{JSON.stringify(query)}</pre>
      <textarea name="text" />
      <details>
        <summary>more</summary>
        <p>details</p>
      </details>
      <dialog>
        <input name="inside" />
      </dialog>
    </main>
  ),
);
fastify.issrRoute(
  '/count',
  {
    actions: {
      /** Counts until the process is killed. */
      async *count({ signal }: FastifyRequest) {
        for (let n = 1; !signal.aborted; n++) {
          yield n;
          await sleep(20);
        }
      },
    },
  },
  ({ issr }) => (
    <main>
      <output>{issr.result === undefined ? 'nothing' : 'counting'}</output>
      <button onclick="rr(this)" action="count" type="button">
        count
      </button>
    </main>
  ),
);
await fastify.listen({ port: Number(port), host: '127.0.0.1' });
process.send?.(fastify.listeningOrigin);
