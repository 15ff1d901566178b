import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HtmlStore } from '../../../src/html/store/html-store.js';

const page = (text: string) => `<html><body>${text.repeat(100)}</body></html>`;
/** Room for a few pages of this size. */
const roomFor = (count: number) => count * 800;

suite('HtmlStore', () => {
  test('holds one copy of a page with a thousand references', () => {
    const store = new HtmlStore(roomFor(10));
    const kept = Array.from({ length: 1000 }, () => store.retain(page('a')));
    assert.equal(new Set(kept).size, 1);
    assert.equal(store.count, 1);
    assert.equal(kept[0]?.html, page('a'));
  });

  test('deletes a page with its last reference', () => {
    const store = new HtmlStore(roomFor(10));
    const [first, second] = [store.retain(page('a')), store.retain(page('a'))];
    store.release(first);
    assert.equal(second.html, page('a'));
    store.release(second);
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('keeps its limit and evicts the page retained longest ago', () => {
    const store = new HtmlStore(roomFor(3));
    const [a, b] = [store.retain(page('a')), store.retain(page('b'))];
    store.release(store.retain(page('a')));
    const rest = ['c', 'd'].map((text) => store.retain(page(text)));
    assert.ok(store.bytes <= store.maxBytes);
    assert.equal(b.html, undefined);
    assert.deepEqual(
      [a, ...rest].map((stored) => stored.html !== undefined),
      [true, true, true].slice(0, 3),
    );
  });

  test('stores an evicted page again, apart from its evicted entry', () => {
    const store = new HtmlStore(roomFor(1));
    const old = store.retain(page('a'));
    store.retain(page('b'));
    const again = store.retain(page('a'));
    store.release(old);
    assert.equal(old.html, undefined);
    assert.equal(again.html, page('a'));
  });

  test('does not store a page larger than its limit', () => {
    const store = new HtmlStore(1000);
    assert.equal(store.retain(page('abcdefghijkl')).html, undefined);
    assert.equal(store.bytes, 0);
  });

  test('counts two bytes per character where one is not enough', () => {
    const [narrow, wide] = [new HtmlStore(1e6), new HtmlStore(1e6)];
    narrow.retain(page('a'));
    wide.retain(page('é'));
    assert.ok(wide.bytes > narrow.bytes + 100);
  });

  test('is empty after 10,000 pages were stored and released', () => {
    const store = new HtmlStore(roomFor(50));
    for (let i = 0; i < 10_000; i++) store.release(store.retain(page(String(i % 300))));
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('distinguishes pages of equal length and checksum', () => {
    const store = new HtmlStore(1e6);
    // Words with the same CRC-32.
    const [first, second] = [store.retain('plumless'), store.retain('buckeroo')];
    assert.deepEqual([first.html, second.html], ['plumless', 'buckeroo']);
    assert.equal(store.retain('plumless'), first);
    assert.equal(store.retain('buckeroo'), second, 'both are shared');
    for (const stored of [first, first, second, second]) store.release(stored);
    assert.deepEqual([store.count, store.bytes], [0, 0]);
  });

  test('caches a transition for all pages that make it', () => {
    const store = new HtmlStore(1e6);
    const before = store.retain(page('a'));
    const { after, patch } = store.transition(before, page('b'));
    assert.equal(patch, JSON.stringify(['t', [1, 0], 'b'.repeat(100)]));
    assert.equal(after.patchFrom(before), patch, 'known by now');
    assert.deepEqual(store.transition(before, page('b')), { after, patch });
    const other = store.retain(page('b').replace('</body>', '<br></body>'));
    assert.equal(after.patchFrom(other), undefined);
    assert.equal(store.transition(other, page('b')).patch, '["r",[1],1]');
    assert.equal(store.transition(after, page('b')).patch, '');
  });

  test('caches no long patch and no patch of an evicted page', () => {
    const store = new HtmlStore(1e6);
    const html = (text: string) => `<p>${text.repeat(300)}</p><p>${'x'.repeat(300)}</p>`;
    const before = store.retain(html('a'));
    const { after, patch } = store.transition(before, html('b'));
    assert.ok(patch);
    assert.equal(after.patchFrom(before), undefined);
    const { after: short } = store.transition(after, `<i></i>${html('b')}`);
    assert.ok(short.patchFrom(after));
    store.release(short);
    assert.equal(short.patchFrom(after), undefined);
  });

  test('sends a page whole whose last HTML was evicted', () => {
    const store = new HtmlStore(roomFor(1));
    const before = store.retain(page('a'));
    store.retain(page('b'));
    assert.equal(store.transition(before, page('c')).patch, null);
    assert.equal(store.transition(undefined, page('c')).patch, null);
  });

  test('keeps noupdate elements as they were in the result', () => {
    const store = new HtmlStore(1e6);
    const html = (kept: string, text: string) => `<p noupdate>${kept}</p><p>${text.repeat(100)}</p>`;
    const before = store.retain(html('1', 'a'));
    for (let count = 0; count < 2; count++) {
      const { after, patch } = store.transition(before, html('2', 'b'));
      assert.equal(after.html, html('1', 'b'));
      assert.equal(patch?.startsWith('["t",[1,1,0]'), true);
    }
    assert.equal(store.count, 2);
  });

  test('knows the structure hash and the checkpoints of a page', () => {
    const stored = new HtmlStore(1e6).retain(page('a'));
    assert.equal(typeof stored.hash, 'number');
    assert.equal(stored.checkpoints?.predictable, true);
  });
});
