import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { chooseLarge, file, MEBIBYTE } from '../support/upload-form.js';
import { filesIn, png, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, takeErrors } = useBrowser();

interface Field {
  name: string;
  disabled?: boolean;
}

/** A form whose file field is as the server says, or absent. `saved` has the files of each click. */
async function openForm(t: TestContext) {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  let field: Field | undefined = { name: 'photo' };
  const saved: string[] = [];
  const rule = { maxBytes: 64 * MEBIBYTE };
  fastify.issrRoute(
    '/',
    {
      uploads: { photo: rule, paper: rule },
      actions: {
        save: ({ issr }) => {
          const files = Object.entries(issr.files).flatMap(([name, list]) =>
            list.map((one) => `${name} ${one.name} ${one.size}`),
          );
          saved.push(files.join());
        },
      },
    },
    () => (
      <main>
        <form onsubmit="rr(this)">
          {field ? <input id="file" type="file" {...field} /> : null}
          <button action="save">save</button>
        </form>
        <p>{JSON.stringify(field ?? null)}</p>
        <output>{saved.length}</output>
      </main>
    ),
  );
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const page = await openPage(proxy.origin);
  const patch = async (next: Field | undefined) => {
    field = next;
    await fastify.issr.rr('/');
    await shows(page, 'p', JSON.stringify(next ?? null));
  };
  const save = async () => {
    const count = String(saved.length + 1);
    await page.click('button');
    await shows(page, 'output', count);
  };
  return { folder, page, patch, proxy, saved, save };
}

/** Clicks the button. Its large file is on the way from then on. */
async function beginSaving({ folder, page, proxy }: Awaited<ReturnType<typeof openForm>>) {
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  proxy.hold(2 * MEBIBYTE);
  await page.click('button');
  const hasBegun = (path: string) => statSync(join(folder, path)).size > MEBIBYTE;
  await waitFor(() => filesIn(folder).some(hasBegun));
}

test('a field that is renamed brings its file under the new name', async (t) => {
  const form = await openForm(t);
  await form.page.setInputFiles('input', file('a.png', png()));
  await form.save();
  await form.patch({ name: 'paper' });
  await form.save();
  assert.deepEqual(form.saved, ['photo a.png 100', 'paper a.png 100']);
  await waitFor(() => filesIn(form.folder).length === 1);
});

test('a field that is renamed while its file is sent brings the file', async (t) => {
  const form = await openForm(t);
  await beginSaving(form);
  await form.patch({ name: 'paper' });
  form.proxy.release();
  await shows(form.page, 'output', '1');
  assert.deepEqual(form.saved, [`paper a.png ${32 * MEBIBYTE}`]);
  await takeErrors();
});

test('the file of a field that is removed leaves the disk', async (t) => {
  const form = await openForm(t);
  await form.page.setInputFiles('input', file('a.png', png()));
  await form.save();
  assert.equal(filesIn(form.folder).length, 1);
  await form.patch(undefined);
  await waitFor(() => filesIn(form.folder).length === 0);
  await form.save();
  assert.deepEqual(form.saved, ['photo a.png 100', '']);
});

test('a field that is removed while its file is sent leaves nothing', async (t) => {
  const form = await openForm(t);
  await beginSaving(form);
  await form.patch(undefined);
  form.proxy.release();
  await shows(form.page, 'output', '1');
  assert.deepEqual(form.saved, ['']);
  await waitFor(() => filesIn(form.folder).length === 0);
  await takeErrors();
});

test('a field that is disabled and enabled again keeps its file', async (t) => {
  const form = await openForm(t);
  await form.page.setInputFiles('input', file('a.png', png()));
  await form.save();
  const [path] = filesIn(form.folder);
  await form.patch({ name: 'photo', disabled: true });
  await form.save();
  await form.patch({ name: 'photo' });
  await form.save();
  assert.deepEqual(form.saved, ['photo a.png 100', '', 'photo a.png 100']);
  assert.deepEqual(filesIn(form.folder), [path], 'it was sent once');
});

test('a File object in two fields is a file of each', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  fastify.issrRoute('/', { uploads: { photo: {}, copy: {} } }, ({ issr }) => (
    <main>
      <input type="file" name="photo" />
      <input type="file" name="copy" />
      <button onclick="rr(this)">send</button>
      <p>{[issr.files.photo?.length, issr.files.copy?.length].join('+')}</p>
    </main>
  ));
  const page = await openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  await page.evaluate(() => {
    const [photo, copy] = document.querySelectorAll('input');
    if (photo && copy) copy.files = photo.files;
  });
  await page.click('button');
  await shows(page, 'p', '1+1');
});
