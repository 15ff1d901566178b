import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import test, { type TestContext } from 'node:test';
import multipart from '@fastify/multipart';
import { Type } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyRequest } from 'fastify';
import issrPlugin, { type UploadRule } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { beginFile, chooseOne, filesIn, png, postFile, stateOf, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

interface Taken {
  title?: string | string[];
  files: { name: string; type: string; bytes: number }[];
}

/** A page whose form without script brings files. */
async function openForm(t: TestContext, rule: UploadRule = {}) {
  const folder = uploadFolder(t);
  const errors: string[] = [];
  const logger = { level: 'error', stream: { write: (line: string) => errors.push(line) } };
  const fastify = await createServer(t, { uploadFolder: folder }, { logger });
  const taken: Taken[] = [];
  fastify.issrRoute<{ Querystring: { title?: string | string[] } }>(
    '/',
    {
      uploads: { photo: rule },
      onRequest: async (request, reply) => {
        if (request.headers.cookie === 'user=nobody') return reply.redirect('/sign-in');
      },
      actions: {
        add: async ({ query, issr }) => {
          const photos = await Promise.all(
            (issr.files.photo ?? []).map(async ({ name, type, path }) => {
              return { name, type, bytes: (await readFile(path)).length };
            }),
          );
          taken.push({ title: query.title, files: photos });
        },
      },
    },
    () => '<form method="post" action="?add" enctype="multipart/form-data"></form>',
  );
  const origin = await listen(fastify);
  const post = (form: FormData, headers: Record<string, string> = {}) =>
    fetch(`${origin}/?add`, {
      method: 'POST',
      body: form,
      headers: { origin, ...headers },
      redirect: 'manual',
    });
  return { folder, origin, taken, errors, post };
}

function formOf(...parts: [name: string, value: string | Buffer, filename?: string][]): FormData {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)], { type: 'image/png' }), filename);
  }
  return form;
}

test('accepts files of a form without script, then deletes them', async (t) => {
  const { folder, taken, post } = await openForm(t);
  const form = formOf(
    ['title', 'a'],
    ['photo', png(200_000), '../../cat.png'],
    ['title', 'b'],
    ['photo', png(100), 'con'],
  );
  const response = await post(form);
  assert.deepEqual([response.status, response.headers.get('location')], [303, './']);
  const files = [
    { name: 'cat.png', type: 'image/png', bytes: 200_000 },
    { name: 'con_', type: 'image/png', bytes: 100 },
  ];
  assert.deepEqual(taken, [{ title: ['a', 'b'], files }]);
  await waitFor(() => filesIn(folder).length === 0);
});

test('undeclared and empty fields bring no files', async (t) => {
  const { folder, taken, post } = await openForm(t);
  await post(formOf(['photo', Buffer.alloc(0), ''], ['other', png(500_000), 'x.png'], ['title', 'a']));
  assert.deepEqual(taken, [{ title: 'a', files: [] }]);
  assert.deepEqual(filesIn(folder), []);
});

const refused: [what: string, rule: UploadRule, form: FormData, status: number][] = [
  ['too large', { maxBytes: 100 }, formOf(['photo', png(101), 'a']), 422],
  ['too many', { maxFiles: 1 }, formOf(['photo', png(9), 'a'], ['photo', png(9), 'b']), 422],
  ['too much together', { maxTotalBytes: 150 }, formOf(['photo', png(), 'a'], ['photo', png(), 'b']), 422],
  ['of a wrong type', { types: ['video/*'] }, formOf(['photo', png(), 'a']), 422],
  ['with params too long', {}, formOf(['photo', png(), 'a'], ['title', 'x'.repeat(2_000_000)]), 413],
];
for (const [what, rule, form, status] of refused) {
  test(`a form ${what} runs nothing and leaves nothing`, async (t) => {
    const { folder, taken, post } = await openForm(t, rule);
    assert.equal((await post(form)).status, status);
    assert.deepEqual(taken, []);
    await waitFor(() => filesIn(folder).length === 0);
  });
}

test('a part without a name is left out, without an error', async (t) => {
  const { origin, taken, errors } = await openForm(t);
  const part = (type: string, value: string): string =>
    `--x\r\ncontent-disposition: ${type}\r\n\r\n${value}\r\n`;
  const { status } = await fetch(`${origin}/?add`, {
    method: 'POST',
    headers: { origin, 'content-type': 'multipart/form-data; boundary=x' },
    body: `${part('form-data', 'none')}${part('form-data; filename="a"', 'none')}${part('form-data; name="title"', 'one')}--x--`,
    redirect: 'manual',
  });
  assert.deepEqual([status, taken, errors], [303, [{ title: 'one', files: [] }], []]);
});

test('a form with a boundary that is too long is refused, without an error', async (t) => {
  const { origin, taken, errors } = await openForm(t);
  const type = `multipart/form-data; boundary=${'x'.repeat(300)}`;
  const { status } = await fetch(`${origin}/?add`, {
    method: 'POST',
    headers: { origin, 'content-type': type },
    body: 'x',
  });
  assert.deepEqual([status, taken, errors], [400, [], []]);
});

test('a form without script is refused in the language of its visitor', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  const message: UploadRule['message'] = ({ reason }, request) =>
    `${(request as FastifyRequest & { language: string }).language}: ${reason}`;
  const schema = { querystring: Type.Object({ title: Type.String() }) };
  await fastify.register(async (scope) => {
    scope.decorateRequest('language', '');
    scope.addHook('onRequest', async (request) => {
      Object.assign(request, { language: request.headers['accept-language'] });
    });
    const rule = { maxBytes: 100, maxFiles: 1, message };
    const options = { uploads: { photo: rule }, actions: { add: () => {} } };
    scope.issrRoute('/', options, () => <p />);
    // Its hooks run, and its schema refuses the request before the form's fields are read.
    scope.issrRoute('/titled', { ...options, schema }, () => <p />);
  });
  const origin = await listen(fastify);
  const post = async (path: string, ...sizes: number[]) => {
    const form = formOf(...sizes.map((size): [string, Buffer, string] => ['photo', png(size), 'a.png']));
    const headers = { origin, 'accept-language': 'de' };
    const response = await fetch(`${origin}${path}?add`, { method: 'POST', body: form, headers });
    return [response.status, ((await response.json()) as Error).message];
  };
  assert.deepEqual(await post('/', 101), [422, 'de: bytes']);
  assert.deepEqual(await post('/', 9, 9), [422, 'de: files']);
  assert.deepEqual(await post('/titled', 101), [422, 'de: bytes']);
});

test('deletes the files of a form that is cut, without an error', async (t) => {
  const { folder, origin, taken, errors } = await openForm(t);
  const sending = request(`${origin}/?add`, {
    method: 'POST',
    headers: { origin, 'content-type': 'multipart/form-data; boundary=b', 'content-length': 1_000_000 },
  }).on('error', () => {});
  sending.write('--b\r\ncontent-disposition: form-data; name="photo"; filename="a.png"\r\n\r\n');
  sending.write(png(100_000));
  await waitFor(() => filesIn(folder).length === 1);
  sending.destroy();
  await waitFor(() => filesIn(folder).length === 0);
  assert.deepEqual([taken, errors], [[], []]);
});

test('keeps no file of a form that origin or hooks refuse', async (t) => {
  const { taken, folder, post } = await openForm(t);
  const form = () => formOf(['photo', png(), 'a']);
  assert.equal((await post(form(), { origin: 'https://evil.example' })).status, 403);
  const response = await post(form(), { cookie: 'user=nobody' });
  assert.deepEqual([response.status, response.headers.get('location')], [302, '/sign-in']);
  assert.deepEqual([taken, filesIn(folder)], [[], []]);
});

for (const order of ['before', 'after'] as const) {
  test(`an app may register @fastify/multipart ${order} this plugin`, async (t) => {
    const fastify = closeAfter(t, Fastify());
    if (order === 'before') await fastify.register(multipart);
    await fastify.register(issrPlugin, { uploadFolder: uploadFolder(t) });
    fastify.issrRoute('/', { uploads: { photo: {} }, actions: { add: () => {} } }, ({ issr }) => (
      <p>{issr.files.photo?.[0]?.name}</p>
    ));
    if (order === 'after') await fastify.register(multipart);
    fastify.post('/own', async (request) => (await request.file())?.filename);
    const origin = await listen(fastify);
    const post = (path: string) =>
      fetch(origin + path, { method: 'POST', body: formOf(['f', png(), 'own.png']), headers: { origin } });
    assert.equal(await (await post('/own')).text(), 'own.png');
    assert.equal((await post('/?add')).status, 200);
    const page = await PageDriver.open(origin, '/');
    const who = { origin, token: page.credentials };
    const id = await chooseOne(who, 100);
    assert.deepEqual(await stateOf(await postFile(who, id, png())), [id, 100, true]);
    page.send(['files', [['photo', [id]]]]);
    await page.rr();
    assert.equal(page.text, 'a.png');
  });
}

test("warns if the app's @fastify/multipart buffers all bodies", async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(multipart, { attachFieldsToBody: true });
  await fastify.register(issrPlugin, { uploadFolder: uploadFolder(t) });
  fastify.issrRoute('/', { uploads: { photo: {} } }, () => '<p></p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const who = { origin, token: page.credentials };
  const answer = await postFile(who, await chooseOne(who, 100), png());
  assert.equal(((await answer.json()) as { code: string }).code, 'ISSR_ERR_UPLOAD_BODY');
});

test('a closing server does not wait for a stalled upload', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  fastify.issrRoute('/', { uploads: { photo: {} } }, () => '<p></p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const who = { origin, token: page.credentials };
  beginFile(who, await chooseOne(who, 1_000_000), png(500_000), 1_000_000);
  await waitFor(() => filesIn(folder).length === 1);
  await fastify.close();
  assert.deepEqual(filesIn(folder), []);
});
