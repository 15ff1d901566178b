import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RenderSlots } from '../../src/limits/render-slots.js';
import { afterInput } from '../../src/limits/turn-end.js';

/** A render that ends when told. */
function createRender() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const render = {
    started: 0,
    end: () => end(),
    run: () => {
      render.started++;
      return ended;
    },
  };
  return render;
}

/** On a busy machine the time of a turn may be over before its first renders. */
const stopClock = (t: TestContext): void => {
  t.mock.method(performance, 'now', () => 0);
};

test('runs a synchronous render at once, without a promise', (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 1, maxPerKey: 1 });
  for (let i = 0; i < 3; i++)
    assert.equal(
      slots.run('a', () => undefined),
      undefined,
    );
});

test('starts at most as many renders as slots, in total and per key', async (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 3, maxPerKey: 2 });
  const renders = Array.from({ length: 5 }, createRender);
  const ended = renders.map((render, i) => slots.run(i < 3 ? 'a' : 'b', render.run));
  assert.deepEqual(
    renders.map(({ started }) => started),
    [1, 1, 0, 1, 0],
  );
  renders[0]?.end();
  await ended[0];
  assert.deepEqual(
    renders.map(({ started }) => started),
    [1, 1, 0, 1, 1],
  );
  renders[1]?.end();
  await ended[1];
  assert.deepEqual(
    renders.map(({ started }) => started),
    [1, 1, 1, 1, 1],
  );
  for (const { end } of renders) end();
  await Promise.all(ended);
});

test('keys take turns', async (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 1, maxPerKey: 1 });
  const order: string[] = [];
  const first = createRender();
  const runs = [slots.run('x', first.run)];
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) {
    runs.push(slots.run(name.slice(0, 1), async () => void order.push(name)));
  }
  first.end();
  await Promise.all(runs);
  assert.deepEqual(order, ['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('gives the event loop a turn after some milliseconds of renders', async () => {
  const slots = new RenderSlots({ max: 10, maxPerKey: 10 });
  let turns = 0;
  let isDone = false;
  const count = async () => {
    while (!isDone) {
      await turn();
      turns++;
    }
  };
  const counted = count();
  const busy = () => {
    const until = performance.now() + 2;
    while (performance.now() < until);
    return undefined;
  };
  await Promise.all(Array.from({ length: 20 }, () => slots.run('a', busy)));
  isDone = true;
  await counted;
  assert.ok(turns >= 5, `${turns} turns in 40 ms of renders`);
});

test('renders that a turn may not start wait until the loop has read more input', async (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 20, maxPerKey: 20 });
  const renders = Array.from({ length: 9 }, createRender);
  const ended: (Promise<void> | undefined)[] = [];
  afterInput(() => ended.push(...renders.map(({ run }) => slots.run('a', run))));
  await turn();
  assert.equal(renders[8]?.started, 0);
  await turn();
  assert.equal(renders[8]?.started, 1);
  for (const { end } of renders) end();
  await Promise.all(ended);
});

test('a turn that leaves no render waiting ends with that of the event loop', async (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 20, maxPerKey: 20 });
  const renders = Array.from({ length: 8 }, createRender);
  const next = createRender();
  const ended: (Promise<void> | undefined)[] = [];
  afterInput(() => ended.push(...renders.map(({ run }) => slots.run('a', run))));
  await turn();
  ended.push(slots.run('a', next.run));
  assert.equal(next.started, 1);
  for (const { end } of [...renders, next]) end();
  await Promise.all(ended);
});

test('events and pushes alternate, and a push can become an event', async (t) => {
  stopClock(t);
  const slots = new RenderSlots({ max: 1, maxPerKey: 1 });
  const order: string[] = [];
  const first = createRender();
  const runs = [slots.run('x', first.run)];
  const renders = new Map<string, () => undefined>();
  for (const name of ['p1', 'p2', 'p3', 'p4', 'e1', 'e2']) {
    const render = () => void order.push(name);
    renders.set(name, render);
    runs.push(slots.run('x', render, name.startsWith('p') ? 'push' : 'event'));
  }
  slots.hurry('x', renders.get('p4') ?? (() => undefined));
  first.end();
  await Promise.all(runs);
  assert.deepEqual(order, ['e1', 'p1', 'e2', 'p2', 'p4', 'p3']);
});
