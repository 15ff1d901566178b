import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

/** Bytes that are not text. */
const BYTES = Buffer.from([0xff, 0xd8, 0x00, 0x80, 0xc3, 0x28, 0x0a]);

/** Names of files by the value of their command. */
const NAMES: Record<string, string> = { foreign: '日本.csv', header: 'a\r\nx-added: 1' };

async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  const runs: string[] = [];
  fastify.issrRoute(
    '/',
    {
      actions: {
        file: ({ issr: { action } }, reply) => {
          runs.push(action.value);
          const body =
            action.value === 'stream' ? Readable.from([BYTES.subarray(0, 3), BYTES.subarray(3)]) : BYTES;
          return reply
            .code(action.value === 'refused' ? 403 : 200)
            .header('content-disposition', `attachment; filename=${NAMES[action.value] ?? 'a.bin'}`)
            .header('set-cookie', 'seen=1')
            .type('application/x-test')
            .send(body);
        },
      },
    },
    () => '<p>page</p>',
  );
  return { origin: await listen(fastify), runs };
}

/** Runs the action. Returns the URL that the browser loads. */
async function ask(page: PageDriver, value: string): Promise<string> {
  page.sendEvent({ actions: [['file', value]] });
  const [, event, url, isInPlace] = await page.next('redirect');
  assert.deepEqual([event, isInPlace], [page.event, false]);
  return url;
}

test('a file with the status of an error is an error of its event', async (t) => {
  const { origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  page.sendEvent({ actions: [['file', 'refused']] });
  const [, , error] = await page.next('error');
  assert.equal(error.status, 403);
});

for (const value of Object.keys(NAMES)) {
  test(`a file whose name no header can have is an error of its event: ${value}`, async (t) => {
    const { origin } = await openSite(t, { showErrors: true });
    const page = await PageDriver.open(origin, '/');
    page.sendEvent({ actions: [['file', value]] });
    const [, , error] = await page.next('error');
    assert.equal(error.status, 500);
    assert.match(error.message ?? '', /filename\*=UTF-8/);
    await page.rr();
    assert.equal(page.text, 'page');
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    const plain = await fetch(`${origin}/?file=${value}`, { method: 'POST', body: '', headers });
    assert.deepEqual([plain.status, plain.headers.get('x-added')], [500, null]);
    assert.match(await plain.text(), /filename\*=UTF-8/);
  });
}

for (const value of ['buffer', 'stream']) {
  test(`an action answers a ${value} as a file, which is fetched once`, async (t) => {
    const { origin, runs } = await openSite(t, { prefix: '/live' });
    const page = await PageDriver.open(origin, '/', { endpoint: '/live/issr' });
    const url = await ask(page, value);
    assert.match(url, /^\/live\/issr\/download\?ticket=/);
    const foreign = await fetch(origin + url, { headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(foreign.status, 403);
    assert.equal((await fetch(origin + url, { method: 'HEAD' })).status, 404);
    const file = await fetch(origin + url);
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), BYTES);
    const names = ['content-disposition', 'content-type', 'cache-control', 'set-cookie'];
    assert.deepEqual(
      [file.status, ...names.map((name) => file.headers.get(name))],
      [200, 'attachment; filename=a.bin', 'application/x-test', 'no-store', null],
    );
    assert.equal((await fetch(origin + url)).status, 404);
    assert.equal((await page.rr({}))[0], 'patch');
    assert.deepEqual(runs, [value]);
  });

  test(`maxDownloadBytes allows a ${value} of its own value`, async (t) => {
    const page = async (maxDownloadBytes: number) =>
      PageDriver.open((await openSite(t, { maxDownloadBytes, showErrors: true })).origin, '/');
    await ask(await page(BYTES.length), value);
    const other = await page(BYTES.length - 1);
    other.sendEvent({ actions: [['file', value]] });
    const [, , error] = await other.next('error');
    assert.match(String(error.message), /longer than 6 bytes \(see maxDownloadBytes and/);
  });

  test(`a form without script is answered by the ${value} itself`, async (t) => {
    const { origin } = await openSite(t);
    const file = await fetch(`${origin}/?file=${value}`, {
      method: 'POST',
      body: new URLSearchParams(),
      headers: { origin },
    });
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), BYTES);
    assert.match(String(file.headers.get('content-disposition')), /^attachment/);
  });
}
