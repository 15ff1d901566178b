import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

type Query = { Querystring: Record<string, string | undefined> };
type Request = FastifyRequest<Query>;

/** Scores whose viewers share by room. `who` names a viewer in the log of the hooks. */
async function openScores(t: TestContext, options: IssrOptions = {}) {
  const warnings: string[] = [];
  const write = (line: string) => void (JSON.parse(line).level === 40 && warnings.push(JSON.parse(line).msg));
  const fastify = await createServer(t, options, { logger: { level: 'warn', stream: { write } } });
  const state = {
    score: 0,
    renders: 0,
    hooks: [] as string[],
    share: ({ query }: Request): string | undefined => query.room,
    view: (_request: Request): string | Promise<string> => `<p>${state.score}</p>`,
  };
  const actions = {
    goal: async () => {
      state.score++;
      await fastify.issr.rr('/scores');
    },
    note: async () => 'mine',
  };
  fastify.issrRoute<Query>(
    '/scores',
    {
      actions,
      share: (request) => state.share(request),
      preHandler: async (request, reply) => {
        state.hooks.push(String(request.query.who));
        if (request.headers.cookie === 'revoked=1') return reply.code(401).send('sign in');
      },
    },
    (request) => {
      state.renders++;
      return state.view(request);
    },
  );
  const origin = await listen(fastify);
  const open = (query: string, headers: Record<string, string> = {}) =>
    PageDriver.open(origin, `/scores?${query}`, { headers });
  const push = async (score: number) => {
    state.score = score;
    state.renders = 0;
    state.hooks.length = 0;
    return fastify.issr.rr('/scores');
  };
  const [a, b, c] = [await open('room=x&who=a'), await open('room=x&who=b'), await open('room=x&who=c')];
  return { fastify, state, warnings, open, push, a, b, c };
}

const patchesOf = ({ messages }: PageDriver) => messages.filter(([verb]) => verb === 'patch');

suite('pages that share', () => {
  test('are rendered once for a push, and each receives its change', async (t) => {
    const { fastify, state, open, push, a, b, c } = await openScores(t);
    const other = await open('room=y');
    const pages = [a, b, c, other];
    for (let score = 1; score <= 3; score++) {
      assert.equal(await push(score), 4);
      assert.equal(state.renders, 2, 'one render for each room');
      await waitFor(() => pages.every(({ text }) => text === String(score)));
    }
    state.score = 4;
    state.renders = 0;
    for (const page of fastify.issr.pages.values()) void page.rr();
    await waitFor(() => pages.every(({ text }) => text === '4'));
    assert.equal(state.renders, 2, 'pushes to single pages are merged');
    await push(4);
    await Promise.all(pages.map((page) => page.settled()));
    assert.ok(pages.every((page) => patchesOf(page).length === 4));
  });

  test('are rendered once although asking each takes several turns', async (t) => {
    const { state, open, push, a, b, c } = await openScores(t);
    const others = await Promise.all(Array.from({ length: 40 }, () => open('room=x')));
    let asked = 0;
    let askedBeforeRender = 0;
    state.view = () => {
      askedBeforeRender = asked;
      return `<p>${state.score}</p>`;
    };
    state.share = ({ query }) => {
      asked++;
      for (const began = performance.now(); performance.now() - began < 1; );
      return query.room;
    };
    const pushed = push(1);
    assert.ok(asked > 0 && asked < 43, `${asked} pages in the tick of the caller`);
    await pushed;
    assert.equal(state.renders, 1);
    assert.ok(askedBeforeRender < 43, 'the first pages do not wait until all are asked');
    await waitFor(() => [a, b, c, ...others].every(({ text }) => text === '1'));
  });

  test('may push to each other in their handlers and wait for it', async (t) => {
    for (const pusher of ['a', 'c']) {
      const { fastify, state, push, a, b, c } = await openScores(t);
      state.view = async ({ issr, query }) => {
        const { score } = state;
        // Its own record makes c a page that cannot have the render of another.
        if (query.who === 'c') issr.presence('room', 'c');
        if (score === 2 && query.who === pusher) {
          state.score = 3;
          await fastify.issr.rr('/scores');
        }
        return `<p>${score}</p>`;
      };
      await c.rr();
      await push(2);
      await waitFor(() => [a, b, c].every(({ text }) => text === '3'));
      const isError = ([verb]: readonly unknown[]) => verb === 'error';
      assert.ok(![a, b, c].some(({ messages }) => messages.some(isError)), 'no handler times out');
    }
  });

  test('receive the change from their own last HTML, with the number of their own last event', async (t) => {
    const { push, a, b, c } = await openScores(t);
    await a.rr();
    await push(10);
    await b.click('goal');
    await waitFor(() => [a, b, c].every(({ text }) => text === '11'));
    const eventsOf = (page: PageDriver) => patchesOf(page).map(([, event]) => event);
    assert.deepEqual(
      [eventsOf(a), eventsOf(b), eventsOf(c)],
      [
        [1, 1, 1],
        [0, 1],
        [0, 0],
      ],
    );
  });

  test('are rendered by themselves while they show something of their own', async (t) => {
    const { state, push, a, b, c } = await openScores(t);
    state.view = ({ issr, query }) => `<p>${state.score} ${issr.result ?? ''} ${query.draft ?? ''}</p>`;
    await a.click('note');
    b.send(['params', [[['draft', 'typed']], []]]);
    await b.settled();
    await push(1);
    assert.equal(state.renders, 3);
    await waitFor(() => a.text === '1 mine ' && b.text === '1  typed' && c.text === '1  ');
  });

  test('never get a render that is older than their last one', async (t) => {
    const { state, push, a, b, c } = await openScores(t);
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    state.view = async () => {
      const { score, renders } = state;
      if (renders === 1) await gate;
      return `<p>${score}</p>`;
    };
    const pushed = push(1);
    await waitFor(() => state.renders === 1);
    state.score = 2;
    await b.rr();
    open();
    await pushed;
    await waitFor(() => a.text === '1' && c.text === '1');
    await b.settled();
    assert.equal(b.text, '2');
    assert.equal(state.renders, 2);
  });

  test('change their key with what it depends on, before the next push', async (t) => {
    const { state, push, a, b, c } = await openScores(t);
    const roles: Record<string, string> = { a: 'admin' };
    state.share = ({ query }) => roles[query.who ?? ''] ?? 'guest';
    state.view = ({ query }) => `<p>${state.score} ${roles[query.who ?? ''] ?? 'guest'}</p>`;
    await push(1);
    await waitFor(() => a.text === '1 admin' && b.text === '1 guest' && c.text === '1 guest');
    roles.a = 'guest';
    roles.b = 'admin';
    await push(2);
    await waitFor(() => a.text === '2 guest' && b.text === '2 admin' && c.text === '2 guest');
  });

  test('run the hooks of one page, and each of their own within maxShareAge', async (t) => {
    const { state, push } = await openScores(t);
    await push(1);
    assert.deepEqual(state.hooks, ['a']);
    const short = await openScores(t, { maxShareAge: 1 });
    await short.push(1);
    await waitFor(() => short.a.text === '1');
    await short.push(2);
    assert.deepEqual(short.state.hooks.toSorted(), ['a', 'b', 'c']);
  });

  test('are pushed to by another page where the first is refused', async (t) => {
    const { push, a, b, c, fastify } = await openScores(t);
    const page = fastify.issr.pages.get(a.id);
    assert.ok(page);
    await push(1);
    Object.assign((page as unknown as { peer: { headers: object } }).peer.headers, { cookie: 'revoked=1' });
    await push(2);
    const [, , error] = await a.next('error');
    assert.equal(error.status, 401);
    await waitFor(() => b.text === '2' && c.text === '2');
    assert.equal(a.text, '1');
    await push(3);
    await waitFor(() => b.text === '3' && c.text === '3');
    assert.equal(a.text, '1');
  });

  test('must have a text as key', async (t) => {
    const { state, a } = await openScores(t);
    for (const key of [Promise.resolve('x'), 3, null, {}]) {
      state.share = () => key as never;
      const [verb, , error] = await a.rr();
      assert.equal(verb, 'error');
      assert.match(JSON.stringify(error), /`share` of '\/scores' must return a string or undefined/);
    }
  });

  test('are compared now and then in development: a difference is a warning that quotes it', async (t) => {
    const { state, warnings, push } = await openScores(t, { showErrors: true });
    state.view = ({ query }) => `<main><p>${state.score}</p><b>Hello ${query.who}</b></main>`;
    for (let score = 1; score <= 40; score++) await push(score);
    await waitFor(() => warnings.length === 1);
    assert.match(warnings[0] ?? '', /'\/scores' share.*<b>Hello a<\/b>.*<b>Hello b<\/b>/);

    const moving = await openScores(t, { showErrors: true });
    let clock = 0;
    moving.state.view = () => `<p>${clock++}</p>`;
    for (let score = 1; score <= 40; score++) await moving.push(score);
    assert.deepEqual(moving.warnings, []);
  });

  test('list each visitor once, and watch what the shared render names', async (t) => {
    const { fastify, state, push, a, b, c } = await openScores(t);
    let key = 'first';
    state.view = ({ issr, query }) => {
      issr.watch(key);
      return `<p>${state.score} ${issr.presence('room', query.who).sort().join('+')}</p>`;
    };
    await push(1);
    await waitFor(() => [a, b, c].every(({ text }) => text === '1 a+b+c'));
    key = 'second';
    await push(2);
    await waitFor(() => [a, b, c].every(({ text }) => text === '2 a+b+c'));
    assert.equal(await fastify.issr.changed('first'), 0);
    assert.equal(await fastify.issr.changed('second'), 3);
  });
});
