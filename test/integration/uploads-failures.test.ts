import assert from 'node:assert/strict';
import { register } from 'node:module';
import { type TestContext, test } from 'node:test';
import type { UploadRule } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { chooseOne, postFile, uploadFolder } from '../support/uploads.js';

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
