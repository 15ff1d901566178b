import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

const VISITORS = ['ann', 'bob', 'eve'];

test('visitors do not leave the list during a rolling deploy', async (t) => {
  const { processes, origin, restart } = await startRecordCluster(t);
  const viewer = await browser.openPage(`${processes[2]?.origin}/?who=zoe`);
  for (const who of VISITORS) await browser.openPage(`${origin}/?who=${who}`);
  const everyone = [...VISITORS, 'zoe'].join('+');
  await waitFor(async () => (await viewer.textContent('p')) === everyone);
  await viewer.evaluate(() => {
    const lists: string[] = [];
    Object.assign(window, { lists });
    new MutationObserver(() => lists.push(document.querySelector('p')?.textContent ?? '')).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  const pages = async () => {
    const counts = await Promise.all(processes.map((process) => process.call<number>('pages')));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  for (const index of [0, 1]) {
    await processes[index]?.close();
    await restart(index);
    await waitFor(async () => (await pages()) === 4);
  }
  const lists = await viewer.evaluate(() => (window as unknown as { lists: string[] }).lists);
  assert.deepEqual(
    lists.filter((list) => list !== everyone),
    [],
  );
  await browser.takeErrors();
});

test('a visitor whose page moves to another process does not leave the list', async (t) => {
  const { processes } = await startCluster(t, 3);
  const [first, second, third] = processes as [ClusterProcess, ClusterProcess, ClusterProcess];
  const viewers = await Promise.all(
    [first, third].map(({ origin }, n) => PageDriver.open(origin, `/?who=zoe${n}`)),
  );
  let ann = await PageDriver.open(first.origin, '/?who=ann');
  const everyone = '0ann+zoe0+zoe1';
  await waitFor(() => viewers.every(({ text }) => text === everyone));
  const texts = viewers.map((viewer) => viewer.recordTexts());
  for (const { origin } of [second, third, first]) {
    ann = await ann.follow(origin);
    assert.deepEqual(await ann.join(), ['joined', ann.event, true]);
    assert.equal((await ann.rr())[0], 'patch');
  }
  ann.send(['bye']);
  await waitFor(() => viewers.every(({ text }) => text === '0zoe0+zoe1'), 'a visitor who leaves is not kept');
  assert.deepEqual(
    texts.flat().filter((text) => text !== everyone && text !== '0zoe0+zoe1'),
    [],
  );
  const isSteady = (list: string[]) => list.indexOf('0zoe0+zoe1') > list.lastIndexOf(everyone);
  assert.ok(texts.every(isSteady), 'ann leaves once');
});

test('a page that does not come back does not keep its process from closing', async (t) => {
  const { processes } = await startCluster(t, 2);
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const zoe = await PageDriver.open(first.origin, '/?who=zoe');
  await PageDriver.open(second.origin, '/?who=ann');
  await waitFor(() => zoe.text === '0ann+zoe');
  await second.close();
  await waitFor(() => zoe.text === '0zoe');
});
