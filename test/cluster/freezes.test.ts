import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { chooseOne, postFile, stateOf, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

/** Milliseconds of a freeze. A silent process counts as dead after 20 s at the latest. */
const FREEZE = 22_000;
const headers = { origin: 'http://site.example' };

/** A page whose file another process has stored. */
async function openWithFile(holder: ClusterProcess, keeper: ClusterProcess, name: string) {
  const page = await PageDriver.open(holder.origin, '/album', { headers });
  const there = { origin: keeper.origin, token: page.credentials, headers };
  const id = await chooseOne(there, 3, 'text/plain', name);
  assert.deepEqual(await stateOf(await postFile(there, id, Buffer.from('abc'))), [id, 3, true]);
  page.send(['files', [['photo', [id]]]]);
  return page;
}

test('a freeze of a process loses no stored file and no presence', async (t) => {
  const folder = uploadFolder(t);
  const [store, saves] = [join(folder, 'store'), join(folder, 'saves')];
  mkdirSync(store);
  const { processes } = await startCluster(t, 2, {
    store,
    saves,
    plugin: { allowedOrigins: [headers.origin] },
  });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const ann = await PageDriver.open(first.origin, '/?who=ann', { headers });
  const bob = await PageDriver.open(second.origin, '/?who=bob', { headers });
  await waitFor(() => ann.text === '0ann+bob' && bob.text === '0ann+bob');
  const live = await openWithFile(first, second, 'live.txt');
  const frozen = await openWithFile(second, first, 'frozen.txt');

  const before = bob.patches;
  second.pause();
  await sleep(FREEZE);
  await waitFor(() => ann.text.endsWith('ann'));
  second.resume();
  await waitFor(() => ann.text.endsWith('ann+bob'));
  await second.call('setCount', 7);
  await first.call('changed', 'key');
  await waitFor(() => bob.text === '7ann+bob');
  assert.equal(bob.patches, before + 1, 'no patch without ann');
  for (const page of [live, frozen]) await page.click('save', 'all');
  assert.equal(readFileSync(saves, 'utf8'), 'all live.txt=a1b1c1\nall frozen.txt=a1b1c1\n');
});
