import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

async function Slow({ count }: { count: number }) {
  await sleep(20);
  return <b>{count}</b>;
}

async function open(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  let count = 0;
  fastify.issrRoute('/', { actions: { fail: () => Promise.reject(new Error('no luck')) } }, async () => {
    await sleep(20);
    return <Slow count={count} />;
  });
  fastify.issrRoute('/shared', { share: () => 'all' }, () => <b>{count}</b>);
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const push = (path = '/') => {
    count++;
    return fastify.issr.rr(path);
  };
  return { origin, page, push };
}

const verbsOf = (page: PageDriver) => page.messages.map(([verb]) => verb);

test('an open panel gets the times of each answer after it', async (t) => {
  const { page, push } = await open(t, { debug: 'shortcut' });
  page.send(['debug', true]);
  await page.rr();
  const [, event, dispatch, render, diff] = await page.next('times');
  assert.equal(event, 1);
  assert.ok(render >= 15 && dispatch >= render + 15, `${dispatch} and ${render}`);
  assert.ok(diff >= 0 && diff < dispatch);
  await push();
  assert.equal((await page.next('times'))[1], 1);
  await page.click('fail');
  assert.deepEqual((await page.next('times')).slice(0, 2), ['times', 2]);
  await page.rr({ url: '/shared' });
  await page.next('times');
  assert.deepEqual(verbsOf(page).slice(1), 'patch times patch times error times patch times'.split(' '));
});

test('pages that share a push get the times of their own diff', async (t) => {
  const { origin, push } = await open(t, { debug: true });
  const pages = await Promise.all([1, 2].map(() => PageDriver.open(origin, '/shared')));
  for (const page of pages) {
    page.send(['debug', true]);
    await page.settled();
  }
  await push('/shared');
  const times = await Promise.all(pages.map((page) => page.next('times')));
  assert.equal(times.filter(([, , dispatch]) => dispatch === 0).length, 1);
});

test('pages without an open panel get no times', async (t) => {
  for (const [options, opens] of [
    [{ debug: true }, []],
    [{ debug: true }, [true, false]],
    [{ showErrors: false }, [true]],
    [{ debug: false }, [true]],
  ] as const) {
    const { page, push } = await open(t, options);
    for (const isOpen of opens) page.send(['debug', isOpen]);
    await page.rr();
    await push();
    await page.settled();
    assert.deepEqual(verbsOf(page), ['joined', 'patch', 'patch', 'pong']);
  }
});

test('only a page with the option debug names it in its tag', async (t) => {
  for (const [options, expected] of [
    [{}, 'shortcut'],
    [{ showErrors: false }, undefined],
    [{ debug: false }, undefined],
    [{ showErrors: false, debug: true }, 'open'],
  ] as const) {
    const { page } = await open(t, options);
    assert.equal(page.tag['data-issr-debug'], expected);
  }
});
