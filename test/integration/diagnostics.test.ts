import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { type TestContext, test } from 'node:test';
import { h } from 'preact';
import { diagnostics } from '../../src/diagnostics/diagnostics.js';
import type {
  ConnectMessage,
  DiffTrace,
  DisconnectMessage,
  DispatchTrace,
  RenderTrace,
} from '../../src/index.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** Listens until the test ends. */
function listenTo<Message>(t: TestContext, name: string, listener: (message: Message) => void): void {
  const onMessage = (message: unknown) => listener(message as Message);
  channel(name).subscribe(onMessage);
  t.after(() => channel(name).unsubscribe(onMessage));
}

test('the steps of an event are published in their order, with its page', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/:name', { actions: { add: () => {} } }, async ({ query }) =>
    h('p', {}, Object.keys(query as object).join()),
  );
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/a');
  const names: string[] = [];
  for (const [name, tracing] of Object.entries(diagnostics)) {
    const ends = 'name' in tracing ? [tracing] : [tracing.start, tracing.end, tracing.asyncEnd];
    for (const { name: own } of ends)
      listenTo<{ page: { id: string } }>(t, String(own), (message) => {
        assert.equal(message.page.id, page.id);
        names.push(`${name} ${String(own).split(':').pop()}`);
      });
  }
  await page.click('add');
  await waitFor(() => names.includes('dispatch asyncEnd'));
  assert.deepEqual(names, [
    'dispatch start',
    'action start',
    'action end',
    'dispatch end',
    'action asyncEnd',
    'render start',
    'render end',
    'render asyncEnd',
    'diff start',
    'diff end',
    'diff asyncEnd',
    'send send',
    'dispatch asyncEnd',
  ]);
});

test('renders, diffs, visits and failures are published with their figures', async (t) => {
  const fastify = await createServer(t);
  const dispatches: DispatchTrace[] = [];
  const renders: (RenderTrace & { error?: Error })[] = [];
  const diffs: DiffTrace[] = [];
  const connections: string[] = [];
  listenTo<DispatchTrace>(t, 'tracing:issr:dispatch:asyncEnd', (trace) => dispatches.push(trace));
  listenTo<RenderTrace>(t, 'tracing:issr:render:asyncEnd', (trace) => renders.push(trace));
  listenTo<DiffTrace>(t, 'tracing:issr:diff:asyncEnd', (trace) => diffs.push(trace));
  listenTo<ConnectMessage>(t, 'issr:connect', ({ page }) => connections.push(`joined ${page.path}`));
  listenTo<DisconnectMessage>(t, 'issr:disconnect', ({ page, reason }) =>
    connections.push(`${reason} ${page.path}`),
  );
  const Broken = () => {
    throw new Error('broken');
  };
  fastify.issrRoute('/:name', ({ params }) =>
    (params as { name: string }).name === 'broken' ? h(Broken, {}) : h('p', {}, 'text'),
  );
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/a');
  await page.rr({ url: '/b' });
  await page.rr();
  page.sendRaw('["bye"]');
  await page.closed();
  await waitFor(() => connections.length === 2);
  assert.equal((await get(`${origin}/broken`)).status, 500);

  assert.deepEqual(
    dispatches.map(({ kind, event, url, status }) => [kind, event, url, status]),
    [
      ['visit', 1, '/b', 200],
      ['event', 2, '/b', 200],
    ],
  );
  assert.deepEqual(
    renders.map(({ page, request, length, error }) => [page !== null, request.url, length, error?.message]),
    [
      [false, '/a', '<p>text</p>'.length, undefined],
      [true, '/b', '<p>text</p>'.length, undefined],
      [true, '/b', '<p>text</p>'.length, undefined],
      [false, '/broken', undefined, 'broken'],
    ],
  );
  assert.deepEqual(
    diffs.map(({ length }) => length),
    ['["t",[0,2,0],"/b"]'.length, 0],
    'the title of a page without one is its path',
  );
  assert.deepEqual(connections, ['joined /a', 'left /b']);
});
