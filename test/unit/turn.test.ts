import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { corkForTurn } from '../../src/connection/transports/cork.js';
import { LoopTurn } from '../../src/limits/loop-turn.js';
import { SerialQueue } from '../../src/limits/serial-queue.js';
import { afterInput, afterTurn, atTurnEnd, flushTurn, runTurn } from '../../src/limits/turn-end.js';

/** A stream that tells what it was given in one piece. */
function createStream(): { stream: Writable; pieces: string[] } {
  const pieces: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    writev(chunks, done) {
      pieces.push(chunks.map(({ chunk }) => chunk).join(' '));
      done();
    },
  });
  return { stream, pieces };
}

test('writes of one turn leave in one piece at its end', async () => {
  const { stream, pieces } = createStream();
  for (const text of ['a', 'b']) {
    corkForTurn(stream);
    stream.write(text);
    await null;
  }
  assert.deepEqual(pieces, []);
  await setImmediate();
  assert.deepEqual(pieces, ['a b']);
  corkForTurn(stream);
  stream.write('c');
  await setImmediate();
  assert.deepEqual(pieces, ['a b', 'c']);
});

test('a stream that ends or fails within the turn holds up no other', async () => {
  const [ended, failed, last] = [createStream(), createStream(), createStream()];
  for (const { stream } of [ended, failed, last]) {
    corkForTurn(stream);
    stream.write('a');
  }
  ended.stream.end('b');
  failed.stream.on('error', () => {}).destroy(new Error('gone'));
  await setImmediate();
  assert.deepEqual([ended.pieces, failed.pieces, last.pieces], [['a b'], [], ['a']]);
});

test('a step that throws holds up no other, and no step runs twice', () => {
  const steps: string[] = [];
  atTurnEnd(() => {
    steps.push('broken');
    throw new Error('broken');
  });
  atTurnEnd(() => steps.push('good'));
  assert.throws(flushTurn, /broken/);
  flushTurn();
  assert.deepEqual(steps, ['broken', 'good']);
});

test('steps of one turn run by kind, and those that wait run at a flush', async () => {
  const steps: string[] = [];
  for (const page of ['a', 'b'])
    afterInput(() => {
      steps.push(`render ${page}`);
      atTurnEnd(() => steps.push(`send ${page}`));
    });
  atTurnEnd(() => steps.push('flushed'));
  flushTurn();
  assert.deepEqual(steps.splice(0), ['flushed']);
  await setImmediate();
  assert.deepEqual(steps, ['render a', 'render b', 'send a', 'send b']);
});

test('steps that an async step adds without waiting run in the same turn', async () => {
  const steps: string[] = [];
  afterTurn(() => steps.push('over'));
  afterInput(() => void Promise.resolve().then(() => atTurnEnd(() => steps.push('send'))));
  await setImmediate();
  assert.deepEqual(steps, ['send', 'over']);
});

test('a task that starts after all input keeps the async context of its caller', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  for (const visitor of ['a', 'b', undefined])
    storage.run(visitor as string, () =>
      new SerialQueue().addAfterInput(() => {
        seen.push(storage.getStore());
        storage.enterWith('left behind');
      }),
    );
  await setImmediate();
  assert.deepEqual(seen, ['a', 'b', undefined]);
});

test('input is answered before more of a long work', async () => {
  const steps: string[] = [];
  const next = new LoopTurn(runTurn).next().then(() => steps.push('work'));
  afterInput(() => {
    steps.push('render');
    atTurnEnd(() => steps.push('send'));
  });
  await next;
  assert.deepEqual(steps, ['render', 'send', 'work']);
});

test('a long list is divided among turns, in its order', async () => {
  let turn = 0;
  const turns: number[] = [];
  const immediate = () => setImmediate().then(() => void turn++);
  const each = new LoopTurn(() => {}).each(Array(100).keys(), (item) => {
    assert.equal(item, turns.length);
    for (const began = performance.now(); performance.now() - began < 0.5; );
    turns.push(turn);
  });
  assert.ok(turns.length > 0 && turns.length < 100, 'begins in the tick of its caller');
  while (turns.length < 100) await immediate();
  await each;
  assert.ok(turn > 1);
});
