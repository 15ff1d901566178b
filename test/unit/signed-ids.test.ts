import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SignedIds } from '../../src/signed/signed-ids.js';

const DAY = 86_400_000;

function createIds(t: TestContext, lifetime = DAY) {
  t.mock.timers.enable({ apis: ['Date'], now: 1000 });
  const sign = t.mock.fn((id: string, issued: number) => `${id}.${issued}`);
  return { ids: new SignedIds(sign, lifetime), signed: () => sign.mock.callCount() };
}

test('signs one id for each load of a quiet site', (t) => {
  const { ids, signed } = createIds(t);
  for (let load = 1; load <= 5; load++) {
    ids.take();
    assert.equal(signed(), load);
    t.mock.timers.tick(1000);
  }
});

test('signs up to 64 ids at once on a busy site, and each is issued once', (t) => {
  const { ids, signed } = createIds(t);
  const issued = new Set<string>();
  const counts = new Set<number>();
  for (let load = 0; load < 500; load++) {
    const before = signed();
    const { id, token } = ids.take();
    assert.equal(token, `${id}.1000`);
    issued.add(id);
    counts.add(signed() - before);
  }
  assert.equal(issued.size, 500);
  assert.deepEqual([...counts], [1, 2, 0, 4, 8, 16, 32, 64]);
});

test('issues no token that was signed more than a second ago', (t) => {
  const { ids, signed } = createIds(t);
  for (let load = 0; load < 4; load++) ids.take();
  assert.equal(signed(), 7);
  t.mock.timers.tick(999);
  assert.match(ids.take().token, /\.1000$/);
  t.mock.timers.tick(1);
  assert.match(ids.take().token, /\.2000$/);
  assert.equal(signed(), 8);
});

test('issues no token that has lost a hundredth of its lifetime', (t) => {
  const { ids } = createIds(t, 500);
  for (let load = 0; load < 4; load++) ids.take();
  t.mock.timers.tick(4);
  assert.match(ids.take().token, /\.1000$/);
  t.mock.timers.tick(1);
  assert.match(ids.take().token, /\.1005$/);
});
