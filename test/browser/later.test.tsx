import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import helmet from '@fastify/helmet';
import { Later } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Chromium's log of a handshake that the proxy refuses. */
const REFUSED = /^WebSocket connection to .* failed: .* Unexpected response code: 403$/;

/** A page with three parts under helmet's policy. The test decides when each is ready. */
async function openSite(t: TestContext) {
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const fastify = await createServer(t);
  await fastify.register(helmet, {
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
  const part = (name: string) => {
    started.push(name);
    return new Promise<string>((resolve) => finish.set(name, () => resolve(`${name} is here`)));
  };
  let count = 0;
  fastify.issrRoute('/', { actions: { add: () => ++count } }, () => (
    <main>
      <button data-rr="click" action="add" type="button">
        {count}
      </button>
      <input name="note" />
      {['one', 'two', 'three'].map((name) => (
        <Later key={name} id={name} as="section" fallback={<p>wait for {name}</p>}>
          {async () => <p>{await part(name)}</p>}
        </Later>
      ))}
    </main>
  ));
  return { started, finish, url: await listen(fastify) };
}

for (const transport of ['a websocket', 'plain HTTP']) {
  test(`parts come to a page in use, each when it is ready, over ${transport}`, async (t) => {
    const { started, finish, url } = await openSite(t);
    const proxy =
      transport === 'plain HTTP' ? await TcpProxy.open(t, url, { websockets: 'refuse' }) : undefined;
    const page = await browser.openPage(proxy?.origin ?? url);
    for (const name of ['one', 'two', 'three']) await shows(page, `#${name}`, `wait for ${name}`);
    assert.equal(await page.getAttribute('#two', 'aria-busy'), 'true');
    await page.fill('input', 'half a sen');
    finish.get('two')?.();
    await shows(page, '#two', 'two is here');
    assert.equal(await page.getAttribute('#two', 'aria-busy'), null);
    await page.click('button');
    await shows(page, 'button', '1');
    await shows(page, '#one', 'wait for one');
    finish.get('one')?.();
    await shows(page, '#one', 'one is here');
    finish.get('three')?.();
    await shows(page, '#three', 'three is here');
    assert.equal(await page.inputValue('input'), 'half a sen');
    assert.equal(started.join(), 'one,two,three');
    const errors = (await browser.takeErrors()).filter((error) => !(proxy && REFUSED.test(error)));
    assert.deepEqual(errors, []);
  });
}

test('a browser without script shows the parts after a second load', {
  skip: unless('noScript'),
}, async (t) => {
  const { started, finish, url } = await openSite(t);
  const opened = browser.openPlainPage(url);
  await waitFor(() => started.length === 6, 'both loads have started their parts');
  for (const [, done] of finish) done();
  const page = await opened;
  for (const name of ['one', 'two', 'three']) await page.waitForSelector(`#${name} >> text=${name} is here`);
  assert.equal(page.url(), `${url}/?issr-whole`);
});
