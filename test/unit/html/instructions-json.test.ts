import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionsJson } from '../../../src/html/change/instructions-json.js';
import type { Instruction } from '../../../src/protocol.js';

const TEXTS = ['', 'plain é 語', '"', '\\', '\n', '\0', '\x1f', '\x7f', '\u2028', '😀', '\ud83d', 'a\udc00b'];

test('writes instructions as `JSON.stringify` does', () => {
  const instructions: Instruction[] = [
    ['r', [], 3],
    ['r', [0, 12], 3, 4],
    ['m', [1], 5, 0, 7],
    ['s', [1, 2], 'value', '5', 'class', null],
    ...TEXTS.map((text): Instruction => ['t', [1], text]),
    ...TEXTS.map((text): Instruction => ['c', [1], 0, 2, text]),
  ];
  assert.equal(`[${instructionsJson(instructions)}]`, JSON.stringify(instructions));
});

test('writes no instructions as an empty text', () => {
  assert.equal(instructionsJson([]), '');
});
