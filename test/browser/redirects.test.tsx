import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

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
