import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryAdapter } from '../../src/cluster/memory-adapter.js';
import { Later } from '../../src/index.js';
import { CutAdapter } from '../support/cut-adapter.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const SITE = { headers: { origin: 'http://site.example' } };

/** A process whose page has a part that is computed when the test says so. */
async function startProcess(t: TestContext, content: string, store?: MemoryAdapter) {
  const options = {
    secret: 'the secret of all processes of this test',
    allowedOrigins: ['http://site.example'],
    adapter: store && new CutAdapter(store),
  };
  const fastify = await createServer(t, options, { forceCloseConnections: true });
  const computed: (() => void)[] = [];
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query }) => (
    <main>
      <p>x is {query.x ?? 0}</p>
      <Later fallback="…">
        {async () => {
          await new Promise<void>((resolve) => computed.push(resolve));
          return content;
        }}
      </Later>
    </main>
  ));
  return { origin: await listen(fastify), computed, isComputing: () => computed.length > 0 };
}

/** A page that shows its part, on a new connection to another process, which computes the part again. */
async function moveShown(from: Awaited<ReturnType<typeof startProcess>>, to: typeof from) {
  const page = await PageDriver.open(from.origin, '/', SITE);
  await waitFor(from.isComputing);
  from.computed.shift()?.();
  await waitFor(() => page.text === 'x is 0first');
  await page.drop();
  page.messages.length = 0;
  await page.connect({}, to.origin);
  await page.join();
  await waitFor(to.isComputing);
  return page;
}

/** Verbs of the messages that the server has sent so far. */
async function verbsOf(page: PageDriver): Promise<string[]> {
  page.send(['ping']);
  await page.next('pong');
  return page.messages.map(([verb]) => verb).filter((verb) => /^(patch|page)$/.test(verb));
}

test('a shown part stays until the next process has computed it', async (t) => {
  const [first, second] = [await startProcess(t, 'first'), await startProcess(t, 'second')];
  const page = await moveShown(first, second);
  assert.deepEqual(await verbsOf(page), []);
  second.computed.shift()?.();
  await waitFor(() => page.text === 'x is 0second');
  assert.deepEqual(await verbsOf(page), ['page']);
});

test('nothing is sent where the next process computes the same part', async (t) => {
  const store = new MemoryAdapter();
  const [first, second] = [await startProcess(t, 'first', store), await startProcess(t, 'first', store)];
  const page = await moveShown(first, second);
  second.computed.shift()?.();
  await page.rr({ changed: [['x', '1']] });
  assert.equal(page.text, 'x is 1first');
  assert.deepEqual(await verbsOf(page), ['patch']);
});

test('an event is answered at once while the next process computes the part', async (t) => {
  const [first, second] = [await startProcess(t, 'first'), await startProcess(t, 'second')];
  const page = await moveShown(first, second);
  await page.rr({ changed: [['x', '1']] });
  assert.equal(page.text, 'x is 1…');
  second.computed.shift()?.();
  await waitFor(() => page.text === 'x is 1second');
  assert.deepEqual(await verbsOf(page), ['page', 'patch']);
});

test('a part that takes long shows its fallback after all', async (t) => {
  const [first, second] = [await startProcess(t, 'first'), await startProcess(t, 'second')];
  const page = await moveShown(first, second);
  await waitFor(() => page.text === 'x is 0…');
  second.computed.shift()?.();
  await waitFor(() => page.text === 'x is 0second');
});
