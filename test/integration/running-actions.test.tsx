import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { defineActions, type IssrOptions } from '../../src/index.js';
import type { Page } from '../../src/page/page.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const TOKENS = 500;

/** A page with an action that yields what the test gives it, and others beside it. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const lines: { msg: string; err?: { message: string } }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const fastify = await createServer(t, options, { logger: { level: 'error', stream } });
  const signals: AbortSignal[] = [];
  let give: (value: string | Error | null) => void = () => {};
  let [renders, likes, ticks, ends] = [0, 0, 0, 0];
  const actions = defineActions({
    /** Yields each value that the test gives, and returns at `null`. */
    ask: {
      schema: Type.Object({ q: Type.String({ default: '?' }) }),
      response: Type.Object({ text: Type.String() }),
      async *handler(request) {
        const { signal } = request;
        signals.push(signal);
        for (;;) {
          const given = await new Promise<string | Error | null>((resolve) => {
            give = resolve;
            signal.addEventListener('abort', () => resolve(null));
          });
          if (given instanceof Error) throw given;
          if (given === 'nothing') return {} as { text: string };
          if (given === null) return { text: `${request.query.q} ${signal.aborted ? 'stopped' : 'done'}` };
          yield { text: given };
        }
      },
    },
    async *count() {
      for (let n = 1; n <= TOKENS; n++) {
        await sleep(2);
        yield { text: Array.from({ length: n }, (_, i) => i).join(' ') };
      }
    },
    async *spin() {
      for (let n = 0; n < 1000; n++) yield { text: `spin ${n}` };
    },
    /** Never ends by itself. */
    async *tick() {
      try {
        for (;;) {
          yield { text: `tick ${ticks++}` };
          await sleep(5);
        }
      } finally {
        ends++;
      }
    },
    /** Exceeds a time limit and goes on. */
    async *late() {
      try {
        yield { text: 'first' };
        await sleep(300);
        for (;;) yield { text: 'late' };
      } finally {
        ends++;
      }
    },
    like: () => void likes++,
    stop: { handler: ({ issr }) => issr.stop('ask') },
  });
  fastify.issrRoute('/', { actions }, ({ issr }) => {
    renders++;
    return (
      <p>
        {issr.result?.text ?? 'nothing'}, {likes} likes
      </p>
    );
  });
  fastify.issrRoute('/other', () => <p>other</p>);
  return {
    signals,
    fastify,
    lines,
    origin: await listen(fastify),
    give: (value: string | Error | null) => give(value),
    renders: () => renders,
    ticks: () => ticks,
    ends: () => ends,
  };
}

const textOf = ({ text }: PageDriver) => text.replace(/, \d+ likes/, '');

/** Waits until the page shows a text. */
const shows = (page: PageDriver, text: string) =>
  waitFor(() => page.text.includes(text), `${text} in the page`);

const runningOf = ({ messages }: PageDriver) => messages.filter(([verb]) => verb === 'running');

test('500 values at 2 ms show in order, merged, with under 200 renders', async (t) => {
  const { origin, renders } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  const seen: string[] = [];
  const start = performance.now();
  await page.click('count');
  await waitFor(() => {
    if (textOf(page) !== seen.at(-1)) seen.push(textOf(page));
    return seen.at(-1)?.endsWith(` ${TOKENS - 1}`);
  }, 'the last value');
  for (const [i, text] of seen.entries()) if (i > 1) assert.ok(text.startsWith(seen[i - 1] as string), text);
  assert.ok(seen.length > 10, `${seen.length} states seen`);
  // 200 are 3 seconds of frames, three times as long as the values take where the machine has time.
  const most = Math.max(200, (performance.now() - start) / 16);
  assert.ok(renders() < most, `${renders()} renders, at most ${most}`);
  await waitFor(() => runningOf(page).length === 2);
  assert.deepEqual(runningOf(page), [
    ['running', [1]],
    ['running', [], [1, 200, []]],
  ]);
  await page.click('spin');
  await shows(page, 'spin 999');
});

test('other events, pushes and pages are answered while an action runs', async (t) => {
  const { origin, give } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  const other = await PageDriver.open(origin, '/');
  await page.click('ask');
  give('first');
  await shows(page, 'first');
  assert.equal((await page.click('like'))[0], 'patch');
  assert.equal(page.text, 'first, 1 likes', 'an action without a result does not hide the value');
  assert.equal((await other.click('like'))[0], 'patch');
  assert.equal(other.text, 'nothing, 2 likes');
  give('second');
  await shows(page, 'second');
  give(null);
  await shows(page, '? done, 2 likes');
  await waitFor(() => runningOf(page).length === 2);
  assert.deepEqual(runningOf(page).at(-1), ['running', [], [1, 200, [], { text: '? done' }]]);
  assert.equal(
    other.messages.some(([verb]) => verb === 'running'),
    false,
  );
});

test('stop aborts the signal, and the action may still return', async (t) => {
  const { origin, signals } = await openSite(t);
  const page = await PageDriver.open(origin, '/?q=why');
  await page.click('ask');
  await page.click('stop');
  await shows(page, 'why stopped');
  assert.equal(signals[0]?.aborted, true);
});

for (const [kind, wrap] of [
  ['a function', (start: () => unknown) => start()],
  ['an async function', async (start: () => unknown) => start()],
] as const) {
  test(`${kind} may return the generator of an action`, async (t) => {
    const fastify = await createServer(t);
    let signal: AbortSignal | undefined;
    async function* tokens(text: string, signal: AbortSignal) {
      yield `${text} 1`;
      await once(signal, 'abort');
      return `${text} stopped`;
    }
    const ask = (request: { query: { q: string }; signal: AbortSignal }) => {
      signal = request.signal;
      return tokens(request.query.q, signal);
    };
    const actions = {
      ask: (request: FastifyRequest) => wrap(() => ask(request as never)),
      like: ({ signal }: FastifyRequest) => String(signal.aborted),
      stop: ({ issr }: FastifyRequest) => issr.stop('ask'),
    };
    fastify.issrRoute('/', { actions }, ({ issr }) => <p>{String(issr.result)}</p>);
    const page = await PageDriver.open(await listen(fastify), '/?q=why');
    await page.click('ask');
    await shows(page, 'why 1');
    await page.click('like');
    await shows(page, 'false');
    await page.click('stop');
    await shows(page, 'why stopped');
    assert.equal(signal?.aborted, true);
  });
}

test('an action that fails later is an error of its event, and the page goes on', async (t) => {
  const { origin, give, lines } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  await page.click('ask');
  give('half');
  await shows(page, 'half');
  give(new Error('no connection'));
  assert.equal((await page.next('error'))[2].message, 'no connection');
  await waitFor(() => runningOf(page).length === 2);
  assert.deepEqual(runningOf(page).at(-1), ['running', [], [1, 500, []]]);
  assert.deepEqual([page.text, lines[0]?.msg], ['half, 0 likes', 'issr: a running action failed']);
  assert.equal((await page.click('like'))[0], 'patch');
});

test('a last value that its response schema refuses is an error of its event', async (t) => {
  const { lines, origin, give } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  await page.click('ask');
  give('half');
  await shows(page, 'half');
  give('nothing');
  const [, , error] = await page.next('error');
  assert.deepEqual([error.status, error.message], [500, '"text" is required!']);
  await waitFor(() => runningOf(page).length === 2, 'the end of the action');
  assert.deepEqual(runningOf(page).at(-1), ['running', [], [1, 500, []]]);
  assert.equal(lines[0]?.msg, 'issr: a running action failed');
  assert.equal((await page.click('like'))[0], 'patch');
});

test('handlerTimeout counts from value to value', async (t) => {
  const { origin, give, signals } = await openSite(t, { handlerTimeout: 2000 });
  const page = await PageDriver.open(origin, '/');
  await page.click('ask');
  for (const value of ['a', 'b', 'c', 'd']) {
    await sleep(600);
    give(value);
    await shows(page, `${value},`);
  }
  assert.equal(signals[0]?.aborted, false);
  assert.equal((await page.next('error'))[2].message, 'No answer within 2000 ms (see handlerTimeout)');
  assert.equal(signals[0]?.aborted, true);
});

test('a page that reconnects finds its action, or its end', async (t) => {
  const { origin, give, fastify } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  const drop = async () => {
    await page.drop();
    const record = fastify.issr.pages.get(page.id) as Page;
    await waitFor(() => record.state === 'detached', 'the server has noticed');
  };
  await page.click('ask');
  await drop();
  give('meanwhile');
  await page.connect();
  assert.deepEqual(await page.join(), ['joined', 1, true]);
  const verbs = page.messages.map(([verb]) => verb);
  assert.equal(verbs[verbs.lastIndexOf('joined') - 1], 'running');
  await shows(page, 'meanwhile');
  await drop();
  give(null);
  await page.connect();
  await page.join();
  await shows(page, '? done');
  await waitFor(() => runningOf(page).length === 4);
  assert.deepEqual(runningOf(page), [
    ['running', [1]],
    ['running', [1]],
    ['running', [1]],
    ['running', [], [1, 200, [], { text: '? done' }]],
  ]);
});

test('an action stops when its page leaves or visits another', async (t) => {
  const { origin, signals } = await openSite(t);
  const leaver = await PageDriver.open(origin, '/');
  await leaver.click('ask');
  const visitor = await PageDriver.open(origin, '/');
  await visitor.click('ask');
  leaver.send(['bye']);
  await visitor.rr({ url: '/other' });
  assert.deepEqual(await visitor.next('running'), ['running', [1]]);
  assert.deepEqual(await visitor.next('running'), ['running', []]);
  for (const signal of signals) if (!signal.aborted) await once(signal, 'abort');
  assert.equal(visitor.text, 'other');
});

test('a form without script gets the last value', async (t) => {
  const { origin } = await openSite(t, { handlerTimeout: 1000 });
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
  const { body } = await get(`${origin}/?count`, { method: 'POST', headers });
  assert.match(body, / 498 499, 0 likes/);
});

/** Posts a form without script. */
function post(origin: string, action: string) {
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
  return request(`${origin}/?${action}`, { method: 'POST', headers, agent: false }).end();
}

test('an action whose form leaves before its answer ends', async (t) => {
  const { origin, ticks, ends } = await openSite(t);
  const posted = post(origin, 'tick').on('error', () => {});
  await waitFor(() => ticks() > 2, 'values');
  posted.destroy();
  await waitFor(() => ends() === 1, 'the end of the action');
});

test('an action that yields after its time limit ends there', async (t) => {
  const { origin, ends } = await openSite(t, { handlerTimeout: 100 });
  const page = await PageDriver.open(origin, '/');
  await page.click('late');
  await waitFor(() => ends() === 1, 'the end of the action of the page');
  const [answer] = await once(post(origin, 'late'), 'response');
  assert.equal(answer.statusCode, 503);
  await waitFor(() => ends() === 2, 'the end of the action of the form');
});

test('running actions are limited per page and per address', async (t) => {
  const { origin, give } = await openSite(t, { maxRunningActionsPerPage: 2, maxRunningActionsPerIp: 3 });
  const page = await PageDriver.open(origin, '/');
  const other = await PageDriver.open(origin, '/');
  const errorOf = async (asker: PageDriver) => {
    const [verb, , error] = await asker.click('ask');
    return verb === 'error' ? (error as { message: string }).message : verb;
  };
  assert.deepEqual([await errorOf(page), await errorOf(page)], ['patch', 'patch']);
  assert.equal(await errorOf(page), 'Limit of running actions reached (2, see maxRunningActionsPerPage)');
  assert.equal(await errorOf(other), 'patch');
  assert.equal(await errorOf(other), 'Limit of running actions reached (3, see maxRunningActionsPerIp)');
  give(null);
  await shows(other, 'done');
  assert.equal(await errorOf(other), 'patch');
});
