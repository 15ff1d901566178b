import assert from 'node:assert/strict';
import { test } from 'node:test';
import metrics from '../../examples/metrics.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const PAGES = 10;
const EVENTS = 20;

test('the scraped figures equal what pages did and received', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(metrics);
  let count = 0;
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  fastify.issrRoute(
    '/',
    {
      actions: {
        add: { schema: { type: 'object', properties: { by: { type: 'integer' } } }, handler: () => count++ },
        wait: () => slow,
        fail: () => {
          throw new Error('broken');
        },
      },
    },
    () => `<p>${count}</p>`,
  );
  const origin = await listen(fastify);
  const read = async () => figuresOf((await get(`${origin}/metrics`)).body);
  const pages = await Promise.all(Array.from({ length: PAGES }, () => PageDriver.open(origin, '/')));
  await Promise.all(
    pages.map(async (page) => {
      for (let n = 0; n < EVENTS; n++) await page.click('add');
    }),
  );
  await fastify.issr.rr('/');
  const [first] = pages as [PageDriver];
  await first.rr({ actions: [['add', '']], changed: [['by', 'x']] });
  await first.click('fail');
  await first.rr({ removed: ['by'] });
  await PageDriver.load(origin, '/');

  const done = await read();
  assert.equal(count, PAGES * EVENTS);
  assert.equal(done.get('issr_actions_total{name="add",outcome="done"}'), PAGES * EVENTS);
  assert.equal(done.get('issr_actions_total{name="add",outcome="refused"}'), 1);
  assert.equal(done.get('issr_actions_total{name="fail",outcome="failed"}'), 1);
  assert.equal(done.get('issr_render_seconds_count{kind="event",status="200"}'), PAGES * EVENTS + 2);
  assert.equal(done.get('issr_render_seconds_count{kind="event",status="500"}'), 1);
  assert.equal(done.get('issr_render_seconds_count{kind="push",status="200"}'), PAGES);
  const received = pages.flatMap(({ messages }) => messages).map((message) => JSON.stringify(message));
  assert.equal(
    done.get('issr_sent_bytes_total'),
    received.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  );
  assert.deepEqual(
    ['issr_pages', 'issr_connected_pages', 'issr_unjoined_pages', 'issr_queued_events'].map((name) =>
      done.get(name),
    ),
    [PAGES, PAGES, 1, 0],
  );
  assert.ok((done.get('issr_stored_bytes') ?? 0) > 0);
  assert.equal(done.get('issr_adapter_up'), 1);

  for (let n = 0; n < 3; n++) first.sendEvent({ actions: [['wait', '']] });
  await waitFor(async () => (await read()).get('issr_queued_events') === 2);
  release();
  await first.settled();

  pages[1]?.sendRaw('nonsense');
  await waitFor(async () => (await read()).get('issr_connected_pages') === PAGES - 1);
  assert.equal((await read()).get('issr_refused_total{what="ISSR_ERR_MESSAGE"}'), 1);
});

/** The samples of a scrape by name and labels. */
function figuresOf(scrape: string): Map<string, number> {
  const lines = scrape.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
