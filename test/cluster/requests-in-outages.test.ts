import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ClusterProcess, startCluster } from '../support/cluster.js';
import { HttpConnection } from '../support/http-connection.js';
import { PageDriver } from '../support/page-driver.js';
import type { RedisServer } from '../support/redis-server.js';
import { beginFile, chooseOne, filesIn, uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const headers = { origin: 'http://site.example' };
/** Bytes of each half of a file: more than those from which its type is detected. */
const HALF = 100_000;

interface Outage {
  begin(redis: RedisServer, whenNoticed: () => Promise<void>): unknown;
  end(redis: RedisServer): unknown;
}

const outages: Record<string, Outage> = {
  'restarts and loses its data': {
    async begin(redis, whenNoticed) {
      await redis.stop();
      await whenNoticed();
    },
    end: (redis) => redis.start(),
  },
  // The requests are on their way when the processes notice it.
  freezes: { begin: (redis) => redis.pause(), end: (redis) => redis.resume() },
};

for (const [name, outage] of Object.entries(outages)) {
  test(`requests at another process than their page's arrive while Redis ${name}`, async (t) => {
    const folder = uploadFolder(t);
    const [store, uploads, saves] = [join(folder, 'store'), join(folder, 'uploads'), join(folder, 'saves')];
    for (const each of [store, uploads]) mkdirSync(each, { mode: 0o700 });
    const { redis, processes } = await startCluster(t, 2, {
      redis: { probeInterval: 300, commandTimeout: 1000 },
      store,
      saves,
      plugin: { allowedOrigins: [headers.origin], uploadFolder: uploads },
    });
    const [first, second] = processes as [ClusterProcess, ClusterProcess];
    t.after(() => redis.resume());

    const album = await PageDriver.open(first.origin, '/album', { headers });
    const there = { origin: second.origin, token: album.credentials, headers };
    const ids = {
      photo: await chooseOne(there, 2 * HALF, 'text/plain', 'photo.txt'),
      paper: await chooseOne(there, 2 * HALF, 'text/plain', 'paper.txt', 'paper'),
    };
    const halves = Object.values(ids).map((id) => beginFile(there, id, Buffer.alloc(HALF, 'a'), 2 * HALF));
    await waitFor(() => filesIn(store).length === 1 && filesIn(uploads).length === 1);
    const signIn = await PageDriver.open(first.origin, '/sign-in', { headers });
    signIn.sendEvent({ actions: [['signIn', 't']] });
    const [, ticket] = await signIn.next('cookies');
    const report = await PageDriver.open(first.origin, '/report', { headers });
    report.sendEvent({ actions: [['report', 't']] });
    const [, , file] = await report.next('redirect');
    const plain = await PageDriver.load(first.origin, '/');
    const connection = await HttpConnection.open(first.origin, headers);
    const post = async (...message: unknown[]) => {
      const url = `${second.origin}/issr/send?link=${connection.key}`;
      return (await fetch(url, { method: 'POST', body: JSON.stringify(message), headers })).status;
    };
    assert.equal(await post('join', 1, plain.token, '/', [], 0, 0, 0), 204);

    const isDown = async (process: ClusterProcess) =>
      (await process.call<string[]>('warnings')).some((line) => line.includes('the adapter is down'));
    const whenNoticed = () => waitFor(async () => (await isDown(first)) && (await isDown(second)));
    await outage.begin(redis, whenNoticed);
    const answers = Promise.all([
      ...halves.map(async (request) => {
        request.write(Buffer.alloc(HALF, 'b'));
        request.end(request.tail);
        const [response] = await once(request, 'response');
        return [response.statusCode, JSON.parse(await text(response))[0].slice(1)];
      }),
      fetch(`${second.origin}/issr/cookies?ticket=${ticket}`, {
        method: 'POST',
        body: signIn.token,
        headers,
      }).then((response) => [response.status, response.headers.get('set-cookie')]),
      fetch(second.origin + file).then(async (response) => [
        response.status,
        (await response.bytes()).length,
      ]),
      post('event', 1, [[], []], []),
    ]);
    assert.equal((await album.rr())[0], 'patch', 'an event at the own process');
    await whenNoticed();
    await outage.end(redis);
    assert.deepEqual(await answers, [
      [200, [2 * HALF, true]],
      [200, [2 * HALF, true]],
      [204, 'session=ann; HttpOnly; Path=/'],
      [200, 3],
      204,
    ]);

    album.send([
      'files',
      [
        ['photo', [ids.photo]],
        ['paper', [ids.paper]],
      ],
    ]);
    await album.click('save', 'all');
    const half = `a${HALF}b${HALF}`;
    assert.equal(
      existsSync(saves) && readFileSync(saves, 'utf8'),
      `all paper.txt=${half},photo.txt=${half}\n`,
    );
    await connection.leave();
  });
}
