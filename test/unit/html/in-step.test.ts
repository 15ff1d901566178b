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
  return findRegion(...pages, Checkpoints.of(pages[0]))?.inStep !== undefined;
}

/** The instructions of two contents that are read in step. */
function inStep(before: string, after: string): Instruction[] {
  assert.ok(isInStep(before, after), `${before} to ${after}`);
  return assertDiff(page(before), page(after)).instructions ?? [];
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

  test('change values by the first attribute of a name', () => {
    const tag = (...values: string[]) => values.map((value) => `<p ${value}>1</p>`).join('');
    const change = (before: string, after: string) =>
      inStep(tag('a="1"', before), tag('a="2"', after)).slice(1);
    assert.deepEqual(change('title="1" lang="2"', 'title="1" lang="34"'), [['s', [1, 1], 'lang', '34']]);
    assert.deepEqual(change("title='1' lang=''", `title='a"&amp;' lang=''`), [['s', [1, 1], 'title', 'a"&']]);
    assert.deepEqual(change('title="&lt;"', 'title="&#60;"'), []);
    assert.deepEqual(change('title="1" TITLE="2"', 'title="1" TITLE="3"'), []);
    assert.deepEqual(change('nonce="1"', 'nonce="2"'), []);
    assert.deepEqual(change('title="1" lang="2"', 'title="3" lang="4"'), [
      ['s', [1, 1], 'title', '3', 'lang', '4'],
    ]);
  });

  test('append and remove children at the end of an element', () => {
    const list = (...texts: string[]) => `<ul>${texts.map((text) => `<li>${text}</li>`).join('')}</ul>`;
    const counter = (count: number) =>
      `${list(...Array.from({ length: count }, (_, n) => String(n)))}<button value="${count}">add</button>`;
    assert.deepEqual(inStep(counter(3), counter(5)), [
      ['i', [1, 0], 3, '<li>3</li><li>4'],
      ['s', [1, 1], 'value', '5'],
    ]);
    assert.deepEqual(inStep(counter(5), counter(3)), [
      ['r', [1, 0], 3, 2],
      ['s', [1, 1], 'value', '3'],
    ]);
    assert.deepEqual(inStep('<p>1</p><div></div><p>2</p>', '<p>3</p><div><br>a</div><p>4</p>'), [
      ['t', [1, 0, 0], '3'],
      ['i', [1, 1], 0, '<br>a'],
      ['t', [1, 2, 0], '4'],
    ]);
    inStep('<form>a<i>1</i></form><p>2</p>', '<form>a<i>1</i><input></form><p>3</p>');
    inStep(
      '<b>1</b><div><div><i>1</i></div></div><b>1</b>',
      '<b>22</b><div><div><i>1</i><i>1</i></div></div><b>2</b>',
    );
    const rows = (count: number) =>
      Array.from({ length: count }, (_, n) => `<li id="r${n}">${n}</li>`).join('');
    inStep(`<p id="n">1</p><ul>${rows(1)}</ul>`, `<p id="n">2</p><ul>${rows(2)}</ul>`);
    inStep(`<main><b>1</b>${list('a')}</main>2`, `<main><b>3</b>${list('a', 'a', 'b')}</main>4`);
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

  test('are compared as trees where appended children mean more', () => {
    const differs = (before: string, after: string) => assert.equal(isInStep(before, after), false, after);
    const list = (content: string, count: number) => `<ul>${content}</ul><b>${count}</b>`;
    differs(list('<li>a', 1), list('<li>a<b>c</b>', 2));
    differs(list('<li>a</li>', 1), list('<li>a</li><5', 2));
    differs(list('<li>a</li>', 1), list('<li>a</li><svg><path></svg></p>', 2));
    differs(list('<li>a</li>', 1), list('<li>a</li><b>c</ul>', 2));
    differs(list('<li>a</li>', 1), list('<li>b</li><li>a</li>', 2));
    differs(list('<li>b</li><li>a</li>', 1), list('<li>a</li>', 2));
    differs('<p>1</p><i>1</i>', '<p>1<section>2</section></p><i>2</i>');
    differs('<div noupdate><p>1</p></div><i>1</i>', '<div noupdate><p>1</p><p>2</p></div><i>2</i>');
    differs('<div>1</div><div><a id="a">1</a></div>', '<div>1<a id="a">1</a></div><div></div>');
    differs('<ul><li>1</li></ul><i>1</i>', '<ul><li>1</li><li>\0</li></ul><i>2</i>');
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

  test('lead from page to page after random ends of lists', () => {
    let count = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed);
      const row = () => {
        const text = random.pick(['a', 'b', 'c']);
        const tag = random.pick(['<li>', '<li>', `<li id="${text}${random.below(99)}">`]);
        return random.pick([`${tag}${text}</li>`, `${tag}${text}</li>`, `${tag}${text}`, text, '<br>']);
      };
      const rows = (most: number) => Array.from({ length: random.below(most) }, row);
      const lists = Array.from({ length: 1 + random.below(3) }, () => rows(5));
      const change = (all: string[]) =>
        random.chance(0.4) ? [...all, ...rows(4)] : random.chance(0.4) ? all.slice(0, -1) : all;
      const write = (all: string[][], end: number) =>
        all.map((list, n) => `<div title="${(n + end) % 4}"><ul>${list.join('')}</ul></div>`).join('') + end;
      if (isInStep(write(lists, 1), write(lists.map(change), random.below(12)))) count++;
    }
    assert.ok(count > 150, `${count} in step`);
  });
});
