import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Fastify from 'fastify';
import type { Adapter } from '../../src/cluster/adapter.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import type { IssrOptions } from '../../src/index.js';
import issrPlugin from '../../src/index.js';
import { createGate } from '../support/gate.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, listen } from '../support/server.js';
import { png, upload, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const SITE = { headers: { origin: 'http://site.example' } };
const SHUTDOWN = { code: 1001, reason: 'shutdown' };
/** Characters of a record at most. */
const MAX_LENGTH = 1024 * 1024;

/** A store that several processes share. It notes what they do with records. */
class Store {
  readonly #memory = Object.assign(new MemoryAdapter(), { isShared: true });
  readonly records = new Map<string, { value: string; ttl: number }>();
  readonly takes: string[] = [];
  readonly kinds: string[] = [];
  closes = 0;
  /** Loses messages between processes. */
  drops = (_kind: string) => false;
  /** Runs before a message is sent. */
  beforePublish: (kind: string) => unknown = () => {};
  /** Runs before a record is written or taken. */
  before: (operation: 'set' | 'take') => unknown = () => {};

  connect(): Adapter {
    return new Proxy<Adapter>(this.#memory, {
      get: (memory, name) => {
        if (name === 'close') return this.#close;
        if (name === 'set') return this.#set;
        if (name === 'take') return this.#take;
        if (name === 'publish') return this.#publish;
        const value: unknown = Reflect.get(memory, name);
        return typeof value === 'function' ? value.bind(memory) : value;
      },
    });
  }

  #close = async () => void this.closes++;

  #set = async (key: string, value: string, ttl: number) => {
    await this.before('set');
    this.records.set(key, { value, ttl });
  };

  #take = async (key: string) => {
    this.takes.push(key);
    await this.before('take');
    const value = this.records.get(key)?.value ?? null;
    this.records.delete(key);
    return value;
  };

  #publish = async (channel: string, message: string) => {
    const [, , kind] = JSON.parse(message);
    this.kinds.push(kind);
    await this.beforePublish(kind);
    if (!this.drops(kind)) await this.#memory.publish(channel, message);
  };
}

async function startProcess(t: TestContext, adapter: Adapter, options: IssrOptions = {}) {
  const warnings: { msg: string; [detail: string]: unknown }[] = [];
  const stream = { write: (line: string) => void warnings.push(JSON.parse(line)) };
  const fastify = closeAfter(t, Fastify({ forceCloseConnections: true, logger: { level: 'warn', stream } }));
  await fastify.register(issrPlugin, {
    secret: 'the secret of all processes of this test',
    adapter,
    allowedOrigins: ['http://site.example'],
    ...options,
  });
  fastify.issrRoute<{ Querystring: { who?: string } }>(
    '/',
    {
      uploads: { photo: {} },
      actions: {
        add: async () => {},
        async hang({ issr }) {
          Object.assign(issr.page?.data ?? {}, { hangs: true });
          await new Promise(() => {});
        },
      },
    },
    ({ query, issr }) => `<p>${query.who} has ${JSON.stringify(issr.page?.data)}</p>`,
  );
  const origin = await listen(fastify);
  const { pages } = fastify.issr;
  return { origin, pages, warnings, close: () => fastify.close() };
}

/** Processes that share a store. */
async function startProcesses(t: TestContext, count: number, options?: IssrOptions) {
  const store = new Store();
  const processes = [];
  for (let i = 0; i < count; i++) processes.push(await startProcess(t, store.connect(), options));
  const [a, b, c] = processes;
  assert.ok(a && b);
  return { store, a, b, c: c ?? b };
}

type Process = Awaited<ReturnType<typeof startProcess>>;

async function openAt({ origin, pages }: Process, data: object = {}, url = '/?who=ann') {
  const page = await PageDriver.open(origin, url, SITE);
  Object.assign(pages.get(page.id)?.data ?? {}, data);
  return page;
}

/** Holds the next operation on a record until `proceed`. */
function hold(store: Store) {
  let proceed = () => {};
  const reached = new Promise<void>((reach) => {
    store.before = () => {
      store.before = () => {};
      reach();
      return new Promise<void>((resolve) => {
        proceed = resolve;
      });
    };
  });
  return { reached, proceed: () => proceed() };
}

test('a page finds its data and unconfirmed params after the close of its process', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const page = await openAt(a, { cart: ['tea'], since: new Date(0), log() {} });
  await page.rr();
  await a.pages.get(page.id)?.rr({ who: 'zoe' });
  const closed = a.close();
  assert.deepEqual(await page.closed(), SHUTDOWN);
  assert.equal(store.records.size, 1, 'the record is there before the socket closes');
  await closed;
  const follower = await page.follow(b.origin);
  assert.deepEqual(await follower.join(), ['joined', 1, true]);
  await waitFor(() => follower.text === 'zoe has {"cart":["tea"],"since":"1970-01-01T00:00:00.000Z"}');
  assert.equal(store.takes.length, 1, 'one round trip');
  assert.equal(store.kinds.filter((kind) => kind === 'handover').length, 0, 'nobody is asked');
});

test('all pages of one address that come back at once ask for their data', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const pages = await Promise.all(Array.from({ length: 150 }, (_, n) => openAt(a, { n })));
  await a.close();
  const followers = await Promise.all(pages.map((page) => page.follow(b.origin)));
  const gate = createGate(t);
  store.before = (operation) => operation === 'take' && gate.opened;
  const joined = followers.map((follower) => follower.join());
  await waitFor(() => store.takes.length === pages.length);
  gate.open();
  await Promise.all(joined);
});

test('all pages of one address that move at once from a living process keep their data', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const pages = await Promise.all(Array.from({ length: 150 }, (_, n) => openAt(a, { n })));
  const followers = await Promise.all(pages.map((page) => page.follow(b.origin)));
  const gate = createGate(t);
  store.beforePublish = (kind) => kind === 'answer' && gate.opened;
  const joined = followers.map((follower) => follower.join());
  await waitFor(() => store.kinds.filter((kind) => kind === 'handover').length === 100);
  gate.open();
  for (const join of joined) assert.deepEqual(await join, ['joined', 0, true]);
  await waitFor(() => pages.every(({ id }, n) => b.pages.get(id)?.data.n === n));
});

test('the log says once that the store refuses to give data back', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const pages = await Promise.all([openAt(a, { n: 1 }), openAt(a, { n: 2 })]);
  await a.close();
  store.before = () => {
    throw new Error('READONLY You cannot write');
  };
  for (const page of pages) {
    const follower = await page.follow(b.origin);
    assert.deepEqual(await follower.join(), ['joined', 0, false]);
  }
  const lines = b.warnings.filter(({ msg }) => msg.includes('page.data'));
  assert.deepEqual(
    lines.map(({ msg, err }) => [msg, (err as Error).message]),
    [['issr: page.data of a page that comes back is lost, the adapter failed', 'READONLY You cannot write']],
  );
});

test('a record names no page, shows no data, and lives for a minute and the spread', async (t) => {
  const { store, a } = await startProcesses(t, 2);
  const page = await openAt(a, { cart: 'of ann' });
  await openAt(a);
  await a.close();
  const [[key = '', record] = []] = store.records;
  assert.ok(record);
  assert.equal(record.ttl, 60_002);
  const bytes = Buffer.from(record.value, 'base64url').toString('latin1');
  for (const secret of ['of ann', page.id, page.secret, page.token])
    for (const text of [key, record.value, bytes]) assert.ok(!text.includes(secret));
});

test('a record lives as long as resumeWindow, if that is longer', async (t) => {
  const { store, a } = await startProcesses(t, 2, { resumeWindow: 70_000 });
  await openAt(a, { cart: 'of ann' });
  await a.close();
  assert.deepEqual(
    Array.from(store.records.values(), ({ ttl }) => ttl),
    [70_001],
  );
});

test('a page that has nothing to keep leaves and costs nothing', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const page = await openAt(a);
  await page.rr();
  await a.close();
  assert.equal(store.records.size, 0);
  assert.deepEqual(await (await page.follow(b.origin)).join(), ['joined', 1, false]);
  const fresh = await openAt(b);
  await fresh.rr();
  assert.equal(store.takes.length, 1);
});

test('a page that the living process hands over reads no record', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const page = await openAt(a, { cart: 'x' });
  const follower = await page.follow(b.origin);
  assert.equal((await follower.join())[2], true);
  assert.deepEqual(b.pages.get(page.id)?.data, { cart: 'x' });
  assert.deepEqual([store.takes, store.records.size], [[], 0]);
});

test('another id or another secret finds no record, and leaves it in place', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const [page, other] = [await openAt(a, { cart: 'of ann' }), await openAt(a)];
  await a.close();
  const guess = page.secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const [from, secret] of [
    [page, guess],
    [other, page.secret],
    [page, ''],
    [page, 'x'.repeat(1000)],
  ] as const) {
    const stranger = await from.follow(b.origin, { secret });
    assert.equal((await stranger.join())[2], false);
    await waitFor(() => [...b.pages.values()].every(({ data }) => Object.keys(data).length === 0));
    await stranger.drop();
  }
  assert.equal(store.records.size, 1);
  assert.equal((await (await page.follow(b.origin)).join())[2], true);
});

test('an answer that the browser missed before the close is not in doubt after it', async (t) => {
  const { a, b } = await startProcesses(t, 2);
  const page = await openAt(a);
  page.pause();
  page.sendEvent({ actions: [['add', '1']] });
  const record = a.pages.get(page.id) as { lastAnsweredEvent?: number; state?: string } | undefined;
  await waitFor(() => record?.lastAnsweredEvent === 1);
  page.resume();
  await page.drop();
  await waitFor(() => record?.state === 'detached');
  await a.close();
  const follower = await page.follow(b.origin, { event: 0, patches: 0 });
  assert.deepEqual(await follower.join(), ['joined', 1, true]);
});

test('a page that had files is not resumed, so that its browser sends them again', async (t) => {
  const { a, b } = await startProcesses(t, 2, { uploadFolder: uploadFolder(t) });
  const page = await openAt(a, { cart: 'x' });
  const file = { origin: a.origin, token: page.credentials, ...SITE };
  const id = await upload(file, png(), { field: 'photo' });
  page.send(['files', [['photo', [id]]]]);
  await page.rr();
  await a.close();
  assert.equal((await (await page.follow(b.origin)).join())[2], false);
  assert.deepEqual(b.pages.get(page.id)?.data, { cart: 'x' });
});

test('a page that is cut at its arrival is followed, by its own process and by others', async (t) => {
  const { a, b, c } = await startProcesses(t, 3);
  const page = await openAt(a, { cart: 'x' });
  await a.close();
  for (const next of [b, b, c, c, b]) {
    // It never learns a new secret.
    const follower = await page.follow(next.origin);
    assert.equal((await follower.join())[2], true);
    assert.deepEqual(next.pages.get(page.id)?.data, { cart: 'x' });
    await follower.drop();
  }
});

test('a page that is cut at its arrival is followed through the close of that process', async (t) => {
  const { a, b, c } = await startProcesses(t, 3);
  const page = await openAt(a, { cart: 'x' });
  await a.close();
  await (await page.follow(b.origin)).join();
  await b.close();
  assert.equal((await (await page.follow(c.origin)).join())[2], true);
  assert.deepEqual(c.pages.get(page.id)?.data, { cart: 'x' });
});

test('a page that its living process let go is followed through the close of that process', async (t) => {
  for (const hasArrived of [true, false]) {
    const { store, a, b, c } = await startProcesses(t, 3);
    const page = await openAt(a, { cart: 'x' });
    const second = await page.follow(b.origin);
    if (hasArrived) await second.join();
    else {
      second.sendJoin();
      await second.settled();
      await second.drop();
      await waitFor(() => a.pages.size === 0);
    }
    await a.close();
    assert.equal(store.records.size, 1);
    assert.equal((await (await page.follow(c.origin)).join())[2], true);
    assert.deepEqual(c.pages.get(page.id)?.data, { cart: 'x' });
    assert.deepEqual([b.pages.size, c.pages.size], [0, 1]);
  }
});

for (const [obstacle, refuse] of [
  ['whose connection drops', async (follower: PageDriver) => follower.drop()],
  ['that has no room', async (follower: PageDriver) => void (await follower.closed())],
  [
    'that closes',
    async (follower: PageDriver, b: Process) => {
      void b.close();
      await follower.closed();
    },
  ],
] as const) {
  test(`a page gets its data after a process ${obstacle} while it takes the record`, async (t) => {
    const { store, a, b, c } = await startProcesses(t, 3, {
      maxPages: obstacle === 'that has no room' ? 1 : 9,
    });
    const page = await openAt(a, { cart: 'x' });
    await a.close();
    await openAt(b);
    const { reached, proceed } = hold(store);
    const second = await page.follow(b.origin);
    second.sendJoin();
    await reached;
    if (obstacle === 'that has no room') proceed();
    await refuse(second, b);
    proceed();
    await waitFor(() => store.records.size === 1);
    assert.equal((await (await page.follow(c.origin)).join())[2], true);
    assert.deepEqual(c.pages.get(page.id)?.data, { cart: 'x' });
  });
}

test('a closing process hands a page over while its record is being written', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const page = await openAt(a, { cart: 'x' });
  const { reached, proceed } = hold(store);
  const closed = a.close();
  await reached;
  const follower = await page.follow(b.origin);
  assert.equal((await follower.join())[2], true);
  assert.deepEqual(b.pages.get(page.id)?.data, { cart: 'x' });
  proceed();
  await closed;
});

test('a question that a closing process did not read ends with that process', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const page = await openAt(a, { cart: 'x' });
  store.drops = (kind) => kind === 'handover';
  // No timeout ends the question.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const follower = await page.follow(b.origin);
  const joined = follower.join();
  await follower.settled();
  await a.close();
  assert.equal((await joined)[2], true);
  assert.deepEqual(b.pages.get(page.id)?.data, { cart: 'x' });
});

test('data of the largest record is kept, and one character more is logged once', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  // The record is base64 of a nonce, the encrypted JSON and a tag. A small one shows their length without the text.
  const [probe, text] = [new Store(), ''];
  const small = await startProcess(t, probe.connect());
  await openAt(small, { text });
  await small.close();
  const [{ value: empty } = { value: '' }] = probe.records.values();
  const room = Math.floor((MAX_LENGTH * 3) / 4) - Buffer.from(empty, 'base64url').length;
  const fits = await openAt(a, { text: 'x'.repeat(room) });
  const exceeds = await openAt(a, { text: 'x'.repeat(room + 1) });
  await openAt(a, { text: 'x'.repeat(room + 2) });
  await a.close();
  assert.deepEqual(
    [...store.records.values()].map(({ value }) => value.length),
    [MAX_LENGTH],
  );
  assert.equal(a.warnings.length, 1);
  assert.match(a.warnings[0]?.msg ?? '', /page\.data is too large/);
  assert.equal((await (await fits.follow(b.origin)).join())[2], true);
  assert.equal((await (await exceeds.follow(b.origin)).join())[2], false);
});

for (const [fault, before] of [
  [
    'throws',
    () => {
      throw new Error('no record for you');
    },
  ],
  ['never answers', () => new Promise(() => {})],
] as const) {
  test(`an adapter that ${fault} delays a close once, not for each page`, async (t) => {
    const { store, a, b } = await startProcesses(t, 2);
    const pages = [];
    for (let i = 0; i < 5; i++) pages.push(await openAt(a, { cart: 'x' }));
    store.before = before;
    await a.close();
    for (const page of pages) assert.deepEqual(await page.closed(), SHUTDOWN);
    assert.equal(a.warnings.length, 1);
    assert.match(a.warnings[0]?.msg ?? '', /page\.data is not kept through this close, the adapter failed/);
    const [page] = pages;
    assert.ok(page);
    assert.equal(
      (await (await page.follow(b.origin)).join())[2],
      false,
      'nor does it keep a page from joining',
    );
  });
}

test('shutdownTimeout ends a wait for the adapter, with one warning for all pages', async (t) => {
  const { store, a } = await startProcesses(t, 2, { shutdownTimeout: 50 });
  for (const data of [{ cart: 'x' }, { cart: 'y' }, {}]) await openAt(a, data);
  store.before = () => new Promise(() => {});
  await a.close();
  assert.deepEqual(
    a.warnings.map(({ msg, pages }) => [msg, pages]),
    [['issr: page.data may be lost through this close, it took longer than shutdownTimeout', 2]],
  );
});

test('a page whose event outlasts shutdownTimeout is warned of, if it could be left', async (t) => {
  const { a } = await startProcesses(t, 2, { shutdownTimeout: 50 });
  const alone = await startProcess(t, new MemoryAdapter(), { shutdownTimeout: 50 });
  for (const process of [a, alone]) {
    const page = await openAt(process);
    page.sendEvent({ actions: [['hang', '1']] });
    await waitFor(() => process.pages.get(page.id)?.data.hangs);
    await process.close();
  }
  assert.deepEqual(
    a.warnings.map(({ pages }) => pages),
    [1],
  );
  assert.deepEqual(alone.warnings, []);
});

test('a forged record is refused and counted', async (t) => {
  const { store, a, b } = await startProcesses(t, 2);
  const [page, other] = [await openAt(a, { cart: 'x' }), await openAt(a, { cart: 'y' })];
  await a.close();
  const [[key = '', { value } = { value: '' }] = [], [, { value: foreign } = { value: '' }] = []] =
    store.records;
  for (const forged of [
    '',
    '[]',
    'x'.repeat(50),
    value.slice(4),
    `${value.slice(0, -4)}AAAA`,
    foreign,
    'é\0',
    value.repeat(2),
  ]) {
    store.records.set(key, { value: forged, ttl: 1 });
    const follower = await page.follow(b.origin);
    assert.equal((await follower.join())[2], false, forged.slice(0, 20));
    await follower.drop();
  }
  assert.ok(b.warnings.some(({ msg }) => msg === 'issr: input refused'));
  assert.equal((await (await other.follow(b.origin)).join())[2], true);
});

test('a process without others leaves nothing', async (t) => {
  const adapter = new MemoryAdapter();
  const set = t.mock.method(adapter, 'set');
  const fastify = await startProcess(t, adapter);
  const page = await openAt(fastify, { cart: 'x' });
  await fastify.close();
  assert.deepEqual(await page.closed(), SHUTDOWN);
  assert.equal(set.mock.callCount(), 0);
});

test('a process has closed when its last message is sent, as its app destroys the client then', async (t) => {
  const { store, a } = await startProcesses(t, 2);
  let send = () => {};
  const sending = new Promise<void>((resolve) => {
    store.beforePublish = (kind) => {
      if (kind !== 'bye') return undefined;
      resolve();
      return new Promise<void>((sent) => {
        send = sent;
      });
    };
  });
  const closed = a.close();
  await sending;
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  assert.equal(store.closes, 0);
  send();
  await closed;
  assert.equal(store.closes, 1);
});
