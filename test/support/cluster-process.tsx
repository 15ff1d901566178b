/**
 * A process of a cluster, for tests: forked with the URL of Redis and plugin options as JSON. It sends its
 * origin, and then the result of each `call` message.
 */
import { appendFileSync, createWriteStream, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { createClient } from 'redis';
import issrPlugin, {
  type ActionRequest,
  type IncomingFile,
  Later,
  type UploadRule,
} from '../../src/index.js';
import { redisAdapter } from '../../src/redis/redis-adapter.js';
import { CommandTable } from './command-table.js';

const [redisUrl = '', optionsJson = '{}'] = process.argv.slice(2);
const options = JSON.parse(optionsJson);

const client = createClient({ url: redisUrl }).on('error', () => {});
await client.connect();
const warnings: string[] = [];
const stream = { write: (line: string) => void warnings.push(JSON.parse(line).msg) };
const fastify = Fastify({ forceCloseConnections: true, logger: { level: 'warn', stream } });
await fastify.register(issrPlugin, {
  secret: 'the secret of all processes of this test',
  adapter: redisAdapter(client, options.redis),
  ...options.plugin,
});

const commands = options.record && new CommandTable(options.record);
let count = 0;
const add = async ({ issr }: ActionRequest<FastifyRequest>) => {
  commands.add(issr.action.value);
  await sleep(10 * Math.random());
};
fastify.issrRoute<{ Querystring: { key?: string; who?: string } }>(
  '/',
  { actions: { add } },
  ({ query, issr }) => {
    const key = query.key ?? 'key';
    issr.watch(key);
    const present = query.who ? issr.presence(`present:${key}`, query.who) : [];
    return (
      <main>
        <output>{count}</output>
        <p>{present.sort().join('+')}</p>
      </main>
    );
  },
);

fastify.issrRoute('/draft', { actions: { add } }, () => (
  <main>
    <output>{count}</output>
    <input name="draft" />
  </main>
));

/** Shows a cart that is in `page.data` alone. */
fastify.issrRoute(
  '/cart',
  {
    actions: {
      put: async ({ issr: { page, action } }) => {
        if (page) page.data.cart = [...((page.data.cart as string[]) ?? []), action.value];
      },
    },
  },
  ({ issr: { page } }) => (
    <main>
      <output>{((page?.data.cart as string[]) ?? []).join()}</output>
      <p>of {process.pid}</p>
      <input name="draft" />
      <button type="button" onclick="rr(this)" action="put" value="tea">
        tea
      </button>
    </main>
  ),
);

/** Writes to a folder that all processes share, as an object store would. */
const store = async ({ stream, name }: IncomingFile) => {
  const path = join(options.store, `${process.pid}-${++count}-${name}`);
  await pipeline(stream, createWriteStream(path)).catch((error) => {
    rmSync(path, { force: true });
    throw error;
  });
  return { path, remove: () => rmSync(path) };
};
/** `'aaab'` → `'a3b1'` */
const shorten = (text: string) => text.replace(/(.)\1*/g, (run, letter) => letter + run.length);
const save = async ({ issr }: ActionRequest<FastifyRequest>) => {
  const files = Object.values(issr.files).flat();
  const saved = files.map(({ name, path }) => `${name}=${shorten(readFileSync(path, 'latin1'))}`);
  appendFileSync(options.saves, `${issr.action.value} ${saved.sort().join()}\n`);
};
const picture: UploadRule = {
  maxBytes: 9,
  types: ['image/*'],
  message: ({ reason, name }, { headers }) => `${headers['accept-language']}: ${reason} ${name}`,
};
fastify.issrRoute(
  '/album',
  { uploads: { photo: { store }, paper: {}, picture }, actions: { save } },
  ({ issr }) => (
    <main>
      <form onsubmit="rr(this)">
        <input name="photo" type="file" multiple />
        <input name="paper" type="file" multiple />
        <button action="save" value="all">
          save
        </button>
      </form>
      <output>
        {Object.values(issr.files)
          .flatMap((files) => files.map(({ name, size }) => `${name} ${size}`))
          .join()}
      </output>
    </main>
  ),
);

const report = (_request: unknown, reply: FastifyReply) =>
  reply.header('content-disposition', 'attachment; filename=report.bin').send(Buffer.from([0, 255, 10]));
fastify.issrRoute('/report', { actions: { report } }, () => <p>report</p>);

fastify.issrRoute('/sign-in', { actions: { signIn: async () => {} } }, ({ issr }, reply) => {
  if (issr.action) reply.header('set-cookie', 'session=ann; HttpOnly; Path=/');
  return (
    <main>
      <p>{issr.action ? 'signed in' : 'signed out'}</p>
      <button type="button" onclick="rr(this)" action="signIn" value="t">
        sign in
      </button>
    </main>
  );
});
fastify.issrRoute(
  '/slow',
  {
    actions: {
      async *brief() {
        yield 'begun';
        await sleep(100);
      },
      async *endless({ signal }: FastifyRequest) {
        for (; !signal.aborted; await sleep(20)) yield 'begun';
      },
    },
  },
  ({ issr }) => (
    <main>
      <output>{issr.result === undefined ? 'nothing' : String(issr.result)}</output>
      <Later fallback="…">{() => `of ${process.pid}`}</Later>
    </main>
  ),
);
fastify.issrStream('/news', (stream) => {
  const missedNothing = stream.subscribe('news');
  if (stream.lastEventId !== null && missedNothing) stream.send('missed nothing');
});

const room = fastify.issrSocket('/room/:id', { message: () => {} });

const calls: Record<string, (...args: never[]) => unknown> = {
  setCount: (value: number) => {
    count = value;
  },
  changed: (key: string) => fastify.issr.changed(key),
  rr: (path: string) => fastify.issr.rr(path),
  publish: (data: string, id?: string) => fastify.issr.publish('news', data, { id }),
  broadcast: (id: string, data: string) => room.at({ id }).broadcast(data),
  broadcastBytes: (data: number[]) => room.broadcast(Uint8Array.from(data)),
  count: (id: string) => room.at({ id }).count(),
  countAll: () => room.count(),
  pages: () => fastify.issr.pages.size,
  stats: () => fastify.issr.stats(),
  warnings: () => warnings,
  pid: () => process.pid,
  close: async () => {
    await fastify.close();
    client.destroy();
    process.disconnect?.();
  },
};

process.on('message', async ({ id, name, args }: { id: number; name: string; args: never[] }) => {
  const result = await calls[name]?.(...args);
  if (process.connected) process.send?.({ id, result });
});
await fastify.listen({ port: options.port ?? 0, host: '127.0.0.1' });
process.send?.({ origin: fastify.listeningOrigin });
