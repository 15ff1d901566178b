import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { host } from '../../src/uploads/folder.js';
import { createServer } from '../support/server.js';
import { uploadFolder } from '../support/uploads.js';

async function start(t: TestContext, folder: string, isUsed = true) {
  const fastify = await createServer(t, { uploadFolder: folder });
  fastify.issrRoute('/', { uploads: isUsed ? { photo: {} } : {} }, () => '<p></p>');
  await fastify.ready();
  return fastify;
}

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

/** A folder with a file in it. */
function leave(folder: string, name: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'file'), 'x');
}

test('a starting process removes what dead processes left', async (t) => {
  const folder = uploadFolder(t);
  const began = Date.now().toString(36);
  const kept = [
    `elsewhere-${deadPid()}-${began}-abcdef`,
    `${host}-${process.ppid}-${began}-abcdef`,
    'photos',
  ];
  const stale = [`${host}-${deadPid()}-${began}-abcdef`, `${host}-${process.pid}-1-abcdef`];
  const silent = `elsewhere-1-${began}-abcdef`;
  for (const name of [...kept, ...stale, silent]) leave(folder, name);
  utimesSync(join(folder, silent), 0, 0);
  const first = await start(t, folder);
  const [own = ''] = readdirSync(folder).filter((name) => !kept.includes(name));
  assert.match(own, new RegExp(`^${host}-${process.pid}-`));
  assert.deepEqual(readdirSync(folder).sort(), [...kept, own].sort());
  await start(t, folder);
  assert.ok(readdirSync(folder).includes(own), 'another registration of this process leaves it');
  await first.close();
  assert.ok(!readdirSync(folder).includes(own));
});

test('the folder is its user’s alone', async (t) => {
  const folder = join(uploadFolder(t), 'new');
  await start(t, folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o777, 0o700);
});

test('a link or file in place of the folder is an error', async (t) => {
  const folder = uploadFolder(t);
  symlinkSync('/tmp', join(folder, 'link'));
  await assert.rejects(start(t, join(folder, 'link')), { code: 'ISSR_ERR_UPLOAD_FOLDER' });
});

test('without a route that takes uploads the disk is not touched', async (t) => {
  const folder = join(uploadFolder(t), 'new');
  await start(t, folder, false);
  assert.throws(() => statSync(folder), { code: 'ENOENT' });
});

for (const [what, rule, said] of [
  ['a limit', { maxBytes: 0 }, /'uploads\.photo\.maxBytes' must be an integer above 0 \(bytes\)\. Got: 0$/],
  [
    'types',
    { types: ['png'] },
    /'uploads\.photo\.types' must be a list of types such as 'image\/\*'\. Got: png$/,
  ],
  ['a store', { store: 'here' }, /'uploads\.photo\.store' must be a function\. Got: here$/],
  ['a name', { maxSize: 1 }, /'uploads\.photo\.maxSize' must be one of maxBytes, /],
] as const) {
  test(`${what} of a field that cannot be is refused by its name`, async (t) => {
    const fastify = await createServer(t);
    const uploads = { photo: rule } as never;
    assert.throws(() => fastify.issrRoute('/', { uploads }, () => '<p></p>'), {
      code: 'ISSR_ERR_ROUTE',
      message: said,
    });
  });
}
