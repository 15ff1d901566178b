import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HtmlStore } from '../../../src/html/store.js';

const page = (text: string) => `<html><body>${text.repeat(100)}</body></html>`;
/** Room for a few pages of this size. */
const roomFor = (count: number) => count * 700;

suite('HtmlStore', () => {
  test('holds one copy of a page that a thousand keep', () => {
    const store = new HtmlStore(roomFor(10));
    const kept = Array.from({ length: 1000 }, () => store.keep(page('a')));
    assert.equal(new Set(kept).size, 1);
    assert.equal(store.count, 1);
    assert.equal(kept[0]?.html, page('a'));
  });

  test('lets a page go with the last that kept it', () => {
    const store = new HtmlStore(roomFor(10));
    const [first, second] = [store.keep(page('a')), store.keep(page('a'))];
    store.release(first);
    assert.equal(store.read(second), page('a'));
    store.release(second);
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('keeps its limit and forgets what was not read for longest', () => {
    const store = new HtmlStore(roomFor(3));
    const [a, b] = [store.keep(page('a')), store.keep(page('b'))];
    store.read(a);
    const rest = ['c', 'd'].map((text) => store.keep(page(text)));
    assert.ok(store.bytes <= store.maxBytes);
    assert.equal(b.html, undefined);
    assert.deepEqual(
      [a, ...rest].map((stored) => stored.html !== undefined),
      [true, true, true].slice(0, 3),
    );
    assert.equal(store.read(b), undefined);
  });

  test('takes a page again that it had forgotten, and is not confused by the one that still had it', () => {
    const store = new HtmlStore(roomFor(1));
    const old = store.keep(page('a'));
    store.keep(page('b'));
    const again = store.keep(page('a'));
    store.release(old);
    assert.equal(old.html, undefined);
    assert.equal(store.read(again), page('a'));
  });

  test('does not take in a page that is larger than all of it', () => {
    const store = new HtmlStore(1000);
    assert.equal(store.keep(page('abcdefghijkl')).html, undefined);
    assert.equal(store.bytes, 0);
  });

  test('counts two bytes for a character where one is not enough', () => {
    const [narrow, wide] = [new HtmlStore(1e6), new HtmlStore(1e6)];
    narrow.keep(page('a'));
    wide.keep(page('é'));
    assert.ok(wide.bytes > narrow.bytes + 100);
  });

  test('is empty again after 10,000 pages came and went', () => {
    const store = new HtmlStore(roomFor(50));
    for (let i = 0; i < 10_000; i++) store.release(store.keep(page(String(i % 300))));
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('knows the structure hash and the outline of a page', () => {
    const stored = new HtmlStore(1e6).keep(page('a'));
    assert.equal(typeof stored.hash, 'number');
    assert.equal(stored.outline?.sound, true);
  });
});
