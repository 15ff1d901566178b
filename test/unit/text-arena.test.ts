import assert from 'node:assert/strict';
import test from 'node:test';
import { RepeatedText, TextArena } from '../../src/page/text-arena.js';

const anyway = () => true;
const addPair = (arena: TextArena, [first, second]: [string, string]) =>
  arena.add(first, new RepeatedText(second));

test('returns texts as they were, whatever they contain', () => {
  const arena = new TextArena();
  const texts = ['', 'plain', 'süß', '€ 漢字 🙂', 'lone \ud800 surrogate', '\0', '<p>\n</p>'.repeat(50_000)];
  const pairs = texts.flatMap((first) => texts.map((second): [string, string] => [first, second]));
  const places = pairs.map((pair) => addPair(arena, pair));
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
  const add = () => addPair(arena, ['head', 'x'.repeat(1000)]);
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
    for (const length of [1000, 500_000, 1000]) arena.remove(addPair(arena, ['', 'x'.repeat(length)]));
    return arena.bytes;
  };
  const bytes = addAndRemove();
  for (let i = 0; i < 10; i++) assert.equal(addAndRemove(), bytes);
});

test('texts longer than a buffer leave the places of later ones alone', () => {
  const arena = new TextArena();
  arena.remove(addPair(arena, ['', 'x'.repeat(500_000)]));
  const pairs = Array.from({ length: 400 }, (_, i): [string, string] => [String(i), 'y'.repeat(1000)]);
  const places = pairs.map((pair) => addPair(arena, pair));
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
      kept.set(addPair(arena, pair), pair);
    }
  }
  for (const [place, pair] of kept) assert.deepEqual(arena.read(place, anyway), pair);
});

test('keeps a repeated text once, and as long as a pair has it', () => {
  const arena = new TextArena();
  const [page, other] = ['x', 'y'].map((letter) => new RepeatedText(letter.repeat(10_000))) as [
    RepeatedText,
    RepeatedText,
  ];
  const places = Array.from({ length: 2000 }, (_, i) => arena.add(String(i), i % 2 === 0 ? page : other));
  assert.ok(arena.bytes < 1_000_000, `${arena.bytes} bytes`);
  const last = places.pop() as number;
  for (const place of places) arena.remove(place);
  assert.deepEqual(arena.read(last, anyway), ['1999', other.text]);
  arena.remove(last);
  const overwriting = addPair(arena, ['', 'z'.repeat(50_000)]);
  const again = [page, other].map((text) => arena.add('again', text));
  assert.deepEqual(
    [...again, overwriting].map((place) => arena.read(place, anyway)?.[1]?.[0]),
    ['x', 'y', 'z'],
  );
});

test('keeps the places of pairs with repeated texts when these come and go', () => {
  const arena = new TextArena();
  const texts = [10, 1000, 100_000, 200_000].map(
    (length) => new RepeatedText(String(length).repeat(length / 4)),
  );
  const kept: [place: number, first: string, second: string][] = [];
  for (let i = 0; i < 3000; i++) {
    const choice = (i * 48_271) % 0x7fffffff;
    if (kept.length > 50 || (kept.length > 0 && choice % 20 < 9)) {
      const [[place, ...expected]] = kept.splice(choice % kept.length, 1) as [(typeof kept)[number]];
      assert.deepEqual(arena.read(place, anyway), expected);
      arena.remove(place);
    } else {
      const text = texts[choice % texts.length] as RepeatedText;
      kept.push([arena.add(String(i), text), String(i), text.text]);
    }
  }
});
