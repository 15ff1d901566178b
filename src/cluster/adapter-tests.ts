import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, AdapterStatus } from './adapter.js';

/** Adapters under test, not opened yet. Two that share one store stand for two processes. */
export interface AdapterPair {
  /** Equal to `first` if the adapter serves one process only. */
  first: Adapter;
  second: Adapter;
  /** Runs after all tests, when both adapters are closed. */
  close?: (() => Promise<void>) | undefined;
}

const TTL = 60_000;
/** Milliseconds within which a store must deliver a message or expire a record that is due. */
const PATIENCE = 5000;

const ignoreStatus: AdapterStatus = { onDown() {}, onUp() {} };

/**
 * The contract of {@link Adapter} as a suite of `node:test`.
 *
 * @param name of the adapter in the suite's title
 * @param create is called once, before the tests
 */
export function testAdapter(name: string, create: () => Promise<AdapterPair>): void {
  suite(`adapter contract: ${name}`, () => {
    let pair: AdapterPair;
    let first: Adapter;
    let second: Adapter;

    before(async () => {
      pair = await create();
      ({ first, second } = pair);
      await first.open(ignoreStatus);
      if (second !== first) await second.open(ignoreStatus);
    });

    after(async () => {
      await first?.close();
      if (second !== first) await second?.close();
      await pair?.close?.();
    });

    test('delivers a message to every subscriber, the publisher included', async () => {
      const received: string[] = [];
      await first.subscribe('all', (message) => received.push(`first ${message}`));
      await first.subscribe('all', (message) => received.push(`again ${message}`));
      await second.subscribe('all', (message) => received.push(`second ${message}`));
      await first.publish('all', 'hello');
      await waitFor(() => received.length === 3);
      assert.deepEqual(received.sort(), ['again hello', 'first hello', 'second hello']);
    });

    test('delivers messages in the order of their publishing', async () => {
      const numbers = Array.from({ length: 1000 }, (_, i) => String(i));
      const received: string[] = [];
      await second.subscribe('order', (message) => received.push(message));
      await Promise.all(numbers.map((number) => first.publish('order', number)));
      await waitFor(() => received.length === numbers.length);
      assert.deepEqual(received, numbers);
    });

    test('delivers nothing of other channels or after unsubscribe', async () => {
      const received: string[] = [];
      const listener = (message: string) => received.push(message);
      await second.subscribe('one', listener);
      await first.publish('ones', 'other channel');
      await first.publish('one', 'heard');
      await waitFor(() => received.length === 1);
      await second.unsubscribe('one', listener);
      await second.unsubscribe('one', listener);
      await second.subscribe('marker', listener);
      await first.publish('one', 'late');
      await first.publish('marker', 'end');
      await waitFor(() => received.includes('end'));
      assert.deepEqual(received, ['heard', 'end']);
    });

    test('takes any text as channel, key and value', async () => {
      for (const name of ['__proto__', 'a b:c{d}*', 'ü中\u0000\n', 'x'.repeat(512)]) {
        await first.set(name, name, TTL);
        assert.equal(await second.get(name), name);
        const received: string[] = [];
        await second.subscribe(name, (message) => received.push(message));
        await first.publish(name, name);
        await waitFor(() => received.length === 1);
        assert.deepEqual(received, [name]);
      }
      const long = '中'.repeat(300_000);
      await first.set('long', long, TTL);
      assert.equal(await second.get('long'), long);
    });

    test('reads null for a record that was never written', async () => {
      assert.equal(await first.get('missing'), null);
      assert.equal(await first.take('missing'), null);
    });

    test('gives a taken record to one caller only', async () => {
      for (let round = 0; round < 20; round++) {
        await first.set('ticket', String(round), TTL);
        const taken = await Promise.all(
          Array.from({ length: 10 }, (_, i) => (i % 2 ? first : second).take('ticket')),
        );
        assert.deepEqual(
          taken.filter((value) => value !== null),
          [String(round)],
        );
      }
    });

    test('claims a record for one of several callers', async () => {
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? first : second).claim('holder', null, String(i), TTL)),
      );
      const winner = claims.indexOf(null);
      assert.equal(claims.filter((holder) => holder === null).length, 1);
      assert.ok(claims.every((holder) => holder === null || holder === String(winner)));
      assert.equal(await second.claim('holder', 'someone else', 'x', TTL), String(winner));
      assert.equal(await second.claim('holder', String(winner), 'x', TTL), null);
      assert.equal(await first.get('holder'), 'x');
      assert.equal(await first.claim('nothing', 'x', 'y', TTL), '');
    });

    test('keeps the latest entries of a log in their order', async () => {
      assert.deepEqual(await second.readLog('log', 10), []);
      for (let i = 1; i <= 5; i++) await (i % 2 ? first : second).append('log', `${i} ü中\u0000`, 3, TTL);
      const kept = ['3 ü中\u0000', '4 ü中\u0000', '5 ü中\u0000'];
      assert.deepEqual(await first.readLog('log', 10), kept);
      assert.deepEqual(await second.readLog('log', 2), kept.slice(1));
      await first.append('short log', 'x', 3, 300);
      await waitFor(async () => (await second.readLog('short log', 1)).length === 0);
    });

    test('publishes the entries of a log in its order', async () => {
      const received: [string[], string[]] = [[], []];
      await first.subscribe('shared log', (entry) => received[0].push(entry));
      await second.subscribe('shared log', (entry) => received[1].push(entry));
      const appended = Array.from({ length: 500 }, (_, i) =>
        (i % 2 ? first : second).append('shared log', String(i), 1000, TTL),
      );
      assert.ok((await Promise.all(appended)).every((isKept) => isKept === true));
      await waitFor(() => received.every(({ length }) => length === appended.length));
      const log = await first.readLog('shared log', 1000);
      assert.deepEqual(received, [log, log]);
    });

    test('expires a record after its lifetime, later if renewed', async () => {
      await first.set('short', 'x', 300);
      await first.set('renewed', 'x', 300);
      await first.renew(['renewed', 'missing'], TTL);
      await waitFor(async () => (await second.get('short')) === null);
      assert.equal(await second.get('renewed'), 'x');
      assert.equal(await second.claim('short', null, 'y', TTL), null);
    });
  });
}

async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE} ms for: ${condition}`);
    await sleep(5);
  }
}
