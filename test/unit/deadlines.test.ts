import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deadlines } from '../../src/limits/deadlines.js';
import { waitFor } from '../support/wait.js';

test('calls back for each entry that outlives its timeout, in order', async () => {
  const deadlines = new Deadlines(40);
  const late: string[] = [];
  const started = performance.now();
  const times: number[] = [];
  const add = (name: string) =>
    deadlines.add(() => {
      late.push(name);
      times.push(performance.now() - started);
    });
  add('first');
  const ended = add('ended');
  // On a busy machine the pause may outlast the timeout.
  assert.equal(deadlines.remove(ended), true);
  assert.equal(deadlines.remove(ended), false);
  await sleep(20);
  const second = add('second');
  await waitFor(() => late.length >= 2);
  assert.deepEqual(late, ['first', 'second']);
  assert.equal(deadlines.remove(second), false);
  const [first = 0, last = 0] = times;
  assert.ok(first >= 39, `after ${first} ms`);
  assert.ok(last >= 59, `after ${last} ms`);
});

test('calls back after a time without entries', async () => {
  const deadlines = new Deadlines(10);
  deadlines.remove(deadlines.add(() => assert.fail('it was removed')));
  await sleep(20);
  await new Promise<void>((resolve) => {
    deadlines.add(resolve);
    // The deadline itself does not keep a process alive.
    const held = setTimeout(() => assert.fail('no callback'), 2000);
    deadlines.add(() => clearTimeout(held));
  });
});
