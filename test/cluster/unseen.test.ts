import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { PageDriver } from '../support/page-driver.js';
import { waitFor } from '../support/wait.js';

const headers = { origin: 'http://site.example' };

for (const way of ['resumes', 'moves', 'is left'])
  test(`a page whose visit was answered and not seen ${way} at the URL of the visit`, async (t) => {
    const { processes } = await startCluster(t, 2, { plugin: { allowedOrigins: [headers.origin] } });
    const [first, second] = processes as [ClusterProcess, ClusterProcess];
    const page = await PageDriver.open(first.origin, '/cart', { headers });
    await page.click('put', 'tea');
    const { patches } = page;
    await page.rr({ url: '/?key=next&who=ann' });
    await page.drop();
    if (way === 'is left') await first.close();
    const unseen = await page.follow(way === 'resumes' ? first.origin : second.origin, {
      event: 1,
      patches,
    });
    assert.deepEqual(await unseen.join(), ['joined', 2, true]);
    await waitFor(() => unseen.text === '0ann');
  });

for (const way of ['moves', 'is left'])
  test(`a page whose action failed and that was not told ${way} with the error`, async (t) => {
    const { processes } = await startCluster(t, 2, { plugin: { allowedOrigins: [headers.origin] } });
    const [first, second] = processes as [ClusterProcess, ClusterProcess];
    const page = await PageDriver.open(first.origin, '/cart', { headers });
    await page.click('put', 'tea');
    const { patches } = page;
    const [, , { status }] = (await page.click('unknown')) as ['error', number, { status: number }];
    await page.drop();
    if (way === 'is left') await first.close();
    const untold = await page.follow(second.origin, { event: 1, patches });
    assert.deepEqual(await untold.join(), ['joined', 2, true]);
    const [verb, event, error] = untold.messages[0] as ['error', number, { status: number }];
    assert.deepEqual([verb, event, error.status], ['error', 2, status]);
  });
