import assert from 'node:assert/strict';
import test from 'node:test';
import { TextArena } from '../../src/page/text-arena.js';

const anyway = () => true;

/** Returns numbers below a limit, always the same ones. */
function createRandom(): (below: number) => number {
  let seed = 1;
  return (below) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
}
test('returns texts as they were, whatever they contain', () => {
  const arena = new TextArena(128 * 1024);
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
  const arena = new TextArena(128 * 1024);
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
  const arena = new TextArena(128 * 1024);
  const addAndRemove = () => {
    for (const length of [1000, 500_000, 1000]) arena.remove(arena.add('', 'x'.repeat(length)));
    return arena.bytes;
  };
  const bytes = addAndRemove();
  for (let i = 0; i < 10; i++) assert.equal(addAndRemove(), bytes);
});

test('texts longer than a buffer leave the places of later ones alone', () => {
  const arena = new TextArena(128 * 1024);
  arena.remove(arena.add('', 'x'.repeat(500_000)));
  const pairs = Array.from({ length: 400 }, (_, i): [string, string] => [String(i), 'y'.repeat(1000)]);
  const places = pairs.map((pair) => arena.add(...pair));
  assert.deepEqual(
    places.map((place) => arena.read(place, anyway)),
    pairs,
  );
});

test('keeps the places of all others when texts come and go', () => {
  const arena = new TextArena(128 * 1024);
  const kept = new Map<number, [string, string]>();
  const random = createRandom();
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

test('keeps a text of a group once, and as long as a pair has it', () => {
  const arena = new TextArena(128 * 1024);
  const groups = ['x', 'y'].map((letter) => [letter.repeat(10_000), Symbol(letter)] as const);
  const places = Array.from({ length: 2000 }, (_, i) =>
    arena.add(String(i), ...(groups[i % 2] as (typeof groups)[number])),
  );
  assert.ok(arena.bytes < 1_000_000, `${arena.bytes} bytes`);
  const last = places.pop() as number;
  for (const place of places) arena.remove(place);
  assert.deepEqual(arena.read(last, anyway), ['1999', groups[1]?.[0]]);
  arena.remove(last);
  const overwriting = arena.add('', 'z'.repeat(50_000));
  const again = groups.map((pair) => arena.add('again', ...pair));
  assert.deepEqual(
    [...again, overwriting].map((place) => arena.read(place, anyway)?.[1][0]),
    ['x', 'y', 'z'],
  );
});

test('keeps the places of pairs of a group when these come and go', () => {
  const arena = new TextArena(128 * 1024);
  const texts = [10, 1000, 100_000, 200_000].map((length) => String(length).repeat(length / 4));
  const groups = [Symbol('one'), Symbol('other'), undefined];
  const kept: [place: number, first: string, second: string][] = [];
  const random = createRandom();
  for (let i = 0; i < 3000; i++) {
    if (kept.length > 50 || (kept.length > 0 && random(20) < 9)) {
      const [[place, ...expected]] = kept.splice(random(kept.length), 1) as [(typeof kept)[number]];
      assert.deepEqual(arena.read(place, anyway), expected);
      arena.remove(place);
    } else {
      const text = texts[random(texts.length)] as string;
      kept.push([arena.add(String(i), text, groups[random(groups.length)]), String(i), text]);
    }
  }
});
