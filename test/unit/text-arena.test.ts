import assert from 'node:assert/strict';
import test from 'node:test';
import { TextArena } from '../../src/page/text-arena.js';

const anyway = () => true;

test('returns texts as they were, whatever they contain', () => {
  const arena = new TextArena();
  const texts = ['', 'plain', 'süß', '€ 漢字 🙂', 'lone \ud800 surrogate', '\0', '<p>\n</p>'.repeat(50_000)];
  const pairs = texts.flatMap((first) => texts.map((second): [string, string] => [first, second]));
  const places = pairs.map((pair) => arena.add(...pair));
  assert.equal(new Set(places).size, pairs.length);
  for (const [index, pair] of pairs.entries())
    assert.deepEqual(arena.read(places[index] as number, anyway), pair);
  assert.equal(
    arena.read(places[0] as number, () => false),
    undefined,
  );
});

test('uses the memory of removed texts again', () => {
  const arena = new TextArena();
  const add = () => arena.add('head', 'x'.repeat(1000));
  arena.remove(add());
  const { bytes: least } = arena;
  for (let i = 0; i < 10_000; i++) arena.remove(add());
  assert.equal(arena.bytes, least);
  const places = Array.from({ length: 2000 }, add);
  const { bytes } = arena;
  assert.ok(bytes >= 4_000_000 && bytes < 5_000_000, `${bytes} bytes`);
  for (const place of places) arena.remove(place);
  assert.equal(arena.bytes, least);
  for (let i = 0; i < 2000; i++) add();
  assert.equal(arena.bytes, bytes);
});

test('frees the memory of long texts among short ones', () => {
  const arena = new TextArena();
  const addAndRemove = () => {
    for (const length of [1000, 500_000, 1000]) arena.remove(arena.add('', 'x'.repeat(length)));
    return arena.bytes;
  };
  const bytes = addAndRemove();
  for (let i = 0; i < 10; i++) assert.equal(addAndRemove(), bytes);
});

test('texts longer than a buffer leave the places of later ones alone', () => {
  const arena = new TextArena();
  arena.remove(arena.add('', 'x'.repeat(500_000)));
  const pairs = Array.from({ length: 400 }, (_, i): [string, string] => [String(i), 'y'.repeat(1000)]);
  const places = pairs.map((pair) => arena.add(...pair));
  assert.deepEqual(
    places.map((place) => arena.read(place, anyway)),
    pairs,
  );
});

test('keeps the places of all others when texts come and go', () => {
  const arena = new TextArena();
  const kept = new Map<number, [string, string]>();
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  for (let i = 0; i < 20_000; i++) {
    const [place] = kept.keys();
    if (place !== undefined && random(20) < 9) {
      const [, other = place] = [...kept.keys()].slice(0, 2);
      assert.deepEqual(arena.read(other, anyway), kept.get(other));
      arena.remove(other);
      kept.delete(other);
    } else {
      const length = random(100) === 0 ? 150_000 + random(200_000) : random(3000);
      const pair: [string, string] = [String(i), String.fromCharCode(65 + (i % 300)).repeat(length)];
      kept.set(arena.add(...pair), pair);
    }
  }
  for (const [place, pair] of kept) assert.deepEqual(arena.read(place, anyway), pair);
});
