import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRegion } from '../../../src/html/diff/changed-region.js';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { scan } from '../../../src/html/parse/scan.js';
import type { Tree } from '../../../src/html/parse/tree.js';
import { assertDiff } from '../../fuzz/check.js';
import { Random } from '../../fuzz/random.js';

/** Markup whose nodes depend on what is around it, before it or behind it. */
const ODD_PARTS = [
  '<p>open',
  '<form><input name="n"></form>',
  '<form><p>3</p>',
  '<template><tr><td>6</td></tr></template>',
  '<x-b><b>7</b></x-a></x-b>',
  '<select><option>12<option selected>13</select>',
  '</x-a>',
  '<a href="#">18</a>',
];
const PARTS = [
  '<p id="a">1</p>',
  '<p>2</p>',
  '<ul><li>1<li>2</li></ul>',
  '<table><tr id="r"><td>4</td></tr><tbody><tr><td>5</td></tr></tbody></table>',
  '<x-a><b>7</b></x-a>',
  '<x-b><b>7</b></x-b>',
  '<svg><g><a><text>8</text></a></g></svg>',
  '<pre>\n10</pre>',
  '<textarea name="t">11</textarea>',
  '<button><p>14</p></button>',
  '<noscript><p>15</p></noscript>',
  '<div><h2>16</h2><img><a href="#">17</a></div>',
  '<b>19<i>20</i></b>',
  'text &amp; text',
  '<!-- 21 -->',
  '<br>',
];
const AROUND = [
  ['<div>', '</div>'],
  ['<x-a>', '</x-a>'],
  ['<x-b>', '</x-b>'],
  ['<a href="#">', '</a>'],
  ['<button>', '</button>'],
  ['<svg><foreignObject>', '</foreignObject></svg>'],
  ['<math><mi>', '</mi></math>'],
  ['<svg><g>', '</g></svg>'],
  ['<template>', '</template>'],
  ['<table><tbody><tr><td>', '</td></tr></tbody></table>'],
] as const;

const page = (content: string) => `<!DOCTYPE html><html><head></head><body>${content}</body></html>`;

/** All fields of the nodes from `first` on. The number of the next node is relative. */
function nodesOf(tree: Tree, first: number, count: number): number[][] {
  return Array.from({ length: count }, (_, index) => {
    const node = first + index;
    const next = tree.next(node) - first;
    return [
      tree.bits(node),
      tree.start(node),
      tree.open(node),
      tree.close(node),
      tree.end(node),
      next,
      tree.idAt(node),
      tree.nameAt(node),
    ];
  });
}

const pick = (random: Random): string => random.pick(random.chance(0.05) ? ODD_PARTS : PARTS);

/** Parts, some of them within an element. */
interface Unit {
  around: readonly [start: string, end: string];
  parts: string[];
}

const createUnit = (random: Random): Unit => ({
  around: random.chance(0.3) ? ['', ''] : random.pick(AROUND),
  parts: Array.from({ length: 1 + random.below(4) }, () => pick(random)),
});

/** Changes a few parts: one is replaced, left out or repeated. Another element may be around them. */
function change(random: Random, { around, parts }: Unit): Unit {
  return {
    around: random.chance(0.1) ? random.pick(AROUND) : around,
    parts: parts.flatMap((part) => {
      if (random.chance(0.8)) return part;
      return random.pick([[pick(random)], [], [part, part]]);
    }),
  };
}

const write = (units: Unit[]): string =>
  page(units.map(({ around: [start, end], parts }) => start + parts.join('') + end).join(''));

/** Compares the nodes after a difference with those of the whole page. Returns their number. */
function compareNodes(before: string, after: string): number {
  assertDiff(before, after);
  const checkpoints = Checkpoints.of(before);
  const region = checkpoints.predictable ? findRegion(before, after, checkpoints) : undefined;
  if (!region) return 0;
  const { after: tree, openElements } = region;
  const { depth } = openElements;
  const whole = scan(after);
  const isFirst = (node: number) =>
    whole.start(node) === tree.start(depth) && whole.bits(node) === tree.bits(depth);
  let first = 0;
  while (first < whole.size && !isFirst(first)) first++;
  const count = tree.size - depth;
  assert.deepEqual(nodesOf(tree, depth, count), nodesOf(whole, first, count), after);
  return count;
}

test('repeated elements become the nodes that the parser makes of them', () => {
  let compared = 0;
  for (let seed = 0; seed < 1500; seed++) {
    const random = new Random(seed);
    const units = Array.from({ length: 2 + random.below(4) }, () => createUnit(random));
    compared += compareNodes(write(units), write(units.map((unit) => change(random, unit))));
  }
  assert.ok(compared > 5000, `${compared} nodes`);
});

test('an element is not repeated among other elements or before other content', () => {
  const compare = (before: string, after: string) =>
    compareNodes(page(`<p>1</p>${before}<p>1</p>`), page(`<p>2</p>${after}<p>2</p>`));
  assert.ok(compare('<ul><li>a</ul>', '<ul><li>a<b>c</b></ul>') > 0);
  assert.ok(compare('<p><b>a</b></p>', '<p><i>c</i><b>a</b></p>') > 0);
  assert.ok(
    compare('<svg><g><text>a</text></g></svg>', '<svg><foreignObject><text>a</text></foreignObject></svg>') >
      0,
  );
  const row = '<tr><td>a</td></tr>';
  assert.equal(compare(`<template>${row}</template>`, `<template><p>b</p>${row}</template>`), 0, 'uncertain');
});
