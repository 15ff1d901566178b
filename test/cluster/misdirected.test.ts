import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();
const FILE = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('aaa') };

test('a field tells its visitor of a misdirected file, and takes it when chosen again', async (t) => {
  const folder = uploadFolder(t);
  const saves = join(folder, 'saves');
  for (const name of ['0', '1']) mkdirSync(join(folder, name), { mode: 0o700 });
  const options = (name: string, plugin: object = {}) => ({
    saves,
    plugin: { uploadFolder: join(folder, name), showErrors: false, ...plugin },
  });
  const { redis, processes } = await startCluster(t, 1, options('0'));
  const [first] = processes as [ClusterProcess];
  const second = await ClusterProcess.start(redis.url, options('1', { allowedOrigins: [first.origin] }));
  processes.push(second);
  const page = await browser.openPage(`${first.origin}/album`);
  const paper = page.locator('[name=paper]');
  const refusal = () => paper.evaluate((input: HTMLInputElement) => input.validationMessage);
  const choose = async () => {
    await paper.setInputFiles(FILE);
    await page.click('button');
  };

  await page.route('**/issr/uploads/file?*offset=*', (route) =>
    route.continue({ url: route.request().url().replace(first.origin, second.origin) }),
  );
  await choose();
  await waitFor(async () => (await refusal()) !== '', 'a message at the field');
  assert.match(await refusal(), /Upload not allowed \(421\)/);
  await page.waitForSelector('[name=paper][aria-invalid=true]:not([aria-busy])');
  assert.equal(await page.textContent('output'), '');
  assert.equal(existsSync(saves), false, 'the action that waited for the file did not run');

  await page.unroute('**/issr/uploads/file?*offset=*');
  await choose();
  await page.waitForFunction(() => document.querySelector('output')?.textContent === 'a.txt 3');
  assert.equal(await refusal(), '');
  assert.equal(readFileSync(saves, 'latin1'), 'all a.txt=a3\n');
  await browser.takeErrors();
});
