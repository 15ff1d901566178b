import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const OPTIONS = { secret: 'the secret of both versions of the site' };

/** The status of an answer that is an error. */
const statusOf = ([verb, , error]: readonly unknown[]) =>
  verb === 'error' ? (error as { status: number }).status : verb;

test('open pages go on with the code of the next version', async (t) => {
  const runs: string[] = [];
  const [before, after] = [await createServer(t, OPTIONS), await createServer(t, OPTIONS)];
  before.issrRoute('/', { actions: { add: () => {}, gone: () => {}, buy: () => {} } }, ({ query }) => {
    return `<main><b>before</b><input name="note" value="${(query as { note?: string }).note ?? ''}"></main>`;
  });
  before.issrRoute('/gone', { actions: { add: () => {} } }, () => '<p>gone</p>');
  before.issrRoute('/moved', () => '<p>moved</p>');
  after.issrRoute('/moved', (_request, reply) => reply.redirect('/'));
  const needsCurrency = { type: 'object', properties: { currency: {} }, required: ['currency'] };
  after.issrRoute(
    '/',
    {
      actions: {
        add: () => void runs.push('add'),
        buy: { schema: needsCurrency, handler: () => void runs.push('buy') },
      },
    },
    ({ query }) => `<main><b>after</b><i>${(query as { note?: string }).note}</i></main>`,
  );
  const [first, second] = [await listen(before), await listen(after)];
  const headers = { origin: second };

  const page = await PageDriver.open(first, '/');
  await page.rr({ changed: [['note', 'draft']] });
  await page.drop();
  await page.connect(headers, second);
  await page.join({ params: [['note', 'draft']] });
  await page.next('page');
  assert.equal(page.text, 'afterdraft');
  assert.equal(statusOf(await page.click('gone')), 400);
  assert.equal(statusOf(await page.click('buy')), 'patch');
  assert.equal(statusOf(await page.click('add')), 'patch');
  assert.deepEqual(runs, ['add']);

  const moved = await PageDriver.open(first, '/moved');
  await moved.drop();
  await moved.connect(headers, second);
  await moved.join();
  assert.equal((await moved.next('redirect'))[2], '/');

  const removed = await PageDriver.open(first, '/gone');
  await removed.drop();
  await removed.connect(headers, second);
  await removed.join();
  assert.equal(statusOf(await removed.click('add')), 400);
  assert.equal(removed.text, 'gone');
});
