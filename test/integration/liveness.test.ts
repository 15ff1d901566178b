import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
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

test('an ended connection is cut if the other side does not close it', async (t) => {
  const { fastify, origin } = await openSite(t, { pingInterval: 100 });
  const deaf = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { headers: { origin } });
  await once(deaf, 'open');
  deaf.send('garbage');
  // The server's close is never read, nor answered.
  deaf.pause();
  const connections = () =>
    new Promise<number>((resolve) => fastify.server.getConnections((_error, count) => resolve(count)));
  let open = await connections();
  await waitFor(() => {
    void connections().then((count) => (open = count));
    return open === 0;
  }, 'no connection is left');
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
