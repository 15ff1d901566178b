import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingFile, IssrOptions, StoredFile } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import {
  askFile,
  beginFile,
  chooseOne,
  filesIn,
  png,
  postFile,
  stateOf,
  upload,
  uploadFolder,
} from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** A page whose files go to a store of the author's. */
async function openForm(
  t: TestContext,
  store: (file: IncomingFile) => Promise<StoredFile>,
  options: IssrOptions = {},
) {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder, resumeWindow: 0, ...options });
  fastify.issrRoute('/', { uploads: { photo: { store, types: ['image/*'] } } }, ({ issr }) => (
    <p>{issr.files.photo?.map(({ path, name, type, size }) => [path, name, type, size].join()).join(';')}</p>
  ));
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  return { folder, page, who: { origin, token: page.credentials } };
}

test('a store gets the bytes as they come and names the path', async (t) => {
  const stored = new Map<string, Buffer>();
  const { folder, page, who } = await openForm(t, async ({ stream, field, name, type, size }) => {
    const key = [field, name, type, size].join('/');
    stored.set(key, await buffer(stream));
    return { path: key, remove: () => stored.delete(key) };
  });
  const id = await upload(who, png(200_000), { type: 'image/jpeg' });
  page.send(['files', [['photo', [id]]]]);
  await page.rr();
  const key = 'photo/a.png/image/png/200000';
  assert.equal(page.text, `${key},a.png,image/png,200000`);
  assert.deepEqual(stored.get(key), png(200_000));
  assert.deepEqual(filesIn(folder), []);
  await page.drop();
  await waitFor(() => stored.size === 0);
});

test('a store is not asked for a file of a wrong type', async (t) => {
  const { who } = await openForm(t, () => assert.fail('asked'));
  const id = await chooseOne(who, 10);
  assert.match(
    String(await stateOf(await postFile(who, id, Buffer.from('0123456789')))),
    /type that is not allowed/,
  );
});

test("a store's stream fails if a file is cut, and starts again", async (t) => {
  const errors: string[] = [];
  const sizes: number[] = [];
  const { who } = await openForm(t, async ({ stream }) => {
    const bytes = await buffer(stream).catch((error) => {
      errors.push(error.code);
      throw error;
    });
    sizes.push(bytes.length);
    return { path: 'x' };
  });
  const id = await chooseOne(who, 300_000);
  const sending = beginFile(who, id, png(200_000), 300_000);
  await waitFor(() => sending.writableLength === 0);
  sending.destroy();
  assert.deepEqual(await stateOf(await askFile(who, id)), [id, 0, false]);
  assert.deepEqual(await stateOf(await postFile(who, id, png(300_000))), [id, 300_000, true]);
  assert.deepEqual(sizes, [300_000]);
});

test('a failing store refuses the file; the log has its error', async (t) => {
  const { who } = await openForm(t, async () => {
    throw new Error('the bucket is gone');
  });
  const id = await chooseOne(who, 300_000);
  await postFile(who, id, png(300_000)).catch(() => {});
  assert.equal(await stateOf(await askFile(who, id)), 'a.png could not be saved.');
});

for (const stored of [undefined, {}, { path: '' }]) {
  test(`a store that resolves to ${JSON.stringify(stored)} refuses the file`, async (t) => {
    const { who } = await openForm(t, async ({ stream }) => {
      await buffer(stream);
      return stored as StoredFile;
    });
    const id = await chooseOne(who, 100);
    assert.equal((await postFile(who, id, png())).status, 500);
    assert.equal(await stateOf(await askFile(who, id)), 'a.png could not be saved.');
  });
}

test('what a store has kept of a file that came too short is removed', async (t) => {
  const removed: string[] = [];
  const { who } = await openForm(t, async ({ stream }) => {
    await buffer(stream);
    return { path: 'x', remove: () => removed.push('x') };
  });
  const id = await chooseOne(who, 300_000);
  assert.deepEqual(await stateOf(await postFile(who, id, png(200))), [id, 0, false]);
  await waitFor(() => removed.length === 1);
});

test('a store may finish a received file slowly', async (t) => {
  const { who } = await openForm(
    t,
    async ({ stream }) => {
      await buffer(stream);
      await sleep(900);
      return { path: 'x' };
    },
    { uploadTimeout: 300 },
  );
  const id = await chooseOne(who, 100);
  assert.deepEqual(await stateOf(await postFile(who, id, png())), [id, 100, true]);
});
