import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';

const headers = { origin: 'http://site.example' };
const options = { plugin: { allowedOrigins: [headers.origin] } };

test('a process that starts takes a page from one that has not answered its start yet', async (t) => {
  const { redis, processes } = await startCluster(t, 1, options);
  const [first] = processes as [ClusterProcess];
  const page = await PageDriver.open(first.origin, '/cart', { headers });
  await page.click('put', 'tea');
  await page.drop();
  first.pause();
  const second = await ClusterProcess.start(redis.url, options);
  processes.push(second);
  await page.connect({}, second.origin);
  page.sendJoin();
  await page.settled();
  first.resume();
  const [, event, isResumed] = await page.next('joined');
  assert.deepEqual([event, isResumed], [1, true]);
  await page.rr();
  assert.match(page.text, /^tea/);
});
