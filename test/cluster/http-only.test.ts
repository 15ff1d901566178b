import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { startCluster } from '../support/cluster.js';
import { startNginx } from '../support/nginx.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { file } from '../support/upload-form.js';
import { filesIn, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const { openPage, takeErrors } = useBrowser();

const MEBIBYTE = 1024 ** 2;
const CUTS = 2;

test('plain HTTP, tickets and cut uploads work at three processes in turn', async (t) => {
  const folder = uploadFolder(t);
  const [store, uploads, saves] = ['store', 'uploads', 'saves'].map((name) => join(folder, name));
  assert.ok(store && uploads && saves);
  for (const each of [store, uploads]) mkdirSync(each, { mode: 0o700 });
  const plugin = { uploadFolder: uploads };
  const { processes } = await startCluster(t, 3, { store, saves, plugin });
  const nginx = await startNginx(
    t,
    processes.map(({ origin }) => origin),
  );
  const proxy = await TcpProxy.open(t, nginx, { websockets: 'refuse' });
  const saved = () => (existsSync(saves) ? readFileSync(saves, 'latin1').split('\n').slice(0, -1) : []);

  const page = await openPage(`${proxy.origin}/album`);
  for (let cut = 0; cut < CUTS; cut++) {
    const letter = 'ab'[cut] ?? '';
    const content = (megabytes: number) => Buffer.alloc(megabytes * MEBIBYTE, letter);
    await page.setInputFiles('[name=photo]', file('photo', content(2), 'text/plain'));
    await page.setInputFiles('[name=paper]', file('paper', content(3), 'text/plain'));
    proxy.hold(MEBIBYTE);
    await page.click('button');
    await page.waitForSelector('[name=paper][aria-busy=true]');
    await waitFor(() => proxy.connections.some(({ path }) => path.includes('/file')));
    proxy.cut();
    await waitFor(() => saved().length > cut);
    assert.deepEqual(saved().slice(cut), [
      `all paper=${letter}${3 * MEBIBYTE},photo=${letter}${2 * MEBIBYTE}`,
    ]);
    await shows(page, 'output', `photo ${2 * MEBIBYTE},paper ${3 * MEBIBYTE}`);
  }
  await waitFor(() => filesIn(store).length === 1 && filesIn(uploads).length === 1);

  const member = await openPage(`${proxy.origin}/sign-in`);
  await member.click('button');
  await shows(member, 'p', 'signed in');
  const cookies = async () => (await member.context().cookies()).map(({ name, value }) => `${name}=${value}`);
  await waitFor(async () => (await cookies()).includes('session=ann'));
  await takeErrors();
});
