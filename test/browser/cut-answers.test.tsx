import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A page whose actions run while the connection is cut. */
async function openSite(t: TestContext) {
  const fastify = await createServer(t, { showErrors: false });
  let proxy: TcpProxy | undefined;
  let runs = 0;
  const cut = async () => {
    runs++;
    proxy?.cut();
    await waitFor(() => fastify.issr.stats().connectedPages === 0);
  };
  fastify.issrRoute(
    '/',
    {
      actions: {
        async signIn(_request, reply) {
          await cut();
          reply.header('set-cookie', 'user=ada; HttpOnly; Path=/').redirect('/in');
        },
        async fail() {
          await cut();
          throw new Error('full');
        },
        refuse: {
          preHandler: cut,
          schema: { type: 'object', properties: { size: { type: 'integer' } } },
          handler: () => {},
        },
      },
    },
    ({ issr }) => (
      <main>
        <h1>out</h1>
        <form onsubmit="rr(this)">
          <input name="size" value="" />
          <p>{issr.errors.size}</p>
        </form>
      </main>
    ),
  );
  fastify.issrRoute('/in', ({ headers }) => <h1>{headers.cookie}</h1>);
  proxy = await TcpProxy.open(t, await listen(fastify));
  const page = await browser.openPage(`${proxy.origin}/`);
  const run = (action: string) =>
    page.evaluate(async (name) => {
      const { ok, status, errors } = await window.rr({ action: name, value: 't' });
      return { ok, status, errors };
    }, action);
  return { page, run, runs: () => runs };
}

test('a sign-in that ends while the connection is cut signs in', async (t) => {
  const { page, run, runs } = await openSite(t);
  void run('signIn');
  await shows(page, 'h1', 'user=ada');
  assert.equal(new URL(page.url()).pathname, '/in');
  assert.equal(runs(), 1);
});

test('an action that fails while the connection is cut is an error', async (t) => {
  const { run, runs } = await openSite(t);
  assert.deepEqual(await run('fail'), { ok: false, status: 500, errors: {} });
  assert.match((await browser.takeErrors()).join(), /ISSR_APP \(app\) 500/);
  assert.equal(runs(), 1);
});

test('an action that is refused while the connection is cut keeps what was typed', async (t) => {
  const { page, run } = await openSite(t);
  await page.fill('[name=size]', 'large');
  assert.deepEqual(await run('refuse'), {
    ok: false,
    status: 422,
    errors: { size: 'must be integer' },
  });
  await shows(page, 'p', 'must be integer');
  assert.equal(await page.inputValue('[name=size]'), 'large');
});
