import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findRegion } from '../../../src/html/diff/changed-region.js';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import type { Instruction } from '../../../src/protocol.js';
import { assertDiff } from '../../fuzz/check.js';
import { Random } from '../../fuzz/random.js';

const page = (content: string) => `<!DOCTYPE html><html><head></head><body>${content}</body></html>`;

/** Compares two pages, which must give the result of comparing them as trees. Returns whether they were read in step. */
function isInStep(before: string, after: string): boolean {
  const pages = [page(before), page(after)] as const;
  assertDiff(...pages);
  return findRegion(...pages, Checkpoints.of(pages[0]))?.instructions !== undefined;
}

/** The instructions of two contents that are read in step. */
function inStep(before: string, after: string): Instruction[] | null {
  assert.ok(isInStep(before, after), `${before} to ${after}`);
  return assertDiff(page(before), page(after)).instructions;
}

suite('pages of the same elements', () => {
  test('change texts and attributes in place', () => {
    assert.deepEqual(inStep('<p class="a">1</p><p>2</p><p>3</p>', '<p class="b">4</p><p>2</p><p>56</p>'), [
      ['s', [1, 0], 'class', 'b'],
      ['t', [1, 0, 0], '4'],
      ['t', [1, 2, 0], '56'],
    ]);
    assert.deepEqual(inStep('<hr>1<b>2</b>3<br>4', '<hr>12<b>2</b>3<br>45'), [
      ['t', [1, 1], '12'],
      ['t', [1, 5], '45'],
    ]);
    inStep('<ul><li>1<li>2<li>3</ul>', '<ul><li>7<li>2<li>9</ul>');
    inStep('<div>&lt;</div><p>1</p>', '<div>&#60;</div><p>2</p>');
    inStep('<svg><path d="1"/><path d="2"/></svg>', '<svg><path d="3"/><path d="4"/></svg>');
    inStep(
      '<button value="1">a</button> <button value="2">b</button>',
      '<button value="3">a</button> <button value="4">b</button>',
    );
    inStep('<i>a</i>b<!-- c -->d<i>e</i>', '<i>1</i>2<!-- c -->3<i>4</i>');
  });

  test('end in a text where the page before goes on', () => {
    const start = '<!DOCTYPE html><html><head></head><body><p>1</p>';
    const ends = ['', 'a', 'ab', 'a<b>c</b>', 'a<b>c</b>d', 'ab<b>', 'b<i>c</i>', '<b>c</b>'];
    for (const end of ends) for (const other of ends) assertDiff(start + end, start + other);
  });

  test('pair rows of equal ids, whatever they contain', () => {
    const row = (id: number, text: string) => `<p id="${id}"><input name="n${id}">${text}</p>`;
    const rows = (texts: string[]) => texts.map((text, id) => row(id, text)).join('');
    inStep(rows(['a', 'b', 'c', 'd']), rows(['b', 'b', 'a', 'x']));
  });

  test('are compared as trees where other rows may be partners', () => {
    const rows = (...texts: string[]) => texts.map((text) => `<p>${text}</p>`).join('');
    assert.equal(isInStep(rows('a', 'b', 'c'), rows('b', 'a', 'c')), false, 'swapped');
    assert.equal(isInStep(rows('a', 'b', 'c'), rows('b', 'b', 'd')), false, 'like one that stays');
    assert.equal(isInStep(rows('a', 'b', 'c'), rows('d', 'b', 'b')), false, 'like one that stays, below');
    assert.equal(isInStep('<p id="a">1</p><p id="b">2</p>', '<p id="b">1</p><p id="a">2</p>'), false, 'ids');
    assert.equal(isInStep('<a name="a">1</a><a>2</a>', '<a>1</a><a name="a">2</a>'), false, 'names');
    assert.equal(isInStep(rows('<input>a', '<input>b'), rows('<input>b', '<input>c')), false, 'fields');
    const box = (value: number) => `<input type="checkbox" value="${value}"><br>`;
    assert.equal(isInStep(box(1) + box(2), box(2) + box(1)), false, 'values');
    const types = (first: string) => `<input type="${first}"><br><input>`;
    assert.equal(isInStep(types('text'), types('date')), false, 'types');
  });

  test('are compared as trees where a tag or a text means more', () => {
    const differs = (before: string, after: string) => assert.equal(isInStep(before, after), false, after);
    differs('<p>1</p><b>2</b>', '<p>1</p><i>2</i>');
    differs('<p>1</p><b>2</b>', '<p></p><b>2</b>');
    differs('<p>1</p><b>2</b>', '<p>1<br></p><b>2</b>');
    differs('<pre>\n1</pre>', '<pre>\n2</pre>');
    differs('<textarea>1</textarea>', '<textarea>2</textarea>');
    differs('<script>1</script>', '<script>2</script>');
    differs('<noscript>1</noscript>', '<noscript>2</noscript>');
    differs('<table> <tr><td>1</table>', '<table>x<tr><td>1</table>');
    differs('<template>1</template>', '<template>2</template>');
    differs('<!--1-->', '<!--2-->');
    differs('<p class=a>1</p>', '<p class=a noupdate>1</p>');
    differs('<div noupdate><p>1</p></div>', '<div noupdate><p>2</p></div>');
    differs('<svg><path d="1"/></svg>', '<svg><path d="1"></svg>');
    differs('<p>1</p>', '<p>\0</p>');
    differs('<p a"="1">1</p>', '<p a"="2">1</p>');
  });

  test('lead from page to page after random changes of rows', () => {
    let count = 0;
    for (let seed = 0; seed < 400; seed++) {
      const random = new Random(seed);
      const [keyed, width] = [random.chance(0.5), 1 + random.below(3)];
      const word = () => random.pick(['a', 'b', 'on', 'off', 'x &amp; y', String(random.below(100))]);
      const rows = Array.from({ length: 2 + random.below(30) }, () => Array.from({ length: width }, word));
      const changed = rows.map((row) => row.map((cell) => (random.chance(0.2) ? word() : cell)));
      const write = (all: string[][]) =>
        all.map((row, id) => {
          const cells = row.map((cell, i) => (i % 2 ? `<b title="${cell}">c</b>` : `<i>${cell}</i>`));
          return `<p${keyed ? ` id="r${id}"` : ''}>${cells.join(' ')}</p>`;
        });
      if (isInStep(write(rows).join(''), write(changed).join(''))) count++;
    }
    assert.ok(count > 200, `${count} in step`);
  });
});
