import assert from 'node:assert/strict';
import { register } from 'node:module';
import { type TestContext, test } from 'node:test';
import type { UploadRule } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { askFile, chooseOne, postFile, stateOf, uploadFolder } from '../support/uploads.js';

const BYTES = Buffer.from('text');

async function openSite(t: TestContext, rule: UploadRule) {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  fastify.issrRoute('/', { uploads: { photo: rule } }, () => '<p>text</p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  return { origin, token: page.credentials };
}

test('a server without free file descriptors takes files afterwards', async (t) => {
  const who = await openSite(t, {});
  // Stands for EMFILE: Node keeps the failure of an import.
  register(
    `data:text/javascript,export function load(url, context, next) {
      if (url.includes('/node_modules/file-type/')) throw new Error('EMFILE');
      return next(url, context);
    }`,
  );
  const id = await chooseOne(who, BYTES.length, 'text/plain');
  assert.equal((await postFile(who, id, BYTES)).status, 200);
});

test('an upload that fails tells the browser nothing about the server', async (t) => {
  const who = await openSite(t, {
    store: () => {
      throw Object.assign(new Error('no bucket secret-bucket at db.internal'), { code: 'NoSuchBucket' });
    },
  });
  const id = await chooseOne(who, BYTES.length, 'text/plain');
  const answer = await postFile(who, id, BYTES);
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), {
    statusCode: 500,
    error: 'Internal Server Error',
    message: 'Internal Server Error',
  });
  assert.equal(await stateOf(await askFile(who, id)), 'a.png could not be saved.');
});
