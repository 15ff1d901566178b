import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ClusterProcess } from '../support/cluster.js';
import { startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import {
  askFile,
  beginFile,
  choose,
  filesIn,
  postFile,
  postPlan,
  stateOf,
  uploadFolder,
} from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** More than the bytes from which a file's type is detected, before which none are written. */
const PART = 100_000;
const SITE = { origin: 'http://site.example' };

/** Processes that share a store, and their upload folder unless it is `local`. */
async function startProcesses(
  t: { after(fn: () => unknown): void },
  count: number,
  { local = false, showErrors = true } = {},
) {
  const folder = uploadFolder(t);
  const [store, uploads, saves] = ['store', 'uploads', 'saves'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [store, uploads]) mkdirSync(each, { mode: 0o700 });
  const { processes } = await startCluster(t, count, (i) => ({
    store,
    saves,
    plugin: {
      allowedOrigins: [SITE.origin],
      uploadFolder: local ? join(uploads, String(i)) : uploads,
      showErrors,
    },
  }));
  const saved = () => (existsSync(saves) ? readFileSync(saves, 'latin1').split('\n').slice(0, -1) : []);
  return { processes: processes as [ClusterProcess, ClusterProcess, ClusterProcess], store, uploads, saved };
}

/** Processes of the tests that close none. */
const shared = startProcesses({ after }, 3);

const open = ({ origin }: ClusterProcess) => PageDriver.open(origin, '/album', { headers: SITE });

/** The page's uploads by way of a process. */
const via = ({ origin }: ClusterProcess, page: PageDriver) => ({
  origin,
  token: page.credentials,
  headers: SITE,
});

async function announce(who: ReturnType<typeof via>, field: string, ...sizes: number[]): Promise<string[]> {
  const plan = sizes.map((size, i): [string, number, string] => [`${i}.txt`, size, 'text/plain']);
  const [states] = await choose(who, [[field, plan]]);
  return (states ?? []).map((state) => state?.[0] ?? assert.fail(JSON.stringify(state)));
}

const bytes = (letter: string, count: number) => Buffer.alloc(count, letter || undefined);

/** Size of all files below a folder. */
const bytesIn = (folder: string) =>
  filesIn(folder).reduce(
    (sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** Sends a byte of a file in one packet: an answer before the end of a body closes the connection. */
async function statusAt(who: ReturnType<typeof via>, id: string, offset: number): Promise<number> {
  const sending = beginFile(who, `${id}&offset=${offset}`, bytes('x', 1), 1);
  sending.end(sending.tail);
  const [response] = await once(sending, 'response');
  response.resume();
  return response.statusCode;
}

async function moveTo({ origin }: ClusterProcess, page: PageDriver) {
  await page.drop();
  await page.connect({}, origin);
  return page.join();
}

test('files of a store arrive at any process and leave with their page', async () => {
  const { processes, store, saved } = await shared;
  const [first, second] = processes;
  const page = await open(first);
  const there = via(second, page);
  const [a = '', b = ''] = await announce(there, 'photo', 3, 3);
  assert.deepEqual(await stateOf(await postFile(there, a, bytes('a', 3))), [a, 3, true]);
  assert.deepEqual(await stateOf(await askFile(there, a)), [a, 3, true]);
  assert.deepEqual(await stateOf(await postFile(via(first, page), b, bytes('b', 3))), [b, 3, true]);
  page.send(['files', [['photo', [a, b]]]]);
  await page.click('save', '1');
  assert.equal(saved().at(-1), '1 0.txt=a3,1.txt=b3');
  assert.equal(filesIn(store).length, 2);

  await choose(via(first, page), [['photo', [a]]]);
  page.send(['files', [['photo', [a]]]]);
  await page.rr();
  await waitFor(() => filesIn(store).length === 1);
  page.send(['bye']);
  await waitFor(() => filesIn(store).length === 0);
});

test('a refusal at another process is in the language of its request', async () => {
  const { processes, uploads } = await shared;
  const [first, second] = processes;
  const page = await open(first);
  const speaker = (language: string, process = second) => {
    const there = via(process, page);
    return { ...there, headers: { ...there.headers, 'accept-language': language } };
  };
  const [large] = await choose(speaker('de'), [['picture', [['a.png', 10, 'image/png']]]]);
  assert.deepEqual(large, ['de: bytes a.png']);
  const [taken] = await choose(speaker('de'), [['picture', [['b.png', 2, 'image/png']]]]);
  const id = taken?.[0]?.[0] ?? assert.fail();
  assert.equal(await stateOf(await postFile(speaker('fi'), id, bytes('x', 2))), 'fi: type b.png');
  assert.equal(await stateOf(await askFile(speaker('de'), id)), 'de: type b.png');
  assert.equal(await stateOf(await askFile(speaker('en', first), id)), 'en: type b.png');
  assert.equal(bytesIn(uploads), 0);
  page.send(['bye']);
});

test('a shared folder takes each part of a file at another process', async () => {
  const { processes, uploads, saved } = await shared;
  const [first, second, third] = processes;
  const page = await open(first);
  const [id = ''] = await announce(via(second, page), 'paper', 3 * PART);
  const parts = [second, third, first] as const;
  for (const [i, process] of parts.entries()) {
    const part = bytes('abc'[i] ?? '', PART);
    const url = `${id}&offset=${i * PART}`;
    const request = beginFile(via(process, page), url, part, 3 * PART);
    await waitFor(() => bytesIn(uploads) === (i + 1) * PART);
    const another = parts[(i + 1) % 3] ?? first;
    assert.deepEqual(await stateOf(await askFile(via(another, page), id)), [id, (i + 1) * PART, false]);
    request.destroy();
  }
  assert.equal(await statusAt(via(second, page), id, 4), 409);
  assert.deepEqual(await stateOf(await postFile(via(second, page), id, bytes('', 0), 3 * PART)), [
    id,
    3 * PART,
    true,
  ]);
  page.send(['files', [['paper', [id]]]]);
  await page.click('save', '1');
  assert.equal(saved().at(-1), `1 0.txt=a${PART}b${PART}c${PART}`);
  page.send(['bye']);
  await waitFor(() => filesIn(uploads).length === 0);
});

test('a page that moves takes its files along, also half of one', async (t) => {
  const { processes, store, uploads, saved } = await startProcesses(t, 3);
  const [first, second, third] = processes;
  const page = await open(first);
  const [whole = '', half = ''] = await announce(via(second, page), 'paper', 3, 2 * PART);
  const [photo = '', late = ''] = await announce(via(third, page), 'photo', 3, 2 * PART);
  await postFile(via(second, page), whole, bytes('a', 3));
  await postFile(via(third, page), photo, bytes('x', 3));
  const cut = beginFile(via(third, page), half, bytes('b', PART), 2 * PART);
  const cutPhoto = beginFile(via(second, page), late, bytes('y', PART), 2 * PART);
  await waitFor(() => bytesIn(uploads) === PART + 3 && bytesIn(store) === PART + 3);
  assert.deepEqual((await moveTo(second, page))[2], true, 'the page is resumed');
  assert.deepEqual(await stateOf(await askFile(via(first, page), half)), [half, PART, false]);
  assert.deepEqual(await stateOf(await askFile(via(first, page), late)), [late, 0, false]);
  for (const request of [cut, cutPhoto]) request.destroy();
  await first.close();
  const rest = await postFile(via(third, page), half, bytes('c', PART), PART);
  assert.deepEqual(await stateOf(rest), [half, 2 * PART, true]);
  assert.deepEqual(await stateOf(await postFile(via(third, page), late, bytes('z', 2 * PART))), [
    late,
    2 * PART,
    true,
  ]);
  page.send([
    'files',
    [
      ['paper', [whole, half]],
      ['photo', [photo, late]],
    ],
  ]);
  await page.click('save', '1');
  assert.deepEqual(saved(), [`1 0.txt=a3,0.txt=x3,1.txt=b${PART}c${PART},1.txt=z${2 * PART}`]);
  assert.equal(filesIn(store).length, 2);
  await second.close();
  await waitFor(() => filesIn(uploads).length + filesIn(store).length === 0);
});

test('local folders refuse a misdirected file and tell the page why, once', async (t) => {
  const { processes, uploads, saved } = await startProcesses(t, 2, { local: true });
  const [first, second] = processes;
  const page = await open(first);
  const [id = ''] = await announce(via(second, page), 'paper', 3);
  for (let i = 0; i < 3; i++) {
    const answer = await postFile(via(second, page), id, bytes('a', 3));
    assert.equal(answer.status, 421);
    assert.match(await answer.text(), /ISSR_ERR_UPLOAD_MISDIRECTED.*uploadFolder.*store/);
  }
  const [, , error] = await page.next('error');
  assert.match(String(error.message), /does not hold its page.*uploadFolder/);
  await postFile(via(first, page), id, bytes('a', 3));
  page.send(['files', [['paper', [id]]]]);
  await page.click('save', '1');
  assert.deepEqual(saved(), ['1 0.txt=a3']);
  assert.equal(page.messages.filter(([verb]) => verb === 'error').length, 1);
  const warnings = await first.call<string[]>('warnings');
  assert.equal(warnings.filter((warning) => /does not hold its page/.test(warning)).length, 1);
  assert.deepEqual((await moveTo(second, page))[2], false, 'the browser sends its files again');
  await waitFor(() => filesIn(uploads).length === 0);
});

test('another process refuses ids, offsets and secrets that are not its own', async () => {
  const { processes, store, uploads } = await shared;
  const [first, second] = processes;
  const [page, other] = [await open(first), await open(first)];
  const [id = ''] = await announce(via(first, page), 'photo', 3);
  const there = via(second, page);
  const statusOf = async (answer: Promise<Response>) => (await answer).status;
  for (const wrong of ['', '__proto__', '../../x', 'x'.repeat(5000), id.toUpperCase()]) {
    assert.equal(await statusOf(askFile(there, wrong)), 404, wrong);
  }
  for (const offset of [1, -1, Number.NaN, 2 ** 60]) assert.equal(await statusAt(there, id, offset), 409);
  assert.equal(await statusOf(askFile(via(second, other), id)), 404, "another page's file");
  const [token = '', secret = ''] = page.credentials.split(' ');
  for (const wrong of [
    secret.slice(0, 37),
    `${secret}0`,
    other.secret,
    `${secret.slice(0, 36)}.${'0'.repeat(36)}`,
  ]) {
    const forged = { ...there, token: `${token} ${wrong}` };
    assert.equal(await statusOf(postPlan(forged, [['photo', []]])), 404);
    assert.equal(await statusOf(askFile(forged, id)), 404);
  }
  assert.equal(await statusOf(postPlan(there, [['photo', [1]]])), 400);
  assert.deepEqual(await choose(there, [['__proto__', [['a', 1, '']]]]), [null]);
  const [refused] = await choose(there, [['photo', [['a', 2 ** 24, '']]]]);
  assert.match(String(refused?.[0]), /larger than 10 MiB/);
  assert.deepEqual([...filesIn(store), ...filesIn(uploads)], []);
  const warnings = await first.call<string[]>('warnings');
  assert.deepEqual(warnings, []);
});
