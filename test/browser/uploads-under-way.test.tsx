import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connected, openKeptPage, shows, useBrowser } from '../support/browser.js';
import { browserName, unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { chooseLarge, file, MEBIBYTE, openForm, shareOf } from '../support/upload-form.js';
import { filesIn, png, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, takeErrors } = useBrowser();

test('an upload shows progress while the page stays usable', async (t) => {
  const { fastify, origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const proxy = await TcpProxy.open(t, origin);
  const page = await openPage(proxy.origin);
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=photo]')?.files?.length);
  proxy.hold(2 * MEBIBYTE);
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
  proxy.cut();
  await shows(page, '#x', '1');
  assert.deepEqual(saved, [{ title: '', files: [['a.png', 32 * MEBIBYTE]] }]);
  assert.equal(await shareOf(page), 1);
  await takeErrors();
});

test('a cut upload resumes at the bytes that are missing', { skip: unless('requests') }, async (t) => {
  const { folder, origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const proxy = await TcpProxy.open(t, origin);
  const page = await openPage(proxy.origin);
  const offsets: number[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith('/file') && request.method() === 'POST')
      offsets.push(Number(searchParams.get('offset')));
  });
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  proxy.hold(3 * MEBIBYTE);
  await page.click('#save');
  const hasCome = (path: string) => statSync(join(folder, path)).size > MEBIBYTE;
  await waitFor(() => filesIn(folder).some(hasCome));
  proxy.cut();
  await shows(page, '#saved', '1');
  assert.deepEqual(saved[0]?.files, [['a.png', 32 * MEBIBYTE]]);
  assert.equal(offsets[0], 0);
  assert.ok(Number(offsets.at(-1)) > MEBIBYTE, `it went on at ${offsets}`);
  await takeErrors();
});

test('a cancel empties the field, runs no command and leaves no file', async (t) => {
  const { folder, origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const proxy = await TcpProxy.open(t, origin);
  const page = await openPage(proxy.origin);
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  proxy.hold(2 * MEBIBYTE);
  await page.click('#save');
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.1);
  await page.click('#cancel');
  assert.equal(await page.inputValue('[name=photo]'), '');
  proxy.release();
  await connected(page);
  assert.equal(await shareOf(page), 0);
  await waitFor(() => filesIn(folder).length === 0);
  await page.click('#x');
  await shows(page, '#x', '1');
  assert.deepEqual(saved, []);
  await takeErrors();
});

test('a page that Back brings from the cache goes on with its upload', {
  skip: browserName !== 'webkit' && 'only WebKit keeps a page that uploads',
}, async (t) => {
  const { origin, saved } = await openForm(t, { maxBytes: 64 * MEBIBYTE });
  const proxy = await TcpProxy.open(t, origin);
  const page = await openKeptPage(t, proxy.origin);
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  proxy.hold(2 * MEBIBYTE);
  await page.click('#save');
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.05);
  await page.evaluate(() => {
    location.href = '/issr.js';
  });
  await page.waitForFunction(() => location.pathname === '/issr.js');
  proxy.release();
  await page.evaluate('void setTimeout(() => history.back())');
  await page.waitForSelector('#saved');
  await shows(page, '#saved', '1');
  assert.deepEqual(saved, [{ title: '', files: [['a.png', 32 * MEBIBYTE]] }]);
});

test('a default progress bar shows and goes; other fields stop nothing', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  fastify.issrRoute('/', { uploads: { photo: { maxBytes: 64 * MEBIBYTE } } }, ({ issr }) => (
    <form onsubmit="rr(this)">
      <input type="file" name="photo" />
      <input type="file" name="other" />
      <button>send</button>
      <p>{JSON.stringify(issr.files)}</p>
    </form>
  ));
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const page = await openPage(proxy.origin);
  await chooseLarge(page, 'a.png', 32 * MEBIBYTE);
  await page.setInputFiles('[name=other]', file('b.png', png()));
  proxy.hold(2 * MEBIBYTE);
  await page.click('button');
  await page.waitForFunction(() => {
    const widgets = [...document.querySelectorAll('issr-widget')];
    return widgets.some(
      (widget) => Number(widget.shadowRoot?.querySelector('[role=progressbar]')?.ariaValueNow) > 0,
    );
  });
  proxy.cut();
  await page.waitForFunction(() => document.querySelector('p')?.textContent?.includes('a.png'));
  assert.doesNotMatch((await page.textContent('p')) ?? '', /b\.png/);
  await page.waitForFunction(() => !document.querySelector('issr-widget'));
  await takeErrors();
});

test('a server killed during an upload receives the files again', async (t) => {
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
  await takeErrors();
});
