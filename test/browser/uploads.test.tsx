import assert from 'node:assert/strict';
import { test } from 'node:test';
import helmet from '@fastify/helmet';
import type { Page } from 'playwright-core';
import type { IssrRequest } from '../../src/index.js';
import { connected, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { file, openForm } from '../support/upload-form.js';
import { filesIn, png, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, openPlainPage, takeErrors } = useBrowser();

test('a chosen file is sent once, before its event, and stays', { skip: unless('requests') }, async (t) => {
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

test('an empty file arrives, also if the answer to it is lost', async (t) => {
  const { origin, saved, fastify } = await openForm(t);
  const page = await openPage(origin);
  let sent = 0;
  fastify.server.prependListener('request', ({ method, url = '', socket }, response) => {
    if (method !== 'POST' || !url.startsWith('/issr/uploads/file') || sent++ > 0) return;
    // A browser sends a request again by itself if its answer has not begun.
    response.end = () => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[');
      return response;
    };
  });
  await page.setInputFiles('[name=photo]', file('empty.txt', Buffer.alloc(0), 'text/plain'));
  await page.click('#save');
  await shows(page, '#saved', '1');
  assert.deepEqual(saved[0]?.files, [['empty.txt', 0]]);
  await takeErrors();
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

test('pages without file fields fetch no uploads script', { skip: unless('requests') }, async (t) => {
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
  await page.$eval(
    '#drop',
    (label, [names, type]) => {
      const dataTransfer = new DataTransfer();
      for (const name of names) dataTransfer.items.add(new File(['abc'], name, { type: 'text/plain' }));
      label.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    [names, type] as const,
  );
}

test('an answer empties a field with update and deletes its file', async (t) => {
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
  for (const [i, input] of (await page.locator('input').all()).entries()) {
    await input.setInputFiles(file(`${i}.png`, png()));
  }
  await page.click('button');
  await shows(page, 'p', JSON.stringify([['0.png'], ['1.png'], ['2.png'], ['3.png', '4.png']]));
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
    const page = await openPage(
      way === 'plain HTTP' ? (await TcpProxy.open(t, direct, { websockets: 'refuse' })).origin : direct,
    );
    await takeErrors();
    await page.setInputFiles('[name=photo]', file('a.png', png(1000)));
    await shows(page, 'p', 'a.png 1000');
    await page.setInputFiles('[name=photo]', file('b.png', png(1001)));
    await page.waitForSelector('[aria-invalid=true]');
    await shows(page, 'p', '');
  });
}

test('a file is sent once, also after the browser has collected garbage', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  let sent = 0;
  fastify.addHook('onRequest', async ({ method, url }) => {
    if (method === 'POST' && url.includes('/uploads/file')) sent++;
  });
  fastify.issrRoute('/', { uploads: { photo: {} } }, ({ issr }) => (
    <main>
      <input type="file" name="photo" />
      <button onclick="rr(this)" action="n" value={Number(issr.action?.value ?? 0) + 1}>
        {issr.files.photo?.length ?? 0} {issr.action?.value}
      </button>
    </main>
  ));
  const page = await openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', file('a.png', png()));
  await page.click('button');
  await shows(page, 'button', '1 1');
  await page.evaluate(() => {
    for (let round = 0; round < 60; round++) Array.from({ length: 200_000 }, (_, i) => ({ text: `x${i}` }));
  });
  await page.click('button');
  await shows(page, 'button', '1 2');
  assert.equal(sent, 1);
});

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

test('without script a form sends its files as forms do', { skip: unless('noScript') }, async (t) => {
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
