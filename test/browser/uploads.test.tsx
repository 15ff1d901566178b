import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import helmet from '@fastify/helmet';
import type { Page } from 'playwright-core';
import type { IssrRequest, UploadRule } from '../../src/index.js';
import { connected, shows, useBrowser } from '../support/browser.js';
import { openProxy } from '../support/proxy.js';
import { createServer, listen } from '../support/server.js';
import { filesIn, png, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, openPlainPage, takeErrors } = useBrowser();

const file = (name: string, buffer: Buffer, mimeType = 'image/png') => ({ name, mimeType, buffer });
const MEBIBYTE = 1024 ** 2;

/** A form that sends files, and what its action got. */
async function openForm(t: TestContext, rule: UploadRule = {}) {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  const saved: { title: string; files: [name: string, size: number][] }[] = [];
  fastify.issrRoute<{ Querystring: { title?: string; x?: string; other?: string } }>(
    '/',
    {
      uploads: { photo: rule },
      actions: {
        save: async ({ query, issr }) => {
          const files = issr.files.photo ?? [];
          for (const { path, size } of files) assert.equal((await readFile(path)).length, size);
          saved.push({ title: query.title ?? '', files: files.map(({ name, size }) => [name, size]) });
        },
      },
    },
    ({ query, issr }) => (
      <main>
        <form onsubmit="rr(this)">
          <input name="title" />
          <label id="drop">
            Photos <input type="file" name="photo" multiple update={query.x === '7'} />
          </label>
          <progress data-issr-upload="photo" value="0" />
          <button type="button" id="cancel" data-issr-upload-cancel="photo">
            cancel
          </button>
          <button id="save" action="save">
            save
          </button>
        </form>
        <p id="has">{issr.files.photo?.map(({ name }) => name).join()}</p>
        <p id="saved">{saved.length}</p>
        <button id="x" type="button" onclick="rr(this)" action="x" value={Number(query.x ?? 0) + 1}>
          {query.x ?? 0}
        </button>
        <div name="x" value={query.x ?? 0} />
      </main>
    ),
  );
  const origin = await listen(fastify);
  return { fastify, folder, origin, saved };
}

const messageOf = (page: Page) =>
  page.$eval('input[type=file]', (input: HTMLInputElement) => input.validationMessage);

test('a chosen file is sent before the event that says it, once, and stays for later events', async (t) => {
  const { origin, saved } = await openForm(t);
  const page = await openPage(origin);
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/uploads/file')) posts.push(request.method());
  });
  await page.fill('[name=title]', 'Cats');
  await page.setInputFiles('[name=photo]', file('cat.png', png(300_000)));
  await page.click('#save');
  await shows(page, '#saved', '1');
  assert.deepEqual(saved, [{ title: 'Cats', files: [['cat.png', 300_000]] }]);
  await page.click('#x');
  await shows(page, '#x', '1');
  await shows(page, '#has', 'cat.png');
  assert.deepEqual(posts, ['POST']);
});

test('twenty files arrive together, in the order of the choice', async (t) => {
  const { origin, saved } = await openForm(t, { maxFiles: 20 });
  const page = await openPage(origin);
  const files = Array.from({ length: 20 }, (_, i) => file(`${i}.png`, png(10_000 + i)));
  await page.setInputFiles('[name=photo]', files);
  await page.click('#save');
  await shows(page, '#saved', '1');
  assert.deepEqual(
    saved[0]?.files,
    files.map(({ name, buffer }) => [name, buffer.length]),
  );
});

test('without a file nothing waits, and a page without a field of files fetches no more script', async (t) => {
  const { origin } = await openForm(t);
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>none</p>');
  const scripts: string[] = [];
  const page = await openPage(await listen(fastify));
  page.on('request', (request) => scripts.push(request.url()));
  await page.reload();
  await connected(page);
  assert.ok(!scripts.some((url) => url.includes('issr-uploads')));
  const other = await openPage(origin);
  await other.click('#x');
  await shows(other, '#x', '1');
});

test('files dropped onto the label are chosen as if by the field', async (t) => {
  const { origin, saved } = await openForm(t);
  const page = await openPage(origin);
  await dragOnto(page, ['a.png', 'b.png'], 'dragover');
  await page.waitForSelector('#drop[data-issr-drop]');
  await dragOnto(page, ['a.png', 'b.png'], 'drop');
  await page.waitForSelector('#drop:not([data-issr-drop])');
  await page.click('#save');
  await shows(page, '#saved', '1');
  assert.deepEqual(saved[0]?.files, [
    ['a.png', 3],
    ['b.png', 3],
  ]);
});

async function dragOnto(page: Page, names: string[], type: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle((names) => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File(['abc'], name, { type: 'text/plain' }));
    return data;
  }, names);
  await page.dispatchEvent('#drop', type, { dataTransfer });
}

/** A way to the server on which files go as slowly as the test wants, or are cut. */
async function openLink(t: TestContext, origin: string) {
  const pairs = new Set<{ browser: Socket; site: Socket; sent: number }>();
  let limit = Number.POSITIVE_INFINITY;
  const target = new URL(origin);
  const server = createTcpServer((browser) => {
    const site = connect(Number(target.port), target.hostname);
    const pair = { browser, site, sent: 0 };
    pairs.add(pair);
    const feed = () => {
      if (pair.sent >= limit) return;
      const chunk = browser.read();
      if (chunk === null) return;
      pair.sent += chunk.length;
      site.write(chunk, () => feed());
    };
    browser.on('readable', feed);
    site.on('data', (chunk) => browser.write(chunk));
    for (const [one, other] of [
      [browser, site],
      [site, browser],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    Object.assign(pair, { feed });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const { browser } of pairs) browser.destroy();
  });
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    /** So many bytes go through each connection, then nothing more. */
    hold(bytes: number) {
      limit = bytes;
    },
    isHeld: () => [...pairs].some(({ sent }) => sent >= limit),
    cut() {
      limit = Number.POSITIVE_INFINITY;
      for (const { browser } of pairs) browser.destroy();
    },
  };
}

const shareOf = (page: Page) => page.$eval('progress', (progress: HTMLProgressElement) => progress.value);

test('while a file is under way its progress shows, the page lives, and events keep their order', async (t) => {
  const { fastify, origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const link = await openLink(t, origin);
  const page = await openPage(link.origin);
  await page.setInputFiles('[name=photo]', file('a.png', png(32 * MEBIBYTE)));
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=photo]')?.files?.length);
  link.hold(2 * MEBIBYTE);
  await page.click('#save');
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.1);
  await page.waitForSelector('input[type=file][aria-busy=true]');
  await page.click('#x');
  await page.fill('[name=title]', 'typed meanwhile');
  await fastify.issr.rr('/');
  assert.equal(await page.inputValue('[name=title]'), 'typed meanwhile');
  assert.equal(await page.textContent('#x'), '0', 'it waits its turn');
  assert.ok((await shareOf(page)) < 1);
  assert.deepEqual(saved, []);
  link.cut();
  await shows(page, '#x', '1');
  assert.deepEqual(saved, [{ title: '', files: [['a.png', 32 * MEBIBYTE]] }]);
  assert.equal(await shareOf(page), 1);
  takeErrors();
});

test('a connection that is cut in the middle costs only what was not there yet', async (t) => {
  const { origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const link = await openLink(t, origin);
  const page = await openPage(link.origin);
  const offsets: number[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/file') && request.method() === 'POST')
      offsets.push(Number(searchParams.get('offset')));
  });
  await page.setInputFiles('[name=photo]', file('a.png', png(32 * MEBIBYTE)));
  link.hold(3 * MEBIBYTE);
  await page.click('#save');
  await waitFor(link.isHeld);
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.1);
  link.cut();
  await shows(page, '#saved', '1');
  assert.deepEqual(saved[0]?.files, [['a.png', 32 * MEBIBYTE]]);
  assert.equal(offsets[0], 0);
  assert.ok(Number(offsets.at(-1)) > MEBIBYTE, `it went on at ${offsets}`);
  takeErrors();
});

test('a cancel in the middle empties the field, runs no command, and leaves nothing on the disk', async (t) => {
  const { folder, origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const link = await openLink(t, origin);
  const page = await openPage(link.origin);
  await page.setInputFiles('[name=photo]', file('a.png', png(32 * MEBIBYTE)));
  link.hold(2 * MEBIBYTE);
  await page.click('#save');
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.1);
  await page.click('#cancel');
  assert.equal(await page.inputValue('[name=photo]'), '');
  link.hold(Number.POSITIVE_INFINITY);
  await connected(page);
  assert.equal(await shareOf(page), 0);
  await waitFor(() => filesIn(folder).length === 0);
  await page.click('#x');
  await shows(page, '#x', '1');
  assert.deepEqual(saved, []);
  takeErrors();
});

const refusals: [what: string, rule: UploadRule, buffer: Buffer, message: RegExp, isSent: boolean][] = [
  ['too large', { maxBytes: 1000 }, png(1001), /larger than/, false],
  ['of a type that the browser knows', { types: ['video/*'] }, png(), /not of a kind/, false],
  [
    'of a type that only its content tells',
    { types: ['image/*'] },
    Buffer.from('MZ program'),
    /not of a kind/,
    true,
  ],
];
for (const [what, rule, buffer, message, isSent] of refusals) {
  test(`a file ${what} is refused at its field, ${isSent ? 'after' : 'before'} it is sent`, async (t) => {
    const { folder, origin, saved } = await openForm(t, rule);
    const page = await openPage(origin);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/uploads/file')) sent.push(request.method());
    });
    await page.setInputFiles('[name=photo]', file('a.png', buffer));
    if (isSent) await page.click('#save');
    await page.waitForSelector('input[type=file][aria-invalid=true]');
    assert.match(await messageOf(page), message);
    assert.match((await page.textContent('[role=alert]')) ?? '', message);
    await connected(page);
    assert.deepEqual(saved, [], 'no command runs without the file that it was to have');
    await page.click('#save');
    await page.click('#x');
    await shows(page, '#x', '1');
    assert.deepEqual([saved, sent.length > 0], [[], isSent], 'the browser holds the form');
    await waitFor(() => filesIn(folder).length === 0);

    await page.setInputFiles('[name=photo]', []);
    assert.equal(await messageOf(page), '');
    assert.equal(await page.textContent('[role=alert]'), '');
    await page.click('#save');
    await shows(page, '#saved', '1');
  });
}

test('a field with update is emptied by the answer, and its file is gone from the disk', async (t) => {
  const { folder, origin } = await openForm(t);
  const page = await openPage(`${origin}/?x=6`);
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  await page.click('#x');
  await shows(page, '#x', '7');
  await waitFor(() => filesIn(folder).length === 0);
  assert.equal(await page.inputValue('[name=photo]'), '');
  await page.click('#x');
  await shows(page, '#x', '8');
  await shows(page, '#has', '');
});

test('a file that cannot be read any more is refused, and not tried for ever', async (t) => {
  const { origin, saved } = await openForm(t);
  const page = await openPage(origin);
  const path = join(uploadFolder(t), 'gone.png');
  await writeFile(path, png(5000));
  await page.setInputFiles('[name=photo]', path);
  await rm(path);
  await page.click('#save');
  await page.waitForSelector('[aria-invalid=true]');
  assert.equal(await messageOf(page), 'gone.png cannot be read.');
  assert.deepEqual(saved, []);
  takeErrors();
});

test('a form that is reset holds no files', async (t) => {
  const { folder, origin, saved } = await openForm(t);
  const page = await openPage(origin);
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  await page.click('#x');
  await shows(page, '#has', 'a.png');
  await page.evaluate(() => document.forms[0]?.reset());
  await page.click('#save');
  await shows(page, '#saved', '1');
  assert.deepEqual(saved[0]?.files, []);
  await waitFor(() => filesIn(folder).length === 0);
});

test('fields of any name, and several of one name, bring their files', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  const names = ['__proto__', 'files', 'a "b" & c', 'x'];
  const uploads = Object.fromEntries(names.map((name) => [name, {}]));
  Object.defineProperty(uploads, '__proto__', { value: {}, enumerable: true });
  fastify.issrRoute('/', { uploads }, ({ issr }) => (
    <form onsubmit="rr(this)">
      {[...names, 'x'].map((name) => (
        <input type="file" name={name} />
      ))}
      <button>send</button>
      <p>{JSON.stringify(names.map((name) => issr.files[name]?.map((file) => file.name)))}</p>
    </form>
  ));
  const page = await openPage(await listen(fastify));
  for (const [i, input] of (await page.$$('input')).entries()) {
    await input.setInputFiles(file(`${i}.png`, png()));
  }
  await page.click('button');
  await shows(page, 'p', JSON.stringify([['0.png'], ['1.png'], ['2.png'], ['3.png', '4.png']]));
});

test('without a progress of the author’s a bar shows, and goes; a field that is not declared stops nothing', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  fastify.issrRoute('/', { uploads: { photo: { maxBytes: 64 * MEBIBYTE } } }, ({ issr }) => (
    <form onsubmit="rr(this)">
      <input type="file" name="photo" />
      <input type="file" name="other" />
      <button>send</button>
      <p>{JSON.stringify(issr.files)}</p>
    </form>
  ));
  const link = await openLink(t, await listen(fastify));
  const page = await openPage(link.origin);
  await page.setInputFiles('[name=photo]', file('a.png', png(32 * MEBIBYTE)));
  await page.setInputFiles('[name=other]', file('b.png', png()));
  link.hold(2 * MEBIBYTE);
  await page.click('button');
  await page.waitForFunction(() => {
    const widgets = [...document.querySelectorAll('issr-widget')];
    return widgets.some(
      (widget) => Number(widget.shadowRoot?.querySelector('[role=progressbar]')?.ariaValueNow) > 0,
    );
  });
  link.cut();
  await page.waitForFunction(() => document.querySelector('p')?.textContent?.includes('a.png'));
  assert.doesNotMatch((await page.textContent('p')) ?? '', /b\.png/);
  await page.waitForFunction(() => !document.querySelector('issr-widget'));
  takeErrors();
});

test('who may not see the page any more sends no file to it, runs no command, and is told by the event', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  let isSignedIn = true;
  const saved: string[] = [];
  fastify.issrRoute(
    '/',
    {
      uploads: { photo: {} },
      onRequest: async (_request, reply) => (isSignedIn ? undefined : reply.redirect('/sign-in')),
      actions: { save: () => void saved.push('saved') },
    },
    () => (
      <form onsubmit="rr(this)">
        <input type="file" name="photo" />
        <button action="save">save</button>
      </form>
    ),
  );
  fastify.issrRoute('/sign-in', () => <p>sign in</p>);
  const page = await openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  isSignedIn = false;
  await page.click('button');
  await shows(page, 'p', 'sign in');
  assert.deepEqual([saved, filesIn(folder)], [[], []]);
  takeErrors();
});

test('a server that was killed in between gets the files again', async (t) => {
  const secret = 's'.repeat(32);
  const start = async (port: number) => {
    const fastify = await createServer(t, { secret, uploadFolder: uploadFolder(t) });
    fastify.issrRoute('/', { uploads: { photo: {} } }, ({ issr }) => (
      <main>
        <input type="file" name="photo" data-rr="change" />
        <p>{issr.files.photo?.map(({ name, size }) => `${name} ${size}`).join()}</p>
      </main>
    ));
    await fastify.listen({ port, host: '127.0.0.1' });
    return fastify;
  };
  const first = await start(0);
  const origin = first.listeningOrigin;
  const page = await openPage(origin);
  await page.setInputFiles('[name=photo]', file('a.png', png(5000)));
  await shows(page, 'p', 'a.png 5000');
  await first.close();
  await start(Number(new URL(origin).port));
  await shows(page, 'p', 'a.png 5000');
  takeErrors();
});

for (const way of ['a websocket', 'plain HTTP']) {
  test(`it works under script-src self, by data-rr, over ${way}`, async (t) => {
    const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
    const directives = { 'default-src': ["'self'"], 'script-src': ["'self'"] };
    await fastify.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives } });
    fastify.issrRoute('/', { uploads: { photo: { maxBytes: 1000 } } }, ({ issr }) => (
      <main>
        <input type="file" name="photo" data-rr="change" />
        <p>{issr.files.photo?.map(({ name, size }) => `${name} ${size}`).join()}</p>
      </main>
    ));
    const direct = await listen(fastify);
    const page = await openPage(way === 'plain HTTP' ? await openProxy(t, direct, 'refuse') : direct);
    takeErrors();
    await page.setInputFiles('[name=photo]', file('a.png', png(1000)));
    await shows(page, 'p', 'a.png 1000');
    await page.setInputFiles('[name=photo]', file('b.png', png(1001)));
    await page.waitForSelector('[aria-invalid=true]');
    await shows(page, 'p', '');
  });
}

test('it works by a nonce alone', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  await fastify.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'self'"], 'script-src': ["'strict-dynamic'"] },
    },
  });
  fastify.issrRoute('/', { uploads: { photo: {} } }, ({ issr }) => (
    <main>
      <input type="file" name="photo" data-rr="change" />
      <p>{issr.files.photo?.length}</p>
    </main>
  ));
  const page = await openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  await shows(page, 'p', '1');
});

test('without script a form sends its files as forms do', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  const taken: string[] = [];
  const actions = {
    add: ({ issr }: { issr: IssrRequest }) =>
      void taken.push(...(issr.files.photo ?? []).map(({ name, size }) => `${name} ${size}`)),
  };
  fastify.issrRoute('/', { uploads: { photo: {} }, actions }, () => (
    <main>
      <form method="post" action="?add" enctype="multipart/form-data" onsubmit="rr(this)">
        <input type="file" name="photo" multiple />
        <button action="add">add</button>
      </form>
      <p>{taken.join()}</p>
    </main>
  ));
  const page = await openPlainPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', [file('a.png', png(1000)), file('b.png', png(2000))]);
  await page.click('button');
  await shows(page, 'p', 'a.png 1000,b.png 2000');
  await waitFor(() => filesIn(folder).length === 0);
});
