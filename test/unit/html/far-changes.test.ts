import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRegion } from '../../../src/html/diff/changed-region.js';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { SKIPPED, type Tree } from '../../../src/html/parse/tree.js';
import { assertDiff, assertDiffs } from '../../fuzz/check.js';
import { Random } from '../../fuzz/random.js';

const row = (id: number, text = `row ${id}`) =>
  `<tr id="r${id}"><td>${text}</td><td>${'.'.repeat(40)}</td></tr>`;
const rows = Array.from({ length: 600 }, (_, id) => row(id));
const table = (list: string[], head = '', foot = '') =>
  `<!DOCTYPE html><html><head></head><body>${head}<table><tbody>${list.join('')}</tbody></table>${foot}</body></html>`;
const swapped = rows.with(10, rows[590] as string).with(590, rows[10] as string);

/** The number of nodes that were read for a comparison, or undefined if the pages are not compared by region. */
function countRead(before: string, after: string): number | undefined {
  const count = (tree: Tree) =>
    Array.from({ length: tree.size }, (_, node) => tree.kind(node)).filter((kind) => kind !== SKIPPED).length;
  const region = findRegion(before, after, Checkpoints.of(before));
  return region && count(region.before) + count(region.after);
}

suite('changes far from each other', () => {
  test('are compared without the rows between them', () => {
    const cases: [string, string][] = [
      [table(rows), table(swapped)],
      [table(rows), table(rows.with(10, row(10, 'a')).with(590, row(590, 'b')))],
      [table(rows), table([...rows.slice(0, 10), ...rows.slice(11), row(1000)])],
      [table(rows, '<p>600</p>'), table([...rows, row(1000)], '<p>601</p>')],
      [table(rows, '', '<p>600</p>'), table([row(1000), ...rows], '', '<p>601</p>')],
      [
        table(rows, '<main class="a">', '</main>'),
        table(rows.with(590, row(590, 'b')), '<main class="b">', '</main>'),
      ],
    ];
    for (const [before, after] of cases) {
      const read = countRead(before, after);
      assert.ok(read && read < 1200, `${read} nodes of two pages of 3,000`);
      assertDiff(before, after);
    }
    assert.deepEqual(assertDiff(...(cases[0] as [string, string])).instructions, [
      ['m', [1, 0, 0], 590, 10, 11, 590],
    ]);
  });

  test('keep the checkpoints between them', () => {
    const next = swapped.with(300, row(300, 'changed'));
    const diffs = assertDiffs([table(rows), table(swapped), table(next), table(rows)]);
    const place = table(swapped).indexOf('id="r300"');
    const { at = 0 } = diffs[0]?.checkpoints?.resume('', place) ?? {};
    assert.ok(place - at < 10_000, `the parser resumes ${place - at} characters before the next change`);
  });

  test('pair with rows between them that are alike', () => {
    // Each page has one of the changed rows between them too.
    const withTwin = (twin: string, list: string[]) => table(list.with(300, twin));
    for (const twin of [rows[10] as string, row(10, 'other'), rows[590] as string])
      assertDiff(withTwin(twin, rows), withTwin(twin, swapped));
    const plain = rows.map((_, n) => `<tr><td>${n % 7 === 0 ? 'x' : '.'.repeat(60)}</td></tr>`);
    assertDiff(table(plain), table([plain[0] as string, ...plain.slice(0, -2)]));
    assertDiff(table(plain), table(plain.with(1, plain[0] as string).with(-1, 'y')));
  });

  test('lead from page to page, whatever the pages are', () => {
    const random = new Random(11);
    const odd = [
      '<li>open',
      '<!-- c -->',
      '<li><form><i>f</i></form>',
      '<li><pre>\nx</pre>',
      'text',
      '<li noupdate>k</li>',
    ];
    const named = ['<li id="7">a</li>', '<li><input name="n"></li>', '<li><ul><li>b</ul>', '<li>same</li>'];
    for (let run = 0; run < 40; run++) {
      const item = () =>
        random.chance(0.03) ? random.pick([...odd, ...named]) : `<li>${random.below(900)} and more text</li>`;
      const list = Array.from({ length: 900 }, item);
      const write = (items: string[], end: number) => {
        const html = `<body><main><h1>${items.length}</h1><ul>${items.join('')}</ul><p>end</p></main></body>`;
        return html.slice(0, html.length - end);
      };
      const end = random.chance(0.3) ? random.below(60) : 0;
      const after = list.slice();
      for (let change = 2 + random.below(3); change > 0; change--) {
        const [from, to] = [random.below(900), random.below(900)];
        if (random.chance(0.5)) after.splice(to, 0, ...after.splice(from, 1));
        else after.splice(from, random.below(2), item());
      }
      assertDiff(write(list, end), write(after, random.chance(0.9) ? end : random.below(60)));
    }
  });
});
