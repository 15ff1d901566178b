import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

async function openSite(t: Parameters<typeof createServer>[0], options: IssrOptions) {
  const fastify = await createServer(t, { resumeWindow: 0, ...options });
  fastify.issrRoute('/', () => '<p>text</p>');
  const origin = await listen(fastify);
  const lost = new Promise((resolve) => fastify.issr.onDisconnect((_page, reason) => resolve(reason)));
  return { fastify, origin, lost };
}

test('a connection is cut after one unanswered ping', async (t) => {
  const { origin, lost } = await openSite(t, { pingInterval: 1000 });
  const proxy = await TcpProxy.open(t, origin);
  await PageDriver.open(proxy.origin, '/');
  proxy.swallow();
  assert.equal(await lost, 'lost');
  assert.equal(proxy.swallowed.down, 1);
});

test('an idle connection that answers pings stays open', async (t) => {
  const { fastify, origin } = await openSite(t, { pingInterval: 1500 });
  const page = await PageDriver.open(origin, '/');
  const idle = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { headers: { origin } });
  await once(idle, 'ping');
  await once(idle, 'ping');
  assert.equal(idle.readyState, WebSocket.OPEN);
  await page.settled();
  assert.equal(fastify.issr.pages.size, 1);
  idle.terminate();
});

/** Resolves when no connection to the server is left. */
async function allClosed({ server }: FastifyInstance): Promise<void> {
  let open = -1;
  await waitFor(() => {
    server.getConnections((_error, count) => (open = count));
    return open === 0;
  }, 'no connection is left');
}

async function openDeaf(origin: string): Promise<WebSocket> {
  const deaf = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { headers: { origin } });
  await once(deaf, 'open');
  return deaf;
}

test('an ended connection is cut if the other side does not close it', async (t) => {
  const { fastify, origin } = await openSite(t, { pingInterval: 100 });
  const deaf = await openDeaf(origin);
  deaf.send('garbage');
  // The server's close is never read, nor answered.
  deaf.pause();
  await allClosed(fastify);
  deaf.terminate();
});

test('a connection that did not join is refused once, and cut', async (t) => {
  const { fastify, origin } = await openSite(t, { joinTimeout: 100, pingInterval: 600 });
  const refused: string[] = [];
  const onRefused = (message: unknown) => refused.push((message as { what: string }).what);
  subscribe('issr:refused', onRefused);
  t.after(() => unsubscribe('issr:refused', onRefused));
  const deaf = await openDeaf(origin);
  deaf.pause();
  await allClosed(fastify);
  assert.deepEqual(refused, ['no join']);
  deaf.terminate();
});

test('over plain HTTP a stream whose page answers no ping is cut', async (t) => {
  const { origin } = await openSite(t, { pingInterval: 100 });
  const response = await fetch(`${origin}/issr/stream`);
  let text = '';
  await assert.rejects(async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += piece;
  }, /terminated/);
  assert.match(text, /^event: link\ndata: .*\n\nevent: ping\ndata:\n\n$/);
});
