import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

test('gives the URL of the address bar without drafts', async (t) => {
  const fastify = await createServer(t);
  const urls: string[] = [];
  fastify.issrRoute('/find', { url: ['tab'] }, ({ url, issr }) => {
    urls.push(issr.url);
    return `<p>${url.includes('draft')}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/find?tab=a&page=2');
  await page.rr({ changed: [['text', 'draft']] });
  assert.equal(page.text, 'true', "the request's own URL has the draft");
  await page.rr({ changed: [['tab', 'b']] });
  await page.rr();
  await page.rr({ url: '/find?tab=c' });
  const first = '/find?tab=a&page=2';
  assert.deepEqual(urls, [first, first, first, '/find?page=2&tab=b', '/find?tab=c']);
});

test('gives no URL of another host, whatever the path', async (t) => {
  const fastify = await createServer(t);
  const back = (request: FastifyRequest, reply: FastifyReply) => reply.redirect(request.issr.url);
  fastify.issrRoute('/*', { actions: { back } }, ({ issr }) => `<p>${issr.url}</p>`);
  const origin = await listen(fastify);
  for (const path of ['//evil.example/a?b=1', '///evil.example']) {
    const { text } = await PageDriver.load(origin, path);
    assert.equal(text, `/.${path}`);
    assert.equal(new URL(text, origin).origin, origin);
  }
  const page = await PageDriver.open(origin, '//evil.example/a?b=1');
  page.sendEvent({ actions: [['back', 't']] });
  assert.deepEqual((await page.next('redirect')).slice(2), ['/.//evil.example/a?b=1', false]);
});
