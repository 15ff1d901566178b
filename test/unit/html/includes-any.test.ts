import assert from 'node:assert/strict';
import { test } from 'node:test';
import { includesAny } from '../../../src/html/change/includes-any.js';
import { Random } from '../../fuzz/random.js';

test('a text is found among others, however many they are', () => {
  const random = new Random(3);
  const word = (length: number) =>
    Array.from({ length }, () => random.pick('abcdefghijkl'.split(''))).join('');
  let found = 0;
  for (let run = 0; run < 3000; run++) {
    const page = word(400);
    const [from, to] = [random.below(100), 300 + random.below(100)];
    const texts = new Set(Array.from({ length: 1 + random.below(20) }, () => word(6 + random.below(20))));
    if (random.chance(0.3)) texts.add(page.slice(150, 156 + random.below(140)));
    const part = page.slice(from, to);
    const isIn = [...texts].some((text) => part.includes(text));
    if (isIn) found++;
    assert.equal(includesAny(page, from, to, texts), isIn, `${part}: ${[...texts]}`);
  }
  assert.ok(found > 500 && found < 2500, `${found} found`);
});

test('a long text that only begins like a part of the page is not found', () => {
  const long = 'x'.repeat(300);
  assert.equal(includesAny(`a${long}b`, 0, 302, new Set([`${long}b`])), true);
  assert.equal(includesAny(`a${long}b`, 0, 302, new Set([`${long}c`])), false);
});
