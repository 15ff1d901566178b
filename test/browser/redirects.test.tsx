import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { connected, shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const browser = useBrowser();

test('a redirect to a download ends the event, and the page goes on', async (t) => {
  const fastify = await createServer(t);
  let count = 0;
  fastify.get('/report.csv', (_, reply) =>
    reply.header('content-disposition', 'attachment; filename=report.csv').send('a,b'),
  );
  fastify.issrRoute(
    '/',
    { actions: { report: (_, reply) => reply.redirect('/report.csv'), count: () => void count++ } },
    () => <output>{count}</output>,
  );
  const page = await browser.openPage(await listen(fastify));
  const download = unless('downloads') ? undefined : page.waitForEvent('download');
  await page.evaluate(() => window.rr({ action: 'report' }));
  await download;
  await page.evaluate(() => window.rr({ action: 'count' }));
  assert.equal(await page.textContent('output'), '1');
  await connected(page);
});

for (const way of ['a websocket', 'plain HTTP'] as const) {
  const skip = unless('downloads');
  test(`an action answers a file over ${way}, and the page keeps its text`, { skip }, async (t) => {
    const fastify = await createServer(t);
    let runs = 0;
    const file = (_: unknown, reply: FastifyReply) => {
      runs++;
      return reply
        .header('content-disposition', 'attachment; filename=a.bin')
        .send(Buffer.from([0, 255, 10]));
    };
    fastify.issrRoute('/', { actions: { file } }, () => (
      <form method="post" action="?file" data-rr="submit" data-rr-action="file">
        <input name="text" />
        <button>save</button>
        <output>{runs}</output>
      </form>
    ));
    const refused = way === 'plain HTTP' ? ({ websockets: 'refuse' } as const) : {};
    const { origin } = await TcpProxy.open(t, await listen(fastify), refused);
    const page = await browser.openPage(origin);
    await page.fill('input', 'half a line');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button')]);
    assert.deepEqual(readFileSync(await download.path()), Buffer.from([0, 255, 10]));
    assert.equal(download.suggestedFilename(), 'a.bin');
    await connected(page);
    await page.evaluate(() => window.rr());
    await shows(page, 'output', '1');
    assert.equal(await page.inputValue('input'), 'half a line');
    assert.ok((await browser.takeErrors()).every((error) => /^WebSocket connection/.test(error)));
  });
}

test('two pages that redirect to each other end after 20 redirects', async (t) => {
  const fastify = await createServer(t);
  let redirects = 0;
  let isBroken = false;
  for (const [path, other] of ['ab', 'ba'])
    fastify.issrRoute(`/${path}`, (_, reply) => {
      if (!isBroken) return <main>page</main>;
      redirects++;
      return reply.redirect(`/${other}`);
    });
  const page = await browser.openPage(`${await listen(fastify)}/a`);
  isBroken = true;
  await page.evaluate(() => window.rr());
  assert.equal(redirects, 21);
  assert.match((await browser.takeErrors()).join(), /ISSR_REDIRECTS \(app\)/);
});
