import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import etag from '@fastify/etag';
import { get } from '../support/get.js';
import { PageDriver, takeScript } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

/** The tag that `@fastify/etag` computes for a page before its script tag is inserted. */
const tagOf = (html: string) => `"${createHash('sha1').update(html).digest('base64')}"`;

for (const weak of [false, true]) {
  for (const caching of [undefined, 'private, no-cache', 'public, max-age=60']) {
    test(`each load is its own page (etag weak: ${weak}, cache: ${caching})`, async (t) => {
      const fastify = await createServer(t);
      await fastify.register(etag, { weak });
      fastify.issrRoute('/', (_request, reply) => {
        if (caching) reply.header('cache-control', caching);
        return '<!DOCTYPE html><html><body><p>equal for all</p></body></html>';
      });
      const origin = await listen(fastify);
      const first = await PageDriver.open(origin, '/');
      assert.equal(first.answer.headers.etag, undefined);
      const tag = tagOf(first.loaded);
      for (const condition of [tag, `W/${tag}`, '*']) {
        const headers = { 'if-none-match': condition, 'if-modified-since': new Date().toUTCString() };
        const again = await PageDriver.open(origin, '/', { headers });
        assert.equal(again.answer.status, 200);
        assert.notEqual(again.id, first.id);
        await again.rr();
      }
      await first.rr();
      assert.equal(fastify.issr.pages.size, 4);
    });
  }
}

test('@fastify/etag answers 304 for the script and other routes', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(etag);
  fastify.issrRoute('/', () => '<p>page</p>');
  fastify.get('/api', async () => ({ a: 1 }));
  const origin = await listen(fastify);
  const { src = '' } = takeScript((await get(`${origin}/`)).body).tag ?? {};
  for (const path of ['/api', src.slice(1)]) {
    const { headers } = await get(origin + path);
    assert.ok(headers.etag, path);
    const answer = await get(origin + path, { headers: { 'if-none-match': headers.etag } });
    assert.equal(answer.status, 304, path);
  }
});
