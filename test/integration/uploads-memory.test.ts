import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { forkBundled } from '../support/fork-bundled.js';
import { PageDriver } from '../support/page-driver.js';
import { beginFile, chooseOne, filesIn, png, uploadFolder } from '../support/uploads.js';

const MEBIBYTE = 1024 ** 2;
const SIZE = 1024 * MEBIBYTE;

async function sendRest(sending: ClientRequest, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(MEBIBYTE, 7);
  for (let left = bytes; left > 0; left -= chunk.length) {
    if (!sending.write(chunk.subarray(0, left))) await once(sending, 'drain');
  }
}

test('a file of 1 GiB makes the server grow by less than 128 MiB', { timeout: 300_000 }, async (t) => {
  const folder = uploadFolder(t);
  const server = await forkBundled(join(import.meta.dirname, '../support/upload-server.ts'), [folder]);
  t.after(() => server.kill());
  const ended = once(server, 'exit');
  const ask = async (): Promise<number> => {
    server.send('peak');
    return (await once(server, 'message'))[0];
  };
  const [origin] = await once(server, 'message');
  const page = await PageDriver.open(origin, '/');
  const who = { origin, token: page.credentials };
  await page.rr();
  const before = await ask();

  const id = await chooseOne(who, SIZE, 'image/png');
  const head = png(1000);
  const sending = beginFile(who, id, head, SIZE);
  const answered = once(sending, 'response');
  await sendRest(sending, SIZE - head.length);
  sending.end(sending.tail);
  const [response] = await answered;
  response.resume();
  page.send(['files', [['photo', [id]]]]);
  await page.rr();
  assert.equal(page.text, `${SIZE} image/png`);
  const grown = (await ask()) - before;
  t.diagnostic(`grown by ${(grown / MEBIBYTE).toFixed(1)} MiB`);
  assert.ok(grown < 128 * MEBIBYTE, `grown by ${(grown / MEBIBYTE).toFixed(1)} MiB`);

  await page.drop();
  server.disconnect();
  await ended;
  assert.deepEqual(filesIn(folder), []);
});
