import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HtmlStore } from '../../../src/html/store/html-store.js';

const page = (text: string) => `<html><body>${text.repeat(100)}</body></html>`;
/** Room for a few pages of this size. */
const roomFor = (count: number) => count * 800;

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

  test('tells pages of one length and checksum apart', () => {
    const store = new HtmlStore(1e6);
    // Words with the same CRC-32.
    const [first, second] = [store.keep('plumless'), store.keep('buckeroo')];
    assert.deepEqual([first.html, second.html], ['plumless', 'buckeroo']);
    assert.equal(store.keep('plumless'), first);
    for (const stored of [first, first, second]) store.release(stored);
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('finds the step from one page to another once for all pages that take it', () => {
    const store = new HtmlStore(1e6);
    const before = store.keep(page('a'));
    const { now, patch } = store.step(before, page('b'));
    assert.equal(patch, JSON.stringify(['t', [1, 0], 'b'.repeat(100)]));
    assert.equal(now.patchFrom(before), patch, 'known by now');
    assert.deepEqual(store.step(before, page('b')), { now, patch });
    const other = store.keep(page('b').replace('</body>', '<br></body>'));
    assert.equal(now.patchFrom(other), undefined);
    assert.equal(store.step(other, page('b')).patch, '["r",[1],1]');
    assert.equal(store.step(now, page('b')).patch, '');
  });

  test('keeps no step that is long beside its page, and none of a page that it has forgotten', () => {
    const store = new HtmlStore(1e6);
    const html = (text: string) => `<p>${text.repeat(300)}</p><p>${'x'.repeat(300)}</p>`;
    const before = store.keep(html('a'));
    const { now, patch } = store.step(before, html('b'));
    assert.ok(patch);
    assert.equal(now.patchFrom(before), undefined);
    const { now: short } = store.step(now, `<i></i>${html('b')}`);
    assert.ok(short.patchFrom(now));
    store.release(short);
    assert.equal(short.patchFrom(now), undefined);
  });

  test('sends a page whole whose last HTML it has forgotten', () => {
    const store = new HtmlStore(roomFor(1));
    const before = store.keep(page('a'));
    store.keep(page('b'));
    assert.equal(store.step(before, page('c')).patch, null);
    assert.equal(store.step(undefined, page('c')).patch, null);
  });

  test('keeps noupdate elements as they were in what a step leads to', () => {
    const store = new HtmlStore(1e6);
    const html = (kept: string, text: string) => `<p noupdate>${kept}</p><p>${text.repeat(100)}</p>`;
    const before = store.keep(html('1', 'a'));
    for (let count = 0; count < 2; count++) {
      const { now, patch } = store.step(before, html('2', 'b'));
      assert.equal(now.html, html('1', 'b'));
      assert.equal(patch?.startsWith('["t",[1,1,0]'), true);
    }
    assert.equal(store.count, 2);
  });

  test('knows the structure hash and the outline of a page', () => {
    const stored = new HtmlStore(1e6).keep(page('a'));
    assert.equal(typeof stored.hash, 'number');
    assert.equal(stored.outline?.sound, true);
  });
});
