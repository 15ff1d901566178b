import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** A page that counts, and what its server knows of it. */
async function openSite(t: TestContext) {
  const ran: string[] = [];
  const reasons: string[] = [];
  const fastify = await createServer(t, {
    maxActions: 2,
    onDisconnect: (_page, reason) => void reasons.push(reason),
  });
  fastify.issrRoute<{ Querystring: { q?: string } }>(
    '/',
    {
      actions: {
        add: ({ issr, query }) => {
          ran.push(`${issr.action.value}${query.q ?? ''}`);
        },
      },
    },
    () => `<p>${ran.length}</p>`,
  );
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  /** POSTs what a page says as it is left. Returns the status. */
  const leave = async (lines: unknown[], credentials = page.credentials, from = origin): Promise<number> => {
    const body = [credentials, ...lines.map((line) => JSON.stringify(line))].join('\n');
    const headers = { origin: from, 'content-type': 'text/plain' };
    return (await fetch(`${origin}/issr/send`, { method: 'POST', body, headers })).status;
  };
  return { page, ran, reasons, leave };
}

const NO_CHANGE = [[], []];

test('runs the last events of a page that is left, each once', async (t) => {
  const { page, ran, reasons, leave } = await openSite(t);
  await page.click('add', 'a');
  const sent = [
    ['event', 1, NO_CHANGE, [['add', 'a']]],
    ['event', 2, [[['q', ' typed']], []], [['add', 'b']]],
    ['bye'],
  ];
  assert.equal(await leave(sent), 204);
  await waitFor(() => reasons.length > 0);
  assert.deepEqual(ran, ['a', 'b typed']);
  assert.deepEqual(reasons, ['left']);
  assert.equal(await leave(sent), 404);
  assert.deepEqual(ran, ['a', 'b typed']);
});

test('refuses last messages of strangers and malformed ones', async (t) => {
  const { page, ran, reasons, leave } = await openSite(t);
  const [token, secret] = page.credentials.split(' ');
  const event = (number: number, actions: string[][]) => ['event', number, NO_CHANGE, actions];
  const lines = [event(1, [['add', 'x']]), ['bye']];
  assert.equal(await leave(lines, `x${token} ${secret}`), 403);
  assert.equal(await leave(lines, `${token} x${secret}`), 403);
  assert.equal(await leave(lines, `${token}`), 403);
  assert.equal(await leave(lines, page.credentials, 'http://stranger.example'), 403);
  assert.equal(await leave([event(3, [['add', 'x']])]), 400);
  assert.equal(await leave([event(1, Array(3).fill(['add', 'x']))]), 413);
  assert.equal(await leave([['join', 1, token, '/', [], 0, 0, 0, secret]]), 400);
  assert.equal(await leave([['nothing']]), 400);
  assert.equal(await leave([]), 403);
  await page.rr();
  assert.deepEqual([ran, reasons], [[], []]);
});
