import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import type { IssrPage } from '../../src/index.js';
import type { UploadEntries } from '../../src/protocol.js';
import { FileMoves } from '../../src/uploads/cluster/file-moves.js';
import { PageUploads } from '../../src/uploads/page-uploads.js';
import { resolveRules } from '../../src/uploads/rule.js';
import type { UploadSpace } from '../../src/uploads/upload-space.js';

const refuse = (problem: string): never => assert.fail(problem);
/** Paths of files that the store still has. */
const stored = new Set<string>();
const store = async ({ stream, name }: { stream: Readable; name: string }) => {
  for await (const _ of stream);
  stored.add(name);
  return { path: name, remove: () => stored.delete(name) };
};
const rules = resolveRules({ photo: { store, maxFiles: 5000 }, video: { store } }, refuse);
const noDisk = { freeBytes: 0 } as UploadSpace;

/** Announces a field with the files of a page, sends them, and returns their ids. */
async function upload(page: PageUploads, field: string, ...names: string[]): Promise<string[]> {
  const rule = rules.get(field) ?? assert.fail(field);
  const states = page.announce(
    field,
    names.map((name) => [name, 3, 'text/plain']),
    rule,
  );
  const ids = states.map((state) => (Array.isArray(state) ? state[0] : ''));
  for (const id of ids) await page.find(id)?.receive(Readable.from([Buffer.from('abc')]), 0);
  return ids;
}

function namesOf(page: PageUploads): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(page.files(rules)).map(([field, files]) => [field, files.map(({ name }) => name)]),
  );
}

test('an event commits its own files if earlier messages were dropped', async () => {
  const page = new PageUploads(noDisk);
  const [a = '', b = ''] = await upload(page, 'photo', 'a', 'b');
  page.reserve([['photo', [a]]]);
  const commit = page.reserve([['photo', [b]]]);
  commit();
  assert.deepEqual(namesOf(page), { photo: ['b'], video: [] });
  await page.deleteAll();
  assert.equal(stored.size, 0);
});

test('reserved files survive another choice until their event has run', async () => {
  const page = new PageUploads(noDisk);
  const [a = ''] = await upload(page, 'photo', 'a');
  const commit = page.reserve([['photo', [a]]]);
  await upload(page, 'photo', 'other');
  assert.ok(stored.has('a'));
  const empty = page.reserve([['photo', []]]);
  commit();
  assert.deepEqual(namesOf(page).photo, ['a']);
  empty();
  assert.deepEqual(namesOf(page).photo, []);
  await new Promise(setImmediate);
  assert.deepEqual([...stored], ['other']);
  await page.deleteAll();
});

test('a later event may name files that only a waiting event holds', async () => {
  const page = new PageUploads(noDisk);
  const [a = ''] = await upload(page, 'photo', 'a');
  const first = page.reserve([['photo', [a]]]);
  page.announce('photo', [], rules.get('photo') ?? assert.fail());
  const second = page.reserve([['photo', [a]]]);
  first();
  second();
  assert.deepEqual(namesOf(page).photo, ['a']);
  await page.deleteAll();
  assert.equal(stored.size, 0);
});

test('the cost of a files message is linear in its fields and ids', async () => {
  const page = new PageUploads(noDisk);
  const ids = await upload(page, 'photo', ...Array.from({ length: 2000 }, (_, i) => `${i}`));
  const cost = (entries: UploadEntries) => {
    // CPU time, as other test files run beside this one.
    const began = process.cpuUsage();
    for (let i = 0; i < 20; i++) page.reserve(entries);
    return process.cpuUsage(began).user / 1000;
  };
  const unknown = Array.from({ length: 20_000 }, (_, i): UploadEntries[number] => [`f${i}`, []]);
  const repeated = Array.from({ length: 2000 }, (): UploadEntries[number] => ['photo', ids]);
  // Each took seconds while every entry searched all reservations and all ids.
  assert.ok(cost(unknown) < 1000);
  assert.ok(cost(repeated) < 1000);
  await page.deleteAll();
});

test('a file that moves or is removed takes no request that waited for another', async () => {
  for (const end of ['close', 'remove'] as const) {
    const page = new PageUploads(noDisk);
    const rule = rules.get('photo') ?? assert.fail();
    const [state] = page.announce('photo', [['a', 3, 'text/plain']], rule);
    const file = page.find(Array.isArray(state) ? state[0] : '') ?? assert.fail();
    const stalled = file.receive(new PassThrough(), 0);
    const waiting = file.receive(Readable.from([Buffer.from('abc')]), 0);
    const ended = file[end]();
    await assert.rejects(stalled, { code: 'ISSR_ERR_UPLOAD_OFFSET' });
    await assert.rejects(waiting, { code: 'ISSR_ERR_UPLOAD_OFFSET' });
    await ended;
    assert.equal(file.received, 0);
    assert.equal(stored.size, 0);
  }
});

test('a page that moves takes no file that is announced while its uploads stop', async () => {
  const page = {} as IssrPage;
  const files = new PageUploads(noDisk);
  const records = new Map([[page, files]]);
  const uploads = {
    of: (one: IssrPage) => records.get(one),
    detach: (one: IssrPage) => records.delete(one),
    folder: { name: 'folder' },
  };
  const services = { uploads, holder: { keeperOf: () => undefined } };
  const moves = new FileMoves(services as unknown as ConstructorParameters<typeof FileMoves>[0]);
  const rule = rules.get('photo') ?? assert.fail();
  const [state] = files.announce('photo', [['a', 3, 'text/plain']], rule);
  const file = files.find(Array.isArray(state) ? state[0] : '') ?? assert.fail();
  const stalled = file.receive(new PassThrough(), 0);
  const departing = moves.depart(page);
  assert.equal(uploads.of(page), undefined, 'what comes now is deleted with the page');
  await assert.rejects(stalled, { code: 'ISSR_ERR_UPLOAD_OFFSET' });
  assert.deepEqual((await departing)?.announced, [['photo', [file.id]]]);
});
