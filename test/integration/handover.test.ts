import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { Adapter } from '../../src/cluster/adapter.js';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import type { IncomingFile, UploadedFiles } from '../../src/index.js';
import { UploadFolder } from '../../src/uploads/folder.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { filesIn, upload, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const SITE = { headers: { origin: 'http://site.example' } };

/** A bus of several processes, which can hold messages back. */
class Bus {
  readonly #memory = Object.assign(new MemoryAdapter(), { isShared: true });
  readonly #held: (() => void)[] = [];
  /** Kinds of the messages so far. */
  readonly kinds: string[] = [];
  holds = (_kind: string) => false;

  /** The bus as one process sees it. Others use it on after its `close`. */
  connect(): Adapter {
    const bus = this.#memory;
    const publish = async (channel: string, text: string) => {
      const [, , kind] = JSON.parse(text);
      this.kinds.push(kind);
      if (this.holds(kind)) this.#held.push(() => void bus.publish(channel, text));
      else await bus.publish(channel, text);
    };
    return new Proxy<Adapter>(bus, {
      get(target, name) {
        if (name === 'publish') return publish;
        if (name === 'close') return async () => {};
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  get heldCount(): number {
    return this.#held.length;
  }

  release(): void {
    this.holds = () => false;
    for (const publish of this.#held.splice(0)) publish();
  }
}

/** Three processes of a page with a command that waits, and with a list of its visitors. */
async function startThree(t: TestContext) {
  const bus = new Bus();
  /** The commands that ran, and the process that ran each. */
  const ran: string[] = [];
  const waiting: (() => void)[] = [];
  const start = async (name: string) => {
    const secret = 'the secret of all processes of this test';
    const options = {
      secret,
      adapter: bus.connect(),
      allowedOrigins: ['http://site.example'],
      resumeWindow: 600_000,
    };
    const fastify = await createServer(t, options, { forceCloseConnections: true });
    const add = async ({ issr }: { issr: { action: { value: string } } }) => {
      ran.push(`${name} ${issr.action.value}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    };
    fastify.issrRoute<{ Querystring: { who: string } }>('/', { actions: { add } }, ({ query, issr }) => {
      return `<p>${issr.presence('room', query.who).sort().join('+')}</p>`;
    });
    return { origin: await listen(fastify), pages: fastify.issr.pages };
  };
  const [a, b, c] = [await start('a'), await start('b'), await start('c')];
  return { bus, ran, waiting, a, b, c };
}

test('a cut amid the handover of a running command loses and repeats none', async (t) => {
  const { bus, ran, waiting, a, b, c } = await startThree(t);
  const page = await PageDriver.open(a.origin, '/?who=ann', SITE);
  page.sendEvent({ actions: [['add', '1']] });
  page.sendEvent({ actions: [['add', '2']] });
  await waitFor(() => waiting.length === 1);
  const second = await page.follow(b.origin);
  second.sendJoin();
  await waitFor(() => bus.kinds.filter((kind) => kind === 'handover').length === 1);
  await second.drop();

  const third = await page.follow(c.origin);
  third.sendJoin();
  await waitFor(() => bus.kinds.filter((kind) => kind === 'handover').length === 2);
  waiting.shift()?.();
  const [, event, isResumed] = await third.next('joined');
  assert.deepEqual(
    [event, isResumed],
    [1, true],
    'the running command is done, the waiting one did not begin',
  );
  third.event = event;
  third.sendEvent({ actions: [['add', '2']] });
  await waitFor(() => waiting.length === 1);
  waiting.shift()?.();
  await third.answerTo(2);
  assert.deepEqual(ran, ['a 1', 'c 2']);
  assert.deepEqual([a.pages.size, b.pages.size, c.pages.size], [0, 0, 1]);
});

test('a page that is cut at its arrival stays at its last process only', async (t) => {
  const { bus, a, b, c } = await startThree(t);
  const viewer = await PageDriver.open(a.origin, '/?who=viewer', SITE);
  const page = await PageDriver.open(a.origin, '/?who=ann', SITE);
  await waitFor(() => viewer.text === 'ann+viewer');
  bus.holds = (kind) => kind === 'handover-arrived' && bus.heldCount === 0;
  const second = await page.follow(b.origin);
  await second.join();
  await waitFor(() => bus.heldCount === 1);
  await second.drop();

  const third = await page.follow(c.origin);
  assert.equal((await third.join())[2], true);
  await waitFor(() => third.text === 'ann+viewer');
  assert.deepEqual([a.pages.size, b.pages.size, c.pages.size], [1, 1, 1], 'two processes hold the page');
  await viewer.rr();
  assert.equal(viewer.text, 'ann+viewer');

  bus.release();
  await waitFor(() => b.pages.size === 0);
  await viewer.rr();
  assert.equal(viewer.text, 'ann+viewer');
  assert.equal((await third.rr())[0], 'patch');
  assert.equal(third.text, 'ann+viewer');
});

test('a page takes along its data, and params that its browser has not confirmed', async (t) => {
  const { a, b } = await startThree(t);
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  for (const [data, moved] of [
    [
      { cart: ['x'], since: new Date(0), log() {} },
      { cart: ['x'], since: '1970-01-01T00:00:00.000Z' },
    ],
    [endless, {}],
    [{ count: 1n }, {}],
  ]) {
    const page = await PageDriver.open(a.origin, '/?who=ann', SITE);
    const before = a.pages.get(page.id);
    assert.ok(before && data);
    Object.assign(before.data, data);
    await before.rr({ who: 'zoe', __proto__: 'x' });
    const follower = await page.follow(b.origin);
    assert.equal((await follower.join())[2], true);
    await waitFor(() => follower.text.includes('zoe'));
    const after = b.pages.get(page.id);
    assert.deepEqual(after?.data, moved);
    assert.equal(after?.params.get('who'), 'zoe');
    assert.equal(a.pages.has(page.id), false);
    await follower.drop();
  }
});

for (const [what, isBusy] of [
  ['an idle page', false],
  ['a page with a running command', true],
] as const) {
  test(`${what} that is cut amid its handover may return to its process`, async (t) => {
    const { bus, ran, waiting, a, b } = await startThree(t);
    const page = await PageDriver.open(a.origin, '/?who=ann', SITE);
    Object.assign(a.pages.get(page.id)?.data ?? {}, { cart: 'x' });
    page.sendEvent({ actions: [['add', '1']] });
    await waitFor(() => waiting.length === 1);
    if (!isBusy) {
      waiting.shift()?.();
      await page.answerTo(1);
    }
    bus.holds = (kind) => kind === 'answer';
    const second = await page.follow(b.origin);
    second.sendJoin();
    await waitFor(() => bus.kinds.includes('handover'));
    await second.drop();

    const third = await page.follow(a.origin);
    third.sendJoin();
    await third.settled();
    waiting.shift()?.();
    const [, event, isResumed] = await third.next('joined');
    assert.deepEqual([event, isResumed], [1, true]);
    bus.release();
    third.event = event;
    const sent = third.sendEvent({ actions: [['add', '2']] });
    await waitFor(() => waiting.length === 1);
    waiting.shift()?.();
    assert.equal((await third.answerTo(sent))[0], 'patch');
    assert.deepEqual(ran, ['a 1', 'a 2']);
    assert.deepEqual(a.pages.get(page.id)?.data, { cart: 'x' });
    assert.deepEqual([a.pages.size, b.pages.size], [1, 0]);
  });
}

/** Three processes that share a folder and a store. Their pages list the files that exist. */
async function startAlbums(t: TestContext, { maxPages = 100 } = {}) {
  const bus = new Bus();
  const folder = uploadFolder(t);
  const stored = join(folder, 'stored');
  const store = async ({ stream }: IncomingFile) => {
    await writeFile(stored, await buffer(stream));
    return { path: stored, remove: () => rm(stored) };
  };
  const list = (files: UploadedFiles) =>
    Object.entries(files).flatMap(([field, all]) => all.map(({ path }) => `${field} ${existsSync(path)}`));
  const start = async (max: number) => {
    const fastify = await createServer(
      t,
      {
        secret: 'the secret of all processes of this test',
        adapter: bus.connect(),
        allowedOrigins: ['http://site.example'],
        uploadFolder: join(folder, 'uploads'),
        maxPages: max,
      },
      { forceCloseConnections: true },
    );
    fastify.issrRoute('/', { uploads: { photo: {}, paper: { store } } }, ({ issr }) => {
      return `<p>${list(issr.files).join()}</p>`;
    });
    return { origin: await listen(fastify), pages: fastify.issr.pages };
  };
  const [a, b, c] = [await start(100), await start(maxPages), await start(100)];
  const page = await PageDriver.open(a.origin, '/', SITE);
  const ids: [string, string[]][] = [];
  for (const field of ['photo', 'paper'])
    ids.push([
      field,
      [await upload({ origin: a.origin, token: page.credentials, ...SITE }, Buffer.from('abc'), { field })],
    ]);
  page.send(['files', ids]);
  await page.rr();
  assert.equal(page.text, 'photo true,paper true');
  return { bus, folder, page, a, b, c };
}

test('a page that is cut amid the arrival of its files keeps them', async (t) => {
  const { folder, page, b, c } = await startAlbums(t);
  const { sees } = UploadFolder.prototype;
  let arrive: (() => void) | undefined;
  t.mock.method(UploadFolder.prototype, 'sees', async function (this: UploadFolder, name: string) {
    if (!arrive)
      await new Promise<void>((resolve) => {
        arrive = resolve;
      });
    return sees.call(this, name);
  });
  const second = await page.follow(b.origin);
  second.sendJoin();
  await waitFor(() => arrive !== undefined);
  await second.drop();
  arrive?.();
  await waitFor(() => b.pages.size === 1);
  const third = await page.follow(c.origin);
  assert.equal((await third.join())[2], true);
  await third.rr();
  assert.equal(third.text, 'photo true,paper true');
  assert.equal(b.pages.size, 0);
  third.send(['bye']);
  await waitFor(() => filesIn(folder).length === 0);
});

test('a page that its next process has no room for keeps its files', async (t) => {
  const { folder, page, b, c } = await startAlbums(t, { maxPages: 1 });
  await PageDriver.open(b.origin, '/', SITE);
  const second = await page.follow(b.origin);
  second.sendJoin();
  assert.match((await second.closed()).reason, /ISSR_ERR_PAGES/);
  const third = await page.follow(c.origin);
  assert.equal((await third.join())[2], true);
  await third.rr();
  assert.equal(third.text, 'photo true,paper true');
  third.send(['bye']);
  await waitFor(() => filesIn(folder).length === 0);
});
