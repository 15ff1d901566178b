import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UploadRule } from '../../src/index.js';
import { connected, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { file, messageOf, openForm } from '../support/upload-form.js';
import { filesIn, png, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, takeErrors } = useBrowser();

const refusals: [what: string, rule: UploadRule, buffer: Buffer, message: RegExp, isSent: boolean][] = [
  ['too large', { maxBytes: 1000 }, png(1001), /larger than/, false],
  ['of a type that the browser knows', { types: ['video/*'] }, png(), /type that is not allowed/, false],
  [
    'of a type that only its content tells',
    { types: ['image/*'] },
    Buffer.from('MZ program'),
    /type that is not allowed/,
    true,
  ],
];
for (const [what, rule, buffer, message, isSent] of refusals) {
  test(`a file ${what} is refused ${isSent ? 'after' : 'before'} it is sent`, {
    skip: unless('requests'),
  }, async (t) => {
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

test('a refused file that was changed can be chosen again', async (t) => {
  const folder = uploadFolder(t);
  const fastify = await createServer(t, { uploadFolder: folder });
  fastify.issrRoute('/', { uploads: { photo: { maxBytes: 1000 } } }, ({ issr }) => (
    <main>
      <input type="file" name="photo" data-rr="change" />
      <p>{issr.files.photo?.map(({ size }) => size).join()}</p>
    </main>
  ));
  const path = join(uploadFolder(t), 'a.png');
  await writeFile(path, png(1001));
  const page = await openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', path);
  await page.waitForSelector('input[type=file][aria-invalid=true]');
  for (const size of [998, 999]) {
    await writeFile(path, png(size));
    await page.setInputFiles('[name=photo]', path);
    await shows(page, 'p', String(size));
  }
  assert.equal(await messageOf(page), '');
  await waitFor(() => filesIn(folder).length === 1);
});

test('a cancelled choice keeps a refusal and sends nothing', async (t) => {
  const { origin, saved } = await openForm(t, { maxBytes: 1000 });
  const page = await openPage(origin);
  await page.setInputFiles('[name=photo]', file('a.png', png(1001)));
  await page.waitForSelector('input[type=file][aria-invalid=true]');
  await page.evaluate(() => {
    Object.assign(window, { changes: 0 });
    addEventListener('change', () => (window as unknown as { changes: number }).changes++);
  });
  await page.dispatchEvent('[name=photo]', 'cancel', { bubbles: true });
  assert.match(await messageOf(page), /larger than/);
  assert.equal(await page.evaluate(() => (window as unknown as { changes: number }).changes), 0);
  assert.deepEqual(saved, []);
});

test('a file that is chosen before its part of the script is there is refused at once', {
  skip: unless('requests'),
}, async (t) => {
  const { origin } = await openForm(t, { maxBytes: 1000 });
  const page = await openPage(origin);
  const requests: (() => Promise<void>)[] = [];
  await page.route('**/issr-uploads.js*', (route) => {
    requests.push(() => route.continue());
  });
  await page.reload();
  await connected(page);
  await page.setInputFiles('[name=photo]', file('a.png', png(1001)));
  await waitFor(() => requests.length > 0);
  await requests[0]?.();
  await page.waitForSelector('input[type=file][aria-invalid=true]');
});

test('a refusal is in the language of the visitor', async (t) => {
  const texts: Record<string, string> = { bytes: 'zu groß', type: 'kein Bild' };
  const { origin } = await openForm(t, {
    maxBytes: 1000,
    types: ['image/*'],
    message: ({ reason, name }, { headers: { cookie } }) =>
      cookie?.includes('lang=de') ? `${name}: ${texts[reason]}` : reason,
  });
  const page = await openPage(origin);
  await page.evaluate(() => Reflect.set(document, 'cookie', 'lang=de'));
  await page.setInputFiles('[name=photo]', file('a.png', png(1001)));
  await page.waitForSelector('input[type=file][aria-invalid=true]');
  assert.equal(await messageOf(page), 'a.png: zu groß');
  assert.equal(await page.textContent('[role=alert]'), 'a.png: zu groß');
  await page.setInputFiles('[name=photo]', file('b.png', Buffer.from('MZ program')));
  await page.click('#save');
  await page.waitForFunction(() => document.querySelector('[role=alert]')?.textContent?.startsWith('b.png'));
  assert.equal(await messageOf(page), 'b.png: kein Bild');
});

test('a file that became unreadable is refused', async (t) => {
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
  await takeErrors();
});

for (const status of [413, 403]) {
  test(`a file that a proxy answers with ${status} is refused at its field`, {
    skip: unless('routes'),
  }, async (t) => {
    const { origin, saved } = await openForm(t);
    const page = await openPage(origin);
    let sent = 0;
    await page.route('**/issr/uploads/file*', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent++;
      return route.fulfill({ status, contentType: 'text/html', body: '<h1>refused by the proxy</h1>' });
    });
    await page.setInputFiles('[name=photo]', file('a.png', png(5000)));
    await page.click('#save');
    await page.waitForSelector('input[type=file][aria-invalid=true]:not([aria-busy])');
    await page.waitForSelector('#save:not([aria-busy])');
    assert.match(await messageOf(page), new RegExp(`\\(${status}\\)`));
    assert.deepEqual([saved, sent], [[], 1]);
    await page.setInputFiles('[name=photo]', []);
    await page.click('#save');
    await shows(page, '#saved', '1');
    await takeErrors();
  });
}

for (const status of [429, 200]) {
  test(`a file that a proxy answers for now with a page (${status}) is sent again`, {
    skip: unless('routes'),
  }, async (t) => {
    const { origin } = await openForm(t);
    const page = await openPage(origin);
    let sent = 0;
    await page.route('**/issr/uploads/file*', (route) =>
      route.request().method() === 'POST' && sent++ === 0
        ? route.fulfill({ status, contentType: 'text/html', body: '<h1>of the proxy</h1>' })
        : route.continue(),
    );
    await page.setInputFiles('[name=photo]', file('a.png', png(5000)));
    await page.click('#save');
    await shows(page, '#saved', '1');
    assert.equal(sent, 2);
    await takeErrors();
  });
}

test('a visitor without access sends no file and runs no command', async (t) => {
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
  await takeErrors();
});
