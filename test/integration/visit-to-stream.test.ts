import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

test('loads a file instead of reading it for a visit', async (t) => {
  const fastify = await createServer(t);
  let pieces = 0;
  const file = new Readable({
    read() {
      pieces++;
      this.push(Buffer.alloc(64 * 1024));
    },
  });
  const closed = new Promise((resolve) => file.once('close', resolve));
  fastify.issrRoute('/', () => '<p>text</p>');
  fastify.issrRoute('/file', (_request, reply) => reply.type('application/zip').send(file));
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.deepEqual(await page.rr({ url: '/file' }), ['redirect', 1, '/file', false]);
  await closed;
  assert.ok(pieces < 10, `${pieces} pieces of an endless file`);
});

test('loads an endless stream instead of reading it for a visit', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const left = new Promise<void>((resolve) => {
    fastify.issrRoute('/events', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.raw.flushHeaders();
      reply.raw.on('close', resolve);
    });
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.deepEqual(await page.rr({ url: '/events' }), ['redirect', 1, '/events', false]);
  await left;
  assert.deepEqual(await page.rr({ url: '/issr/stream' }), ['redirect', 2, '/issr/stream', false]);
});

test('accepts a page that a hook sends as a stream', async (t) => {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async ({ issr }, _reply, payload) =>
    issr.firstTime ? payload : Readable.from([payload]),
  );
  let count = 0;
  fastify.issrRoute('/', () => `<p>${count++}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.rr();
  assert.equal(page.text, '1');
});
