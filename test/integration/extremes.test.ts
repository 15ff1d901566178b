import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_VERSION } from '../../src/protocol.js';
import { TokenSigner } from '../../src/signed/token.js';
import { extremesOf, type Json } from '../fuzz/hostile/extremes.js';
import { SECRET, SiteProcess } from '../fuzz/hostile/site-process.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';

const token = new TokenSigner(SECRET, 60_000).sign('extreme');
const join: Json[] = ['join', PROTOCOL_VERSION, token, '/', [], 0, 0, 0];

async function sendByWebsocket(origin: string, message: Json[]): Promise<void> {
  const page = await PageDriver.load(origin, '/');
  await page.connect();
  if (message[0] !== 'join') await page.join();
  page.sendRaw(JSON.stringify(message));
  page.sendRaw('["bye"]');
  await page.closed();
}

async function sendByHttp(origin: string, message: Json[]): Promise<void> {
  const connection = await HttpConnection.open(origin);
  if (message[0] !== 'join') await connection.post(join);
  await connection.post(message);
  // The server refuses the whole body of a message that is too long.
  await connection.post(['bye']);
  while ((await connection.nextEvent()).type !== 'close');
  await connection.leave();
}

for (const [transport, send] of Object.entries({ WebSocket: sendByWebsocket, HTTP: sendByHttp })) {
  test(`no extreme of any field ends the process (${transport})`, async (t) => {
    const site = await SiteProcess.start(t);
    for (const message of extremesOf(token, 1)) await send(site.origin, message);
    const { errors, prototype } = await site.quiet(0);
    assert.deepEqual([errors, prototype], [[], 0]);
    assert.equal(await site.close(), 0);
  });
}
