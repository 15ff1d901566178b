import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssrOptions, RefusedMessage, UploadedFile, UploadRule } from '../../src/index.js';
import type { UploadPlan } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import {
  askFile,
  beginFile,
  choose,
  chooseOne,
  filesIn,
  png,
  postFile,
  postPlan,
  stateOf,
  type Uploader,
  upload,
  uploadFolder,
} from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** A page with a field of files, and what its handler saw last. */
async function openForm(t: TestContext, rule: UploadRule = {}, options: IssrOptions = {}) {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder, resumeWindow: 0, ...options });
  const seen: { files: readonly UploadedFile[] }[] = [];
  const held: (() => void)[] = [];
  fastify.issrRoute(
    '/',
    { uploads: { photo: rule }, actions: { hold: () => new Promise<void>((go) => held.push(go)) } },
    ({ issr }) => {
      seen.push({ files: issr.files.photo ?? assert.fail('a declared field is always there') });
      return <p>{issr.files.photo?.length}</p>;
    },
  );
  fastify.issrRoute('/other', { uploads: { photo: {} } }, ({ issr }) => <p>{issr.files.photo?.length}</p>);
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const who = { origin, token: page.credentials };
  const last = () => seen.at(-1)?.files ?? [];
  const hold = (...ids: string[]) => page.send(['files', [['photo', ids]]]);
  return { fastify, folder, origin, page, who, last, hold, held };
}

test('a file arrives before its event, with name, type and size', async (t) => {
  const { page, who, last, hold } = await openForm(t);
  const bytes = png(200_000);
  hold(await upload(who, bytes, { name: 'cat.png' }));
  await page.rr();
  const [file] = last();
  assert.ok(file);
  assert.deepEqual([file.name, file.type, file.size], ['cat.png', 'image/png', 200_000]);
  assert.deepEqual(await readFile(file.path), bytes);
});

test('what is uploaded is no file of the page before an event says so', async (t) => {
  const { page, who, last } = await openForm(t);
  await upload(who, png());
  await page.rr();
  assert.deepEqual(last(), []);
});

test('files stay until the field holds others', async (t) => {
  const { fastify, folder, page, who, last, hold } = await openForm(t);
  hold(await upload(who, png(), { name: 'a.png' }));
  await page.rr();
  await page.rr();
  await fastify.issr.rr('/');
  assert.deepEqual(
    last().map(({ name }) => name),
    ['a.png'],
  );
  hold(await upload(who, png(), { name: 'b.png' }));
  await page.rr();
  assert.deepEqual(
    last().map(({ name }) => name),
    ['b.png'],
  );
  await waitFor(() => filesIn(folder).length === 1);
  await choose(who, [['photo', []]]);
  hold();
  await page.rr();
  assert.deepEqual(last(), []);
  await waitFor(() => filesIn(folder).length === 0);
});

test('page and server leave nothing on the disk', async (t) => {
  const { fastify, folder, page, who, hold } = await openForm(t);
  hold(await upload(who, png()));
  await page.rr();
  await choose(who, [['photo', [['waits.png', 9, 'image/png']]]]);
  assert.equal(filesIn(folder).length, 1);
  await page.drop();
  await waitFor(() => filesIn(folder).length === 0);
  await fastify.close();
  assert.deepEqual(filesIn(folder), []);
});

test('an action that runs as its page goes has its files to the end', async (t) => {
  const { folder, page, who, hold, held, last } = await openForm(t);
  hold(await upload(who, png()));
  page.sendEvent({ actions: [['hold', 't']] });
  await waitFor(() => held.length === 1);
  page.send(['bye']);
  await page.closed();
  assert.equal(filesIn(folder).length, 1);
  held[0]?.();
  await waitFor(() => filesIn(folder).length === 0);
  assert.equal(last().length, 1);
});

test('a file that its handler moves away is the handler’s', async (t) => {
  const { folder, page, who, hold, last } = await openForm(t);
  hold(await upload(who, png(50)));
  await page.rr();
  const [file] = last();
  await rename(file?.path ?? '', join(folder, 'kept'));
  await page.drop();
  await waitFor(() => filesIn(folder).join() === 'kept');
  assert.equal((await readFile(join(folder, 'kept'))).length, 50);
});

test('an event takes the files chosen before it', async (t) => {
  const { page, who, hold, held, last } = await openForm(t);
  page.sendEvent({ actions: [['hold', 't']] });
  await waitFor(() => held.length === 1);
  hold(await upload(who, png(), { name: 'first.png' }));
  const event = page.sendEvent();
  await page.settled();
  await upload(who, png(), { name: 'second.png' });
  held[0]?.();
  await page.answerTo(event);
  assert.deepEqual(
    last().map(({ name }) => name),
    ['first.png'],
  );
});

test('a visit to another address begins without files', async (t) => {
  const { folder, page, who, hold } = await openForm(t);
  hold(await upload(who, png()));
  await page.rr();
  await page.rr({ url: '/other' });
  assert.equal(page.text, '0');
  await waitFor(() => filesIn(folder).length === 0);
});

const refusals: [what: string, rule: UploadRule, plan: UploadPlan[0][1], message: RegExp][] = [
  [
    'a file too large',
    { maxBytes: 100 },
    [['a.png', 101, 'image/png']],
    /^a\.png is larger than 100 bytes\.$/,
  ],
  [
    'too many',
    { maxFiles: 1 },
    [
      ['a', 1, ''],
      ['b', 1, ''],
    ],
    /^At most 1 file\.$/,
  ],
  [
    'too much together',
    { maxTotalBytes: 2048 },
    [
      ['a', 2000, ''],
      ['b', 2000, ''],
    ],
    /^All files together are larger than 2 KiB\.$/,
  ],
  [
    'what the browser knows to be of a wrong type',
    { types: ['image/*', 'text/csv'] },
    [['a.mp4', 9, 'video/mp4']],
    /^a\.mp4 has a type that is not allowed\. Allowed: image\/\*, text\/csv\.$/,
  ],
  [
    'in words of the author',
    { maxBytes: 1, message: ({ reason, allowed }) => `${reason}: ${allowed}` },
    [['a', 2, '']],
    /^bytes: 1$/,
  ],
];
for (const [what, rule, files, message] of refusals) {
  test(`refuses before sending: ${what}`, async (t) => {
    const { who } = await openForm(t, rule);
    const [states] = await choose(who, [['photo', files]]);
    assert.match(String(states?.[0]), message);
  });
}

test('the text of a refusal follows the language of the request', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  const pages: string[] = [];
  const message: UploadRule['message'] = ({ reason, name }, request) => {
    pages.push(request.issr.id);
    return `${(request as FastifyRequest & { language: string }).language}: ${reason} ${name} ${request.url}`;
  };
  await fastify.register(async (scope) => {
    scope.decorateRequest('language', '');
    scope.addHook('preHandler', async (request) => {
      Object.assign(request, { language: /lang=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'en' });
    });
    const rule = { maxBytes: 100, maxFiles: 2, types: ['image/*'], message };
    scope.issrRoute('/album/:id', { uploads: { photo: rule } }, ({ issr }) => (
      <p>{issr.files.photo?.length}</p>
    ));
  });
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/album/7');
  const speaker = (language: string) => ({
    origin,
    token: page.credentials,
    headers: { cookie: `lang=${language}` },
  });
  const refusal = async (language: string, ...files: UploadPlan[0][1]) =>
    (await choose(speaker(language), [['photo', files]]))[0]?.[0];
  assert.equal(await refusal('de', ['a.png', 101, 'image/png']), 'de: bytes a.png /album/7');
  assert.equal(await refusal('fi', ['a.png', 101, 'image/png']), 'fi: bytes a.png /album/7');
  const one: UploadPlan[0][1][0] = ['a.png', 1, 'image/png'];
  assert.equal(await refusal('de', one, one, one), 'de: files  /album/7');
  const id = await chooseOne(speaker('de'), 3, 'image/png');
  const text = Buffer.from('MZ!');
  assert.equal(await stateOf(await postFile(speaker('fi'), id, text)), 'fi: type a.png /album/7');
  assert.equal(await stateOf(await askFile(speaker('de'), id)), 'de: type a.png /album/7');
  assert.deepEqual(new Set(pages), new Set([page.token.split('.')[0]]));
});

const noTexts: [what: string, message: () => unknown][] = [
  ['an empty text', () => ''],
  ['nothing', () => undefined],
  ['a promise that rejects', () => Promise.reject(new Error('no translation'))],
  [
    'an error',
    () => {
      throw new Error('no translation');
    },
  ],
];
for (const [what, message] of noTexts) {
  test(`a refusal is in English if its message gives ${what}`, async (t) => {
    const { who } = await openForm(t, { maxBytes: 1, message: message as UploadRule['message'] });
    const [states] = await choose(who, [['photo', [['a', 2, '']]]]);
    assert.equal(states?.[0], 'a is larger than 1 bytes.');
  });
}

test('a complete file says so when it is asked for, also an empty one', async (t) => {
  const { who } = await openForm(t);
  for (const bytes of [Buffer.alloc(0), png()]) {
    const id = await chooseOne(who, bytes.length);
    assert.deepEqual(await stateOf(await askFile(who, id)), [id, 0, false]);
    await postFile(who, id, bytes);
    assert.deepEqual(await stateOf(await askFile(who, id)), [id, bytes.length, true]);
    assert.deepEqual(await choose(who, [['photo', [id]]]), [[[id, bytes.length, true]]]);
  }
});

test('accepts a file at each limit', async (t) => {
  const { who } = await openForm(t, { maxBytes: 100, maxFiles: 2, maxTotalBytes: 200, types: ['image/*'] });
  const file: [string, number, string] = ['a.png', 100, 'image/png'];
  const [states] = await choose(who, [['photo', [file, file]]]);
  assert.ok(states?.every(Array.isArray));
});

const contents: [what: string, bytes: Buffer, declared: string, types: string[], is: string | null][] = [
  ['a PNG that is called a JPEG', png(), 'image/jpeg', ['image/*'], 'image/png'],
  ['a program that is called a PNG', Buffer.from('7f454c4602010100', 'hex'), 'image/png', ['image/*'], null],
  ['HTML that is called a PNG', Buffer.from('<!doctype html><script>'), 'image/png', ['image/*'], null],
  [
    'SVG, which can run script, as any image',
    Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
    '',
    ['image/*'],
    null,
  ],
  [
    'SVG by its name',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    'image/svg+xml',
    ['image/svg+xml'],
    'image/svg+xml',
  ],
  [
    'text as the table that the browser says it is',
    Buffer.from('a;b\n1;2\n'),
    'text/csv',
    ['text/csv'],
    'text/csv',
  ],
  [
    'a table that the browser knows by its program',
    Buffer.from('a;b\n'),
    'application/vnd.ms-excel',
    ['text/csv'],
    'text/csv',
  ],
  ['bytes that are no text', Buffer.from([1, 2, 3, 0]), 'text/plain', ['text/*'], null],
  ['anything where anything is taken', Buffer.from([1, 2, 3, 0]), '', ['*/*'], 'application/octet-stream'],
  ['nothing at all', Buffer.alloc(0), 'text/plain', ['text/plain'], 'text/plain'],
];
for (const [what, bytes, declared, types, is] of contents) {
  test(`by its content: ${what} is ${is ?? 'refused'}`, async (t) => {
    const { folder, page, who, hold, last } = await openForm(t, { types });
    const id = await chooseOne(who, bytes.length, declared);
    const state = await stateOf(await postFile(who, id, bytes));
    if (is === null) {
      assert.match(String(state), /type that is not allowed/);
      assert.match(
        String(await stateOf(await askFile(who, id))),
        /type that is not allowed/,
        'as often as it is asked',
      );
    }
    hold(id);
    await page.rr();
    assert.deepEqual(
      last().map(({ type }) => type),
      is === null ? [] : [is],
    );
    await waitFor(() => filesIn(folder).length === (is === null ? 0 : 1));
  });
}

test('refuses a file that is longer than announced', async (t) => {
  const { folder, who } = await openForm(t);
  const id = await chooseOne(who, 100, 'image/png');
  await postFile(who, id, png(300_000)).catch(() => {});
  assert.match(String(await stateOf(await askFile(who, id))), /larger/);
  await waitFor(() => filesIn(folder).length === 0);
});

/** Shares that leave the limit of the process alone. */
const WHOLE_DISK = { maxUploadDiskBytesPerPage: 150_000, maxUploadDiskBytesPerIp: 150_000 };

test('refuses files above maxUploadDiskBytes until others are removed', async (t) => {
  const { folder, who } = await openForm(t, {}, { maxUploadDiskBytes: 150_000, ...WHOLE_DISK });
  await upload(who, png(100_000));
  const [states] = await choose(who, [['photo', [['b.png', 150_001, '']]]]);
  assert.match(String(states?.[0]), /no room/);
  await waitFor(() => filesIn(folder).length === 0);
  await upload(who, png(150_000));
  assert.equal(filesIn(folder).length, 1);
});

test('refuses files that together exceed the disk limit', async (t) => {
  const { folder, who } = await openForm(t, {}, { maxUploadDiskBytes: 150_000, ...WHOLE_DISK });
  const entry: [string, number, string] = ['a.png', 100_000, 'image/png'];
  const [states] = await choose(who, [['photo', [entry, entry]]]);
  const [first = '', second = ''] = states?.map((state) => state?.[0] ?? '') ?? [];
  assert.deepEqual(await stateOf(await postFile(who, first, png(100_000))), [first, 100_000, true]);
  await postFile(who, second, png(100_000)).catch(() => {});
  assert.match(String(await stateOf(await askFile(who, second))), /no room/);
  await waitFor(() => filesIn(folder).length === 1);
});

test('refuses files of a field that the route does not declare', async (t) => {
  const { who } = await openForm(t);
  assert.deepEqual(
    await choose(who, [
      ['other', [['a', 1, '']]],
      ['__proto__', [['a', 1, '']]],
    ]),
    [null, null],
  );
});

const names: [hostile: string, safe: string][] = [
  ['../../x', 'x'],
  ['..\\..\\x.png', 'x.png'],
  ['con', 'con_'],
  ['NUL.txt', 'NUL_.txt'],
  ['', '_'],
  ['..', '_'],
  ['.htaccess', '_htaccess'],
  ['a\u0000b\r\nc\u202egnp.exe', 'a_b c_gnp.exe'],
  [`${'n'.repeat(1000)}.png`, `${'n'.repeat(96)}.png`],
  [`x.${'n'.repeat(1000)}`, 'n'.repeat(100)],
  ['__proto__', '__proto__'],
];
for (const [hostile, safe] of names) {
  test(`names a hostile file ${JSON.stringify(hostile.slice(0, 30))} safely`, async (t) => {
    const { folder, page, who, hold, last } = await openForm(t);
    hold(await upload(who, png(), { name: hostile }));
    await page.rr();
    assert.equal(last()[0]?.name, safe);
    assert.match(filesIn(folder).join(), /^[\w.-]+\/[\da-f-]{36}$/);
  });
}

/** Sends the beginning of a file, and cuts the connection when some of it has come. */
async function sendCut(who: Uploader, folder: string, id: string, bytes: Buffer, all: number): Promise<void> {
  const sending = beginFile(who, id, bytes, all);
  const isHere = (path: string) => statSync(join(folder, path)).size > 0;
  await waitFor(() => filesIn(folder).some(isHere));
  sending.destroy();
}

test('resumes an upload where it was cut', async (t) => {
  const { folder, page, who, hold, last } = await openForm(t);
  const bytes = png(1_000_000);
  const id = await chooseOne(who, bytes.length, '');
  await sendCut(who, folder, id, bytes.subarray(0, 600_000), bytes.length);
  const state = await stateOf(await askFile(who, id));
  const received = Number(state?.[1]);
  assert.ok(received > 0 && received <= 600_000, `${received} bytes are here`);
  assert.equal((await postFile(who, id, bytes.subarray(0, 10), 0)).status, 409);
  assert.deepEqual(await stateOf(await postFile(who, id, bytes.subarray(received), received)), [
    id,
    bytes.length,
    true,
  ]);
  hold(id);
  await page.rr();
  assert.deepEqual(await readFile(last()[0]?.path ?? ''), bytes);
});

test('cuts an upload that stands still', async (t) => {
  const { who } = await openForm(t, {}, { uploadTimeout: 50 });
  const id = await chooseOne(who, 1000, '');
  const [error] = await once(beginFile(who, id, png(10), 1000), 'error');
  assert.equal(error.code, 'ECONNRESET');
});

test('refuses another site, a forged token and an unknown page', async (t) => {
  const { origin, page, who } = await openForm(t);
  const plan = [['photo', [['a', 1, '']]]];
  const foreign = { ...who, headers: { origin: 'https://evil.example' } };
  assert.equal((await postPlan(foreign, plan)).status, 403);
  assert.equal((await postPlan({ origin, token: `${who.token}x` }, plan)).status, 403);
  assert.equal((await postPlan({ origin, token: '' }, plan)).status, 403);
  const unjoined = await PageDriver.load(origin, '/');
  assert.equal((await postPlan({ origin, token: unjoined.token }, plan)).status, 404);
  const id = await chooseOne(who, 1);
  const other = { origin, token: (await PageDriver.open(origin, '/')).credentials };
  assert.equal((await postFile(other, id, png(1))).status, 404, "another page's id");
  assert.equal((await askFile(other, id)).status, 404);
  assert.equal((await postFile({ ...foreign }, id, png(1))).status, 403);
  await page.drop();
});

test('refuses a malformed plan', async (t) => {
  const { who } = await openForm(t);
  for (const plan of [
    '',
    '{}',
    '[1]',
    [['photo']],
    [['photo', [1]]],
    [['photo', [['a', -1, '']]]],
    [['photo', [['a', 1.5, '']]]],
    [['photo', [['a', 1]]]],
    [[1, []]],
  ]) {
    assert.equal((await postPlan(who, plan)).status, 400, JSON.stringify(plan));
  }
  assert.equal((await postPlan(who, ' '.repeat(2_000_000))).status, 413);
});

test('a body that is not multipart is refused; the file can follow', async (t) => {
  const { folder, who } = await openForm(t);
  const id = await chooseOne(who, 100);
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n';
  const form = 'multipart/form-data; boundary=x';
  const bodies: [type: string, body: string, status: number][] = [
    ['text/plain', 'text', 400],
    ['application/json', '{}', 400],
    ['multipart/form-data', head, 400],
    [`multipart/form-data; boundary=${'x'.repeat(300)}`, head, 400],
    [form, '', 400],
    [form, 'garbage', 400],
    [form, '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n', 413],
    [form, `${head}cut in the middle`, 400],
    [form, `${head.replace('"file"', '"__proto__"')}a\r\n--x--\r\n`, 400],
  ];
  for (const [type, body, status] of bodies) {
    const headers = { origin: who.origin, 'issr-token': who.token, 'content-type': type };
    const answer = await fetch(`${who.origin}/issr/uploads/file?id=${id}`, { method: 'POST', body, headers });
    assert.equal(answer.status, status, `${type} ${body}`);
  }
  assert.deepEqual(await stateOf(await postFile(who, id, png())), [id, 100, true]);
  assert.equal(filesIn(folder).length, 1);
});

test('unknown ids, and more than a field may hold, are refused', async (t) => {
  const { page, who, last } = await openForm(t, { maxFiles: 2 });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push(await upload(who, png()), 'nobody', '__proto__');
    page.send([
      'files',
      [
        ['photo', ids],
        ['__proto__', ids],
        ['other', ids],
      ],
    ]);
    await page.rr();
    assert.ok(last().length <= 2);
  }
});

/** Begins a file that holds its slot: part of it is on the disk. */
async function holdSlot(who: Uploader, folder: string) {
  const sending = beginFile(who, await chooseOne(who, 100_000, ''), png(70_000), 100_000);
  await waitFor(() => filesIn(folder).length === 1);
  return sending;
}

/** Repeats a request while it is answered with 503. */
async function retry(request: () => Promise<Response>): Promise<Response> {
  for (let i = 0; i < 1000; i++) {
    const response = await request();
    if (response.status !== 503) return response;
    await sleep(5);
  }
  throw new Error('still 503');
}

for (const [option, limits] of [
  ['maxUploads', { maxUploads: 1 }],
  ['maxUploadsPerIp', { maxUploadsPerIp: 1 }],
] as const) {
  test(`${option} limits running uploads, not announcements`, async (t) => {
    const { who, origin, folder } = await openForm(t, {}, limits);
    const other = { origin, token: (await PageDriver.open(origin, '/')).credentials };
    const sending = await holdSlot(who, folder);
    const id = await chooseOne(other, 100, '');
    const refused = await postFile(other, id, png());
    assert.equal(refused.status, 503);
    const { message } = (await refused.json()) as Error;
    assert.equal(message, `Upload limit reached (1 running, see ${option})`);
    sending.destroy();
    assert.deepEqual(await stateOf(await retry(() => postFile(other, id, png()))), [id, 100, true]);
  });
}

test('a page sends at most eight requests of uploads in parallel', async (t) => {
  const refused: unknown[] = [];
  const note = (message: unknown) => refused.push((message as RefusedMessage).what);
  subscribe('issr:refused', note);
  t.after(() => unsubscribe('issr:refused', note));
  const { who, folder } = await openForm(t);
  const entries = Array.from({ length: 8 }, (_, i): [string, number, string] => [`${i}`, 100_000, '']);
  const [states] = await choose(who, [['photo', entries]]);
  const sending = (states ?? []).map((state) => beginFile(who, state?.[0] ?? '', png(70_000), 100_000));
  await waitFor(() => filesIn(folder).length === 8);
  assert.equal((await postPlan(who, [])).status, 503);
  assert.deepEqual(refused, ['ISSR_ERR_UPLOADS']);
  for (const one of sending) one.destroy();
  assert.equal((await retry(() => postPlan(who, []))).status, 200);
});

test('an upload that only drips is cut, one that is fast enough is not', async (t) => {
  const options = { uploadTimeout: 1000, minUploadBytesPerSecond: 1000 };
  const { who } = await openForm(t, {}, options);
  const [states] = await choose(who, [
    [
      'photo',
      [
        ['a', 100_000, ''],
        ['b', 100_000, ''],
      ],
    ],
  ]);
  const [slow = '', fast = ''] = states?.map((state) => state?.[0] ?? '') ?? [];
  const dripping = beginFile(who, slow, png(10), 100_000);
  const drip = setInterval(() => dripping.write('x'), 50);
  t.after(() => clearInterval(drip));
  const steady = beginFile(who, fast, png(1000), 100_000);
  let left = 99_000;
  for (; !dripping.destroyed; left -= 500) {
    await sleep(20);
    steady.write(Buffer.alloc(500));
  }
  steady.write(Buffer.alloc(left));
  steady.end(steady.tail);
  const [response] = await once(steady, 'response');
  assert.equal(response.statusCode, 200);
});

test('one page and one address leave room on the disk for others', async (t) => {
  const { who, origin } = await openForm(t, {}, { maxUploadDiskBytes: 100_000 });
  const open = async () => ({ origin, token: (await PageDriver.open(origin, '/')).credentials });
  const [second, third] = [await open(), await open()];
  const announce = async (page: Uploader, bytes: number) =>
    (await choose(page, [['photo', [['a.png', bytes, 'image/png']]]]))[0]?.[0];
  assert.match(String(await announce(who, 50_001)), /no room/);
  await upload(who, png(50_000));
  assert.match(String(await announce(second, 25_001)), /no room/);
  await upload(second, png(25_000));
  assert.match(String(await announce(third, 1)), /no room/);
});

test('what the hooks answer for a while only is to be tried again', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  let status = 200;
  const onRequest = async (_request: unknown, reply: FastifyReply) =>
    status === 200 ? undefined : reply.code(status).send();
  fastify.issrRoute('/', { uploads: { photo: {} }, onRequest }, () => '<p></p>');
  const origin = await listen(fastify);
  const who = { origin, token: (await PageDriver.open(origin, '/')).credentials };
  const answers: [hooks: number, upload: number][] = [
    [401, 403],
    [404, 403],
    [429, 503],
    [500, 503],
    [200, 200],
  ];
  for (const [hooks, expected] of answers) {
    status = hooks;
    assert.equal((await postPlan(who, [])).status, expected, `${hooks}`);
  }
});

test('runs the hooks of the page’s route for each upload', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  const asked: string[] = [];
  fastify.issrRoute(
    '/',
    {
      uploads: { photo: {} },
      preHandler: async (request, reply) => {
        asked.push(request.url);
        if (request.headers.cookie !== 'user=ada') return reply.redirect('/sign-in');
      },
    },
    () => {
      asked.push('handler');
      return '<p>form</p>';
    },
  );
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/?a=1', { headers: { cookie: 'user=ada' } });
  asked.length = 0;
  const who = { origin, token: page.credentials };
  const plan: UploadPlan = [['photo', [['a', 1, '']]]];
  assert.equal((await postPlan(who, plan)).status, 403);
  const signedIn = { ...who, headers: { cookie: 'user=ada' } };
  const id = await chooseOne(signedIn, 1);
  assert.deepEqual(asked, ['/?a=1', '/?a=1'], 'the handler does not run');
  assert.equal((await postFile(who, id, png(1))).status, 403);
  assert.deepEqual(filesIn(folder), []);
});
