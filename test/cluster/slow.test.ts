import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { waitFor } from '../support/wait.js';

const HEADERS = { headers: { origin: 'http://site.example' } };

test('a page that moves waits for a brief action, gives up an endless one, and computes its parts again', async (t) => {
  const { processes } = await startCluster(t, 2, { plugin: { allowedOrigins: ['http://site.example'] } });
  const [first, second] = processes as [ClusterProcess, ClusterProcess];
  const pids = [await first.call('pid'), await second.call('pid')];
  for (const action of ['brief', 'endless']) {
    const page = await PageDriver.open(first.origin, '/slow', HEADERS);
    await waitFor(() => page.text.includes(`of ${pids[0]}`));
    await page.click(action);
    const moved = new PageDriver(second.origin, '/slow', HEADERS, page.answer);
    const { token, secret, event, patches } = page;
    Object.assign(moved, { token, secret, event, patches });
    await moved.connect();
    assert.deepEqual(await moved.join(), ['joined', 1, action === 'brief']);
    if (action === 'brief') assert.deepEqual(await moved.next('running'), ['running', []]);
    await waitFor(() => moved.text.includes(`of ${pids[1]}`), 'the part of the other process');
    assert.match(moved.text, /^nothing/);
  }
});
