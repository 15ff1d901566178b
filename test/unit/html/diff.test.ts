import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { diff, diffTrees } from '../../../src/html/diff/diff.js';
import { scan } from '../../../src/html/parse/scan.js';
import type { Instruction } from '../../../src/protocol.js';
import { assertDiff } from '../../fuzz/check.js';

/** A page around some content, long enough that instructions are always shorter. */
const page = (content: string, head = '') =>
  `<!DOCTYPE html><html><head><title>t</title>${head}</head><body><main>${content}</main><p>${'x'.repeat(200)}</p></body></html>`;

function instructions(before: string, now: string): Instruction[] | null {
  return assertDiff(page(before), page(now)).instructions;
}

/** The bytes of the whole message, without the websocket's frame. */
function bytes(before: string, now: string): number {
  return Buffer.byteLength(
    JSON.stringify(['patch', 312, ...(assertDiff(before, now).instructions ?? [now])]),
  );
}

suite('diff', () => {
  test('sends nothing when nothing changed', () => {
    assert.deepEqual(instructions('<p>a</p>', '<p>a</p>'), []);
  });

  test('changes a text, or its middle where that is shorter', () => {
    assert.deepEqual(instructions('<p>a</p>', '<p>b &amp; c</p>'), [['t', [1, 0, 0, 0], 'b & c']]);
    const long = 'a long text that goes on and on';
    assert.deepEqual(instructions(`<p>${long}</p>`, `<p>${long.replace('goes', 'went')}</p>`), [
      ['c', [1, 0, 0, 0], 17, 4, 'went'],
    ]);
    assert.deepEqual(instructions('<!--a-->', '<!--b-->'), [['t', [1, 0, 0], 'b']]);
  });

  test('does not split a surrogate pair', () => {
    const [change] = instructions('<p>abcdefghi🙂xyz</p>', '<p>abcdefghi🙃xyz</p>') ?? [];
    assert.deepEqual(change, ['c', [1, 0, 0, 0], 9, 2, '🙃']);
  });

  test('sets, changes and removes attributes of one element at once', () => {
    assert.deepEqual(
      instructions('<p class="a" title="b" hidden>c</p>', '<p class="a" title="x &lt; y" lang=en>c</p>'),
      [['s', [1, 0, 0], 'title', 'x < y', 'lang', 'en', 'hidden', null]],
    );
  });

  test('names SVG attributes as the DOM does and ignores nonces', () => {
    assert.deepEqual(
      instructions(
        '<svg viewbox="0 0 1 1"></svg><script nonce="a">1</script>',
        '<svg viewbox="0 0 2 2"></svg><script nonce="b">1</script>',
      ),
      [['s', [1, 0, 0], 'viewBox', '0 0 2 2']],
    );
  });

  test('counts the first of equal names and both cases of a name', () => {
    assert.deepEqual(instructions('<p class=a class=b>x</p>', '<p class=a class=c>x</p>'), []);
    assert.deepEqual(instructions('<p CLASS=a class=b>x</p>', '<p class=c class=b>x</p>'), [
      ['s', [1, 0, 0], 'class', 'c'],
    ]);
    const many = Array.from({ length: 20 }, (_, i) => `a${i}`).join(' ');
    assert.deepEqual(
      instructions(`<p ${many} class=a class=b>x</p>`, `<p ${many} class=a class=c>x</p>`),
      [],
    );
    assert.deepEqual(instructions('<p title="&amp;">x</p>', '<p title="&">x</p>'), []);
  });

  test('replaces an element if an attribute cannot be set', () => {
    assert.deepEqual(instructions('<p>a</p>', '<p @click="b">a</p>'), [
      ['r', [1, 0], 0],
      ['i', [1, 0], 0, '<p @click="b">a'],
    ]);
  });

  test('inserts neighbours together and removes them together', () => {
    assert.deepEqual(instructions('<i>1</i><i>4</i>', '<i>1</i><i>2</i><i>3</i><i>4</i>'), [
      ['i', [1, 0], 1, '<i>2</i><i>3</i>'],
    ]);
    assert.deepEqual(instructions('<i>1</i><i>2</i><i>3</i><i>4</i>', '<i>1</i><i>4</i>'), [
      ['r', [1, 0], 1, 2],
    ]);
  });

  test('omits end tags at the end of an insertion, but no text like one', () => {
    assert.deepEqual(instructions('<ul></ul>', '<ul><li>a</li></ul>'), [['i', [1, 0, 0], 0, '<li>a']]);
    assert.deepEqual(instructions('<textarea></textarea>', '<textarea><li>a</li></textarea>'), [
      ['i', [1, 0, 0], 0, '<li>a</li>'],
    ]);
  });

  test('moves the fewest children', () => {
    const list = (ids: string) => [...ids].map((id) => `<p id="${id}">${id}</p>`).join('');
    assert.deepEqual(instructions(list('abcde'), list('bcdea')), [['m', [1, 0], 0, 4]]);
    assert.deepEqual(instructions(list('abcde'), list('eabcd')), [['m', [1, 0], 4, 0]]);
    assert.deepEqual(instructions(list('abcde'), list('zabcde')), [['i', [1, 0], 0, '<p id="z">z']]);
    const [reversal] = instructions(list('abcde'), list('edcba')) ?? [];
    assert.equal((reversal?.length ?? 0) - 2, 8, 'four of five move');
  });

  test('changes children before their list, so that every path is right', () => {
    const before = '<p id="a"><b>1</b></p><p id="b"><b>2</b></p><p id="c"></p>';
    const now = '<p id="b"><b>3</b></p><p id="n"></p><p id="a"><b>4</b></p>';
    assert.deepEqual(instructions(before, now), [
      ['t', [1, 0, 0, 0, 0], '4'],
      ['t', [1, 0, 1, 0, 0], '3'],
      ['r', [1, 0], 2],
      ['m', [1, 0], 0, 1],
      ['i', [1, 0], 1, '<p id="n">'],
    ]);
  });

  test('keeps a field in its row when rows without ids change above it', () => {
    const row = (name: string, text: string) => `<div><label>${text}</label><input name="${name}"></div>`;
    const result = instructions(
      row('a', '1') + row('b', '2'),
      row('n', 'new') + row('a', 'one') + row('b', 'two'),
    );
    assert.deepEqual(result, [
      ['t', [1, 0, 0, 0, 0], 'one'],
      ['t', [1, 0, 1, 0, 0], 'two'],
      ['i', [1, 0], 0, row('n', 'new')],
    ]);
  });

  test('leaves columns without ids in place when the first card moves to another one', () => {
    const card = (id: string) => `<li id=${id}>Card ${id}</li>`;
    const board = (columns: string[]) =>
      columns.map((ids) => `<section><ul>${[...ids].map(card).join('')}</ul><input></section>`).join('');
    const moved = (at: number, to: number) => [
      ['r', [1, 0, at, 0], 0],
      ['i', [1, 0, to, 0], 0, '<li id=a>Card a'],
    ];
    const inOrder = (at: number, to: number) => (at < to ? moved(at, to) : moved(at, to).reverse());
    for (const [before, after, at, to] of [
      [['abc', 'def', 'ghi'], ['bc', 'adef', 'ghi'], 0, 1],
      [['abc', 'def', 'ghi'], ['bc', 'def', 'aghi'], 0, 2],
      [['def', 'ghi', 'abc'], ['adef', 'ghi', 'bc'], 2, 0],
      [['a', 'def', ''], ['', 'adef', ''], 0, 1],
      [['ab', 'd'], ['b', 'ad'], 0, 1],
    ] as const) {
      assert.deepEqual(instructions(board([...before]), board([...after])), inOrder(at, to));
    }
  });

  test('keeps a row without an id by the ids in it, though one of them changes', () => {
    const row = (id: string, next: string) => `<p><b id=${id}>${id}</b><i id=${next}></i></p>`;
    assert.deepEqual(instructions(row('a', 'x') + row('b', 'y'), row('c', 'z') + row('a', 'w')), [
      ['r', [1, 0, 0], 1],
      ['i', [1, 0, 0], 1, '<i id=w></i>'],
      ['r', [1, 0], 1],
      ['i', [1, 0], 0, '<p><b id=c>c</b><i id=z></i>'],
    ]);
  });

  test('keeps a field when its type changes, never turns it into another', () => {
    assert.deepEqual(instructions('<i></i><input name=a>', '<b></b><input name=a type=checkbox>')?.[0], [
      's',
      [1, 0, 1],
      'type',
      'checkbox',
    ]);
    assert.deepEqual(
      instructions('<input name=a>', '<input name=b>')?.map(([verb]) => verb),
      ['r', 'i'],
    );
  });

  test('pairs equal rows in their order, also in a long list', () => {
    const rows = (...texts: string[]) => texts.map((text) => `<p>${text}</p>`).join('');
    const middle = [...'cdefghij'];
    assert.deepEqual(instructions(rows('x', 'a', ...middle, 'y'), rows('a', 'a', ...middle, 'z')), [
      ['t', [1, 0, 10, 0], 'z'],
      ['r', [1, 0], 0],
      ['i', [1, 0], 1, '<p>a'],
    ]);
  });

  test('pairs the second of two equal ids with the second', () => {
    assert.deepEqual(instructions('<p id=a>1</p><p id=a>2</p>', '<p id=a>1</p><i></i><p id=a>3</p>'), [
      ['t', [1, 0, 1, 0], '3'],
      ['i', [1, 0], 1, '<i></i>'],
    ]);
  });

  test('sends an element whole when its content is uncertain', () => {
    assert.deepEqual(instructions('<noscript>a</noscript>', '<noscript>b</noscript>'), [
      ['h', [1, 0, 0], '<noscript>b</noscript>'],
    ]);
    const stray = (text: string) => `<div>${text}</span>b</div>`;
    assert.deepEqual(instructions(stray('a'), stray('c')), [['h', [1, 0, 0], stray('c')]]);
  });

  test('sends the page when instructions are longer or impossible', () => {
    assert.equal(diff('<p>a</p>', '<h1>b</h1>').instructions, null, 'longer');
    assert.equal(instructions('<b><p>a</b></p>', '<b><p>b</b></p>'), null, 'not foretold');
    const whole = page('a');
    assert.equal(diff(whole, whole.replace('<!DOCTYPE html>', '')).instructions, null, 'doctype');
    assert.equal(
      diff(whole, whole.replace('</head>', '</head><!--a-->')).instructions,
      null,
      'between head and body',
    );
  });

  test('follows the head, the body and their attributes', () => {
    const before = page('a', '<link rel="x">');
    const now = page('a', '<meta name="y"><link rel="x">')
      .replace('<html>', '<html lang="en">')
      .replace('<body>', '<body class="c">')
      .replace('<title>t', '<title>u');
    assert.deepEqual(assertDiff(before, now).instructions, [
      ['s', [], 'lang', 'en'],
      ['t', [0, 0, 0], 'u'],
      ['i', [0], 1, '<meta name="y">'],
      ['s', [1], 'class', 'c'],
    ]);
  });

  test('leaves a noupdate element as it was, also in the HTML', () => {
    const result = assertDiff(page('<p noupdate class=a>1</p>'), page('<i></i><p>2</p>'));
    assert.deepEqual(result.instructions, [['i', [1, 0], 0, '<i></i>']]);
    assert.equal(result.html, page('<i></i><p noupdate class=a>1</p>'));
  });

  test('moves and removes a noupdate element unchanged', () => {
    const moved = assertDiff(
      page('<p id=a noupdate>1</p><p id=b>2</p>'),
      page('<p id=b>2</p><p id=a noupdate>3</p>'),
    );
    assert.deepEqual(moved.instructions, [['m', [1, 0], 0, 1]]);
    assert.equal(moved.html, page('<p id=b>2</p><p id=a noupdate>1</p>'));
    const removed = assertDiff(page('<p noupdate>1</p><i></i>'), page('<i></i>'));
    assert.deepEqual(removed.instructions, [['r', [1, 0], 0]]);
  });

  test('closes a noupdate element whose end tag is omitted', () => {
    const result = assertDiff(page('<ul><li noupdate>1<li>2</ul>'), page('<ul><li>3</li>x<li>2</ul>'));
    assert.equal(result.html, page('<ul><li noupdate>1</li>x<li>2</ul>'));
  });
});

suite('a noupdate element that the page ends in', () => {
  const cases = [
    ['div', '<div noupdate>'],
    ['div', '<div noupdate>a<'],
    ['div', '<div noupdate><b>a<i>b<button>c'],
    ['b', '<b noupdate><a href=u><code>a<label><button>'],
    ['ul', '<ul noupdate><li>a<li>b<'],
    ['table', '<table noupdate><tr><td>a'],
    ['div', '<div noupdate><select><optgroup><option>a<'],
    ['div', '<div noupdate><svg><path d=a/>'],
    ['div', '<div noupdate><svg><g><path/>'],
    ['p', '<p noupdate>a<br>'],
  ] as const;
  for (const [name, kept] of cases) {
    test(`ends in front of what follows now: ${kept}`, () => {
      const before = `<!DOCTYPE html><body><h1>1</h1>${kept}`;
      const after = `<!DOCTYPE html><body><h1>2</h1><${name} noupdate></${name}><button><b>next</b></button>${'x'.repeat(200)}`;
      const { html, instructions } = assertDiff(before, after);
      assert.ok(instructions && html.includes(kept) && html.includes(`</${name}><button>`));
    });
  }
});

suite('the bytes of a message', () => {
  const counter = (n: number) =>
    `<html><head><title>Counter</title></head><body><ul>${Array.from({ length: n }, (_, i) => `<li>${i + 1}</li>`).join('')}</ul><button onclick="rr(this)" action="x" value="${n + 1}">add</button><button onclick="rr(this)" action="x" value="${n - 1}">delete</button></body></html>`;
  const row = (id: number, keyed: boolean, first = 'a') =>
    `<tr${keyed ? ` id="row-${id}"` : ''}><td>${first} ${id}</td>${'bcde'.replace(/./g, `<td>$& ${id}</td>`)}</tr>`;
  const table = (rows: string[]) =>
    `<html><head><title>Table</title></head><body><table><tbody>${rows.join('')}</tbody></table></body></html>`;
  const rows = (keyed: boolean) => Array.from({ length: 1000 }, (_, id) => row(id, keyed));
  const frame = 4;

  test('of a counter event are at most 100', () => {
    for (const n of [1, 5, 50, 99]) assert.ok(bytes(counter(n), counter(n + 1)) + frame <= 100);
  });

  for (const keyed of [true, false]) {
    test(`of changes of a table of 1,000 rows are few, ${keyed ? 'with' : 'without'} ids`, () => {
      const before = rows(keyed);
      const size = (now: string[]) => bytes(table(before), table(now)) + frame;
      const added = row(1000, keyed);
      assert.ok(size(before.with(500, row(500, keyed, 'new'))) <= 60, 'one cell');
      assert.ok(size([...before, added]) <= added.length + 40, 'append');
      assert.ok(size([added, ...before]) <= added.length + 40, 'prepend');
      assert.ok(size(before.slice(1)) <= 40, 'remove the first');
      assert.ok(size(before.with(1, before[998] as string).with(998, before[1] as string)) <= 60, 'swap');
    });
  }
});

suite('the cost of a diff', () => {
  /** Ten times the page costs at most thirty times the milliseconds of CPU. */
  function time(job: () => unknown): number {
    const start = process.cpuUsage();
    job();
    return process.cpuUsage(start).user / 1000;
  }

  function assertLinear(pageOf: (size: number) => [string, string]): void {
    const timeOf = (size: number): number => {
      const [before, now] = pageOf(size);
      return time(() => diff(before, now));
    };
    const least = (size: number) => Math.min(timeOf(size), timeOf(size), timeOf(size));
    least(2000);
    const small = least(2000);
    assert.ok(least(20_000) < Math.max(small, 2) * 30);
  }

  test('is linear for adversarial pages', () => {
    const wrap = (content: string) => `<body>${content}</body>`;
    assertLinear((n) => [wrap(`${'<div>'.repeat(n)}a`), wrap(`${'<div>'.repeat(n)}b`)]);
    assertLinear((n) => [wrap(`<ul>${'<li><p>'.repeat(n)}a`), wrap(`<ul>${'<li><p>'.repeat(n)}b`)]);
    assertLinear((n) => [
      wrap(`${'<div>'.repeat(n)}${'<li>'.repeat(n)}`),
      wrap(`${'<div>'.repeat(n)}${'<li>'.repeat(n - 1)}b`),
    ]);
    assertLinear((n) => [
      wrap(`<x-a>`.repeat(n) + '</x-b>'.repeat(n)),
      wrap(`<x-a>`.repeat(n) + '</x-b>'.repeat(n - 1)),
    ]);
    assertLinear((n) => [wrap('<i>a</i>'.repeat(n)), wrap('<i>b</i>'.repeat(n))]);
    assertLinear((n) => [wrap('<i id=a>a</i>'.repeat(n)), wrap(`<i id=a>b</i>`.repeat(n))]);
    const list = (n: number) => Array.from({ length: n }, (_, id) => `<p id=${id}></p>`);
    assertLinear((n) => [wrap(list(n).join('')), wrap(list(n).reverse().join(''))]);
    assertLinear((n) => [wrap('<!--'.repeat(n)), wrap('<!--'.repeat(n + 1))]);
    assertLinear((n) => [wrap('<a b="'.repeat(n)), wrap('<a b="'.repeat(n + 1))]);
  });

  test('of rows that repeat one character is near that of the whole pages', () => {
    const items = '<li>x</li>'.repeat(1500);
    const row = (start: string) => `<li>${start}${'a'.repeat(2000)}${items}<li>${'a'.repeat(40_000)}${items}`;
    const [before, now] = [page(`<ul>${row('b')}${row('c')}</ul>`), page(`<ul>${row('d')}${row('e')}</ul>`)];
    const least = (job: () => unknown) => Math.min(...[job, job, job, job].map(time));
    assert.ok(least(() => diff(before, now)) < 4 * least(() => diffTrees(scan(before), scan(now))) + 2);
  });
});
