import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A server whose process seems to die: the next one knows its secret and nothing else. */
async function startServer(t: TestContext, port: number, actions: string[]) {
  const fastify = Fastify({ forceCloseConnections: true });
  await fastify.register(issrPlugin, { secret: 'the secret of all the processes of this test' });
  fastify.issrRoute('/', ({ query, issr }) => {
    if (issr.action) actions.push(issr.action.value);
    return (
      <main>
        <input name="q" />
        <pre>{JSON.stringify(query)}</pre>
        <output>{actions.join()}</output>
      </main>
    );
  });
  t.after(() => fastify.close());
  await fastify.listen({ port, host: '127.0.0.1' });
  return fastify;
}

test('a page outlives its server and sends its events once', async (t) => {
  const actions: string[] = [];
  const first = await startServer(t, 0, actions);
  const { port } = first.server.address() as { port: number };
  const page = await browser.openPage(first.listeningOrigin);
  await page.evaluate(() => {
    const events: string[] = [];
    for (const type of ['connect', 'disconnect', 'lost'])
      document.addEventListener(`issr:${type}`, () => events.push(type));
    Object.assign(window, { events });
  });
  await page.evaluate(() => window.rr({ action: 'a', value: 1 }));
  await first.close();
  await page.waitForSelector('html[data-issr=reconnecting]');
  await page.fill('input', 'typed');
  await page.evaluate(() => {
    void window.rr({ action: 'a', value: 2 });
    void window.rr();
    void window.rr({ action: 'a', value: 3 });
  });
  await startServer(t, port, actions);
  await page.waitForSelector('html[data-issr=connected]');
  await shows(page, 'output', '1,2,3');
  assert.deepEqual(actions, ['1', '2', '3']);
  assert.equal(await page.inputValue('input'), 'typed');
  assert.equal(JSON.parse((await page.textContent('pre')) ?? '').q, 'typed');
  const events = await page.evaluate(() => (window as unknown as { events: string[] }).events);
  assert.deepEqual(events, ['disconnect', 'connect']);
  await browser.takeErrors();
});

test('a closing server leaves waiting events to the next server', async (t) => {
  const secret = 'the secret of all the processes of this test';
  const actions: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const start = async (port: number) => {
    const fastify = Fastify({ pluginTimeout: 60_000 });
    await fastify.register(issrPlugin, { secret, shutdownTimeout: 30_000 });
    fastify.issrRoute('/', async ({ issr }) => {
      if (issr.action) actions.push(issr.action.value);
      if (issr.action?.value === 'slow') await released;
      return <output>{actions.join()}</output>;
    });
    t.after(() => fastify.close());
    await fastify.listen({ port, host: '127.0.0.1' });
    return fastify;
  };
  const first = await start(0);
  const { port } = first.server.address() as { port: number };
  const page = await browser.openPage(first.listeningOrigin);
  // The part of the script that changes the page cannot be loaded from a closing server.
  await page.evaluate(() => window.rr({ action: 'a', value: 'first' }));
  await page.evaluate(() => {
    const lost: unknown[] = [];
    Object.assign(window, { lost });
    document.addEventListener('issr:lost', (event) => lost.push((event as CustomEvent).detail));
    for (const value of ['slow', 'b', 'c']) void window.rr({ action: 'a', value });
  });
  await waitFor(() => actions.length === 2);
  const closed = first.close();
  await page.waitForSelector('html[data-issr=reconnecting]');
  await page.evaluate(() => void window.rr({ action: 'a', value: 'd' }));
  release();
  await shows(page, 'output', 'first,slow');
  await closed;
  await start(port);
  await shows(page, 'output', 'first,slow,b,c,d');
  assert.deepEqual(actions, ['first', 'slow', 'b', 'c', 'd']);
  assert.deepEqual(await page.evaluate(() => (window as unknown as { lost: unknown[] }).lost), []);
  await browser.takeErrors();
});

test('an action that may have run is reported, not repeated', async (t) => {
  const first = Fastify({ forceCloseConnections: true });
  const secret = 'the secret of all the processes of this test';
  await first.register(issrPlugin, { secret, shutdownTimeout: 50 });
  let die = () => {};
  const dying = new Promise<void>((resolve) => {
    die = resolve;
  });
  first.issrRoute('/', async ({ issr }) => {
    if (!issr.action) return <output />;
    die();
    return new Promise<never>(() => {});
  });
  t.after(() => first.close());
  await first.listen({ port: 0, host: '127.0.0.1' });
  const { port } = first.server.address() as { port: number };
  const page = await browser.openPage(first.listeningOrigin);
  const asked = page.evaluate(() => {
    const lost = new Promise((resolve) => {
      document.addEventListener('issr:lost', (event) => resolve((event as CustomEvent).detail));
    });
    return window.rr({ action: 'pay', value: 5 }).then(() => lost);
  });
  await dying;
  await first.close();
  const actions: string[] = [];
  await startServer(t, port, actions);
  assert.deepEqual(await asked, { actions: [{ name: 'pay', value: '5' }] });
  assert.deepEqual(actions, []);
  await browser.takeErrors();
});

test('an error leaves the page usable until the next answer', async (t) => {
  const fastify = Fastify();
  await fastify.register(issrPlugin, { showErrors: true });
  fastify.issrRoute('/', ({ issr }) => {
    if (issr.action?.value === 'bad') throw new Error('no such thing');
    return <main>{issr.action?.value ?? 'none'}</main>;
  });
  t.after(() => fastify.close());
  const page = await browser.openPage(await fastify.listen({ port: 0, host: '127.0.0.1' }));
  const detail = await page.evaluate(async () => {
    let detail: unknown;
    document.addEventListener('issr:error', (event) => {
      detail = (event as CustomEvent).detail;
    });
    await window.rr({ action: 'a', value: 'bad' });
    return detail as { status: number };
  });
  assert.equal(detail.status, 500);
  assert.match((await browser.takeErrors()).join(), /no such thing/);
  const overlay = page.locator('issr-widget');
  const shown = await overlay.evaluate((host) => host.shadowRoot?.textContent);
  assert.match(shown ?? '', /no such thing.*reconnect\.test\.tsx:\d+.*> +\d+ │ +if \(issr\.action.*throw/s);
  await page.keyboard.press('Escape');
  await overlay.waitFor({ state: 'detached' });
  await page.evaluate(() => window.rr({ action: 'a', value: 'bad' }));
  await overlay.waitFor();
  await page.evaluate(() => window.rr({ action: 'a', value: 'good' }));
  await overlay.waitFor({ state: 'detached' });
  await shows(page, 'main', 'good');
  await browser.takeErrors();
});

test('params that actions assigned survive a move to the next server', async (t) => {
  const secret = 'the secret of all the processes of this test';
  const start = async (port: number) => {
    const fastify = Fastify({ forceCloseConnections: true });
    await fastify.register(issrPlugin, { secret });
    const querystring = {
      type: 'object',
      properties: { x: { type: 'integer', default: 0 }, tab: { type: 'string' } },
    };
    fastify.issrRoute<{ Querystring: { x: number; y?: string; tab?: string } }>(
      '/',
      { schema: { querystring }, url: ['tab'] },
      ({ query: { x, y, tab } }) => <output>{`${x} ${y} ${tab}`}</output>,
    );
    t.after(() => fastify.close());
    await fastify.listen({ port, host: '127.0.0.1' });
    return fastify;
  };
  const first = await start(0);
  const { port } = first.server.address() as { port: number };
  const page = await browser.openPage(`${first.listeningOrigin}/?y=0`);
  for (const value of [1, 2])
    await page.evaluate((value) => window.rr({ action: 'x', value }, { action: 'y', value }), value);
  await page.evaluate(() => window.rr({ action: 'tab', value: 'b' }));
  await shows(page, 'output', '2 2 b');
  assert.match(page.url(), /tab=b/);
  await first.close();
  await page.waitForSelector('html[data-issr=reconnecting]');
  const second = await start(port);
  await page.waitForSelector('html[data-issr=connected]');
  await second.issr.rr('/');
  await page.evaluate(() => window.rr());
  assert.equal(await page.textContent('output'), '2 2 b');
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => !location.search.includes('tab'));
  await page.waitForFunction(() => document.querySelector('output')?.textContent?.endsWith('undefined'));
  await browser.takeErrors();
});
