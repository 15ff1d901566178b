import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from '../support/cluster.js';
import { EventClient } from '../support/event-client.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';

async function startTwo(t: Parameters<typeof startCluster>[0]) {
  const { processes } = await startCluster(t, 2, { plugin: { allowedOrigins: ['http://site.example'] } });
  const [first, second] = processes;
  assert.ok(first && second);
  return { first, second };
}

test('a POST of a plain HTTP connection may reach any process', async (t) => {
  const { first, second } = await startTwo(t);
  const page = await PageDriver.load(first.origin, '/');
  const connection = await HttpConnection.open(first.origin, { origin: 'http://site.example' });
  const post = (origin: string, key: string, ...messages: unknown[]) =>
    fetch(`${origin}/issr/send?link=${key}`, {
      method: 'POST',
      body: messages.map((message) => JSON.stringify(message)).join('\n'),
      headers: { origin: 'http://site.example' },
    });
  const joined = await post(second.origin, connection.key, ['join', 1, page.token, '/', [], 0, 0, 0]);
  assert.equal(joined.status, 204);
  assert.equal((await connection.next())[0], 'joined');
  for (let number = 1; number <= 5; number++) {
    const { origin } = number % 2 ? first : second;
    assert.equal((await post(origin, connection.key, ['event', number, [[], []], []])).status, 204);
  }
  let last = 0;
  while (last < 5) {
    const [verb, event] = await connection.next();
    if (verb !== 'patch') continue;
    assert.equal(event, last + 1);
    last = Number(event);
  }
  for (const key of ['', 'x', `${connection.key}0`, connection.key.replace(/^./, 'g'), 'a'.repeat(5000)]) {
    assert.equal((await post(second.origin, key, ['ping'])).status, 404);
  }
  await connection.leave();
});

test('any process redeems a cookie ticket once, for its own page', async (t) => {
  const { first, second } = await startTwo(t);
  const open = () =>
    PageDriver.open(first.origin, '/sign-in', { headers: { origin: 'http://site.example' } });
  const [page, other] = [await open(), await open()];
  page.sendEvent({ actions: [['signIn', 't']] });
  const [, ticket] = await page.next('cookies');
  const redeem = async ({ token }: PageDriver) => {
    const response = await fetch(`${second.origin}/issr/cookies?ticket=${ticket}`, {
      method: 'POST',
      body: token,
      headers: { origin: 'http://site.example' },
    });
    return [response.status, response.headers.get('set-cookie')];
  };
  assert.deepEqual(await redeem(other), [404, null]);
  assert.deepEqual(await redeem(page), [204, 'session=ann; HttpOnly; Path=/']);
  assert.deepEqual(await redeem(page), [404, null]);
});

test('an event reaches the streams of all processes', async (t) => {
  const { first, second } = await startTwo(t);
  const headers = { origin: 'http://site.example' };
  const [a, b] = await Promise.all(
    [first, second].map(({ origin }) => EventClient.open(`${origin}/news`, '', headers)),
  );
  assert.ok(a && b);
  await first.call('publish', 'one');
  assert.deepEqual([await a.nextData(), await b.nextData()], ['one', 'one']);
  assert.equal(a.lastEventId, b.lastEventId);
  const { lastEventId } = a;
  a.leave();
  await second.call('publish', 'two');
  assert.equal(await b.nextData(), 'two');
  const moved = await EventClient.open(`${second.origin}/news`, lastEventId, headers);
  assert.equal(await moved.nextData(), 'two');
  for (const stream of [b, moved]) stream.leave();
});
