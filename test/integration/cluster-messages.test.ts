import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import Fastify from 'fastify';
import type { Adapter, AdapterStatus } from '../../src/cluster/adapter.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import issrPlugin from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { listen } from '../support/server.js';
import { SocketClient } from '../support/socket-client.js';
import { waitFor } from '../support/wait.js';

const MEBIBYTE = 1024 * 1024;

test('forged, foreign and oversized messages of processes change nothing', async (t) => {
  const adapter = Object.assign(new MemoryAdapter(), { isShared: true });
  const lines: { level: number; msg: string; refused?: object }[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const fastify = Fastify({ logger: { level: 'warn', stream } });
  t.after(() => fastify.close());
  await fastify.register(issrPlugin, { adapter });
  let renders = 0;
  fastify.issrRoute('/', ({ issr }) => `<p>${++renders} ${issr.presence('room', 'ann')}</p>`);
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const forger = randomUUID();
  const answers: unknown[][] = [];
  await adapter.subscribe(`cluster:${forger}`, (text) => answers.push(JSON.parse(text)));
  const before = renders;

  const send = (...message: unknown[]) => adapter.publish('cluster', JSON.stringify(message));
  for (const text of ['', 'null', '{}', '[]', '[1]', '[1,2,3]', '"rr"'])
    await adapter.publish('cluster', text);
  for (const version of [0, 2, '1', null]) await send(version, forger, 'rr', '/', {});
  for (const sender of [1, '', 'x', 'x'.repeat(10_000), null]) await send(1, sender, 'rr', '/', {});
  for (const kind of ['__proto__', 'constructor', 'toString', '', 1]) await send(1, forger, kind, 1, '/', {});
  await send(1, forger, 'rr', '/', 'x'.repeat(16 * MEBIBYTE));
  for (const payload of [[], [1], ['/', null], ['/', [1]], ['/', { a: 1 }]])
    await send(1, forger, 'rr', ...payload);
  for (const entry of ['', 'null', '{}', '[]', '["a","b"]', '["a","b",1]', '["a","b","c",1]'])
    await adapter.publish('events', entry);
  for (const kind of ['presence', 'presence-state', 'socket']) {
    for (const payload of [[], [1, 2, 3], ['__proto__', null], [1, [['k', 'p', 1]]]])
      await send(1, forger, kind, ...payload);
  }
  for (const record of ['', '{', 'undefined', 'x'.repeat(100_000)]) {
    await send(1, forger, 'presence', 1, [['room', 'p', record]]);
    await send(1, forger, 'presence-state', 1, 0, [['room', 'p', record]]);
  }
  for (const kind of ['handover', 'upload-find', 'upload-plan', 'upload-state', 'upload-begin']) {
    for (const id of [page.id, '__proto__', null]) {
      for (const secret of ['', 'x', page.secret.slice(0, -1)])
        await send(1, forger, kind, 1, id, secret, '[]', '0');
    }
  }
  for (const kind of [
    'upload-end',
    'upload-cut',
    'upload-drop',
    'upload-adopt',
    'handover-arrived',
    'answer',
  ])
    await send(1, forger, kind, '__proto__', '{}', '');
  await send(1, forger, 'issr/send', 1, '__proto__', '["bye"]');
  await send(1, forger, 'issr/cookies', 1, '__proto__', page.id);
  await new Promise(setImmediate);

  assert.equal(renders, before);
  assert.ok(answers.length > 40);
  for (const [, , kind, , result = null] of answers) {
    if (kind === 'answer') assert.ok(result === null || result === false, JSON.stringify(result));
  }
  assert.equal((await page.rr())[0], 'patch');
  assert.deepEqual(
    lines.filter(({ level }) => level > 40),
    [],
  );
  assert.deepEqual(
    lines.map(({ msg, refused }) => [msg, refused]),
    [['issr: input refused', { 'process message': 1 }]],
    'a flood is one line a minute',
  );
  await send(1, forger, 'rr', '/', JSON.parse('{"__proto__":"x","a":"1"}'));
  await page.next('patch');
  assert.equal(({} as { a?: string }).a, undefined);
});

/** Faults of an adapter after the start of the server. */
const faults: Record<string, () => unknown> = {
  'throws at once': () => {
    throw new Error('broken');
  },
  rejects: () => Promise.reject(new Error('broken')),
  'never answers': () => new Promise(() => {}),
  'answers nonsense': () => 'nonsense',
};

for (const [name, fault] of Object.entries(faults)) {
  test(`a process whose adapter ${name} serves its own pages`, async (t) => {
    let status: AdapterStatus | undefined;
    const adapter: Adapter = Object.assign(new MemoryAdapter(), {
      isShared: true,
      open: async (given: AdapterStatus) => {
        status = given;
      },
    });
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line).msg) };
    const fastify = Fastify({ logger: { level: 'info', stream } });
    t.after(() => fastify.close());
    await fastify.register(issrPlugin, { adapter });
    let count = 0;
    const add = () => void count++;
    fastify.issrRoute<{ Querystring: { who: string } }>('/', { actions: { add } }, ({ issr, query }) => {
      issr.watch('__proto__');
      return `<p>${count} ${issr.presence('constructor', query.who).sort().join('+')}</p>`;
    });
    fastify.issrStream('/news', (events) => void events.subscribe('news'));
    const room = fastify.issrSocket('/room', { message: () => {} });
    const origin = await listen(fastify);
    Object.assign(adapter, { publish: fault, append: fault, readLog: fault });

    const ann = await PageDriver.open(origin, '/?who=ann');
    await PageDriver.open(origin, '/?who=bob');
    await waitFor(() => ann.text === '0 ann+bob');
    assert.equal((await ann.click('add'))[0], 'patch');
    count++;
    assert.equal(await fastify.issr.changed('__proto__'), 2);
    await waitFor(() => ann.text === '2 ann+bob');
    count++;
    assert.equal(await fastify.issr.rr('/'), 2);
    await waitFor(() => ann.text === '3 ann+bob');
    const news = await fetch(`${origin}/news`);
    const reader = news.body?.getReader();
    t.after(() => reader?.cancel());
    assert.equal(fastify.issr.publish('news', 'hello'), 1);
    const socket = await SocketClient.open(origin, '/room');
    room.broadcast('hello');
    assert.equal(await socket.next(), 'hello');
    assert.equal(await room.count(), 1);

    const isAbout = (state: string) => (line: string) => line.includes(`the adapter is ${state}`);
    for (const state of ['onDown', 'onDown', 'onUp', 'onUp'] as const) status?.[state](new Error('gone'));
    count++;
    assert.equal(await fastify.issr.changed('__proto__'), 2);
    await waitFor(() => ann.text === '4 ann+bob');
    assert.deepEqual([lines.filter(isAbout('down')).length, lines.filter(isAbout('up')).length], [1, 1]);
    await fastify.close();
    status?.onDown(new Error('late'));
    status?.onUp();
    assert.deepEqual(lines.filter(isAbout('up')).length, 1);
  });
}
