import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Checkpoints } from '../../../src/html/diff/checkpoints.js';
import { diff } from '../../../src/html/diff/diff.js';
import { assertDiffs } from '../../fuzz/check.js';
import { Random } from '../../fuzz/random.js';

const row = (id: number, text: string) =>
  `<tr id="row-${id}"><td>${text.padEnd(60, '.')}</td><td>${id}</td></tr>`;

/** Tables inside tables, far longer than the distance between two points of an checkpoints. */
const page = (tables: string[][]) =>
  `<!DOCTYPE html><html><head><title>t</title></head><body>${tables.map((rows) => `<section><table><tbody>${rows.join('')}</tbody></table></section>`).join('')}</body></html>`;

suite('Checkpoints', () => {
  test('resume correctly after any series of changes', () => {
    const random = new Random(7);
    const tables = [0, 1, 2].map((table) =>
      Array.from({ length: 120 }, (_, id) => row(table * 1000 + id, 'a')),
    );
    const pages = [page(tables)];
    for (let step = 0; step < 30; step++) {
      const rows = random.pick(tables);
      const at = random.below(rows.length);
      const action = random.below(3);
      if (action === 0) rows.splice(at, 1 + random.below(60));
      else if (action === 1)
        rows.splice(at, 0, ...Array.from({ length: 40 }, (_, i) => row(10_000 + step * 100 + i, 'n')));
      else rows[at] = row(20_000 + step, 'c');
      if (random.chance(0.2)) tables.reverse();
      pages.push(page(tables));
    }
    const diffs = assertDiffs(pages);
    assert.ok(
      diffs.every(({ checkpoints }) => checkpoints?.predictable),
      'each change hands an checkpoints on',
    );
  });

  test('follow a change of the head', () => {
    const before = page([Array.from({ length: 200 }, (_, id) => row(id, 'a'))]);
    const titled = before.replace('<title>t', '<title>another title');
    const changed = titled.replace(row(150, 'a'), row(150, 'b')).replace('<title>', '<base href="/"><title>');
    const [first, second] = assertDiffs([before, titled, changed, changed.replace(row(199, 'a'), '')]);
    assert.deepEqual(first?.instructions, [['t', [0, 0, 0], 'another title']]);
    assert.deepEqual(
      second?.instructions?.map(([verb]) => verb),
      ['i', 'c'],
    );
    assert.ok(first?.checkpoints && second?.checkpoints);
  });

  test('know of a noupdate that is added to the body', () => {
    const body = (attribute: string, text: string) =>
      `<body${attribute}>${'<p>x</p>'.repeat(30)}<p>${text}</p></body>`;
    const diffs = assertDiffs([body('', 'a'), body(' noupdate', 'a'), body(' noupdate', 'b')]);
    assert.deepEqual(diffs.at(-1)?.instructions, []);
  });

  test('tell a newline behind <pre> from content', () => {
    const pre = (content: string) => `<body><p>${'x'.repeat(100)}</p><pre>${content}</pre></body>`;
    assertDiffs([pre('a'), pre('\na'), pre('\n\na'), pre(''), pre('\n'), pre('a')]);
  });

  test('notice a change that alters how the rest is parsed', () => {
    const form = (start: string, end: string) =>
      `<body>${start}<p>a</p>${end}<form><p>b</p></form>${'<p>c</p>'.repeat(20)}</body>`;
    assertDiffs([form('<form>', '</form>'), form('<form>', '')]);
    assertDiffs([form('<i>', '</i>'), form('<i>', ''), form('<i>', '</i>')]);
    const template = (first: string) =>
      `<body><template>${first}<tr><td>a</td></tr></template>${'<p>c</p>'.repeat(20)}</body>`;
    assertDiffs([template(''), template('<p></p>'), template('<tr></tr>'), template('<!---->')]);
    assertDiffs([
      form('<i>', '</i>'),
      form('<!--', '</i>'),
      form('<script>', '</i>'),
      form('<i title="', '</i>'),
    ]);
  });

  test('of an unpredictable page are not predictable', () => {
    assert.equal(Checkpoints.of('<b><p></b></p>').predictable, false);
    assert.equal(Checkpoints.of('<p>a</span></p>').predictable, false);
    assert.equal(diff('<b><p>1</b></p>', '<b><p>2</b></p>').checkpoints, undefined);
  });

  test('take at most a tenth of the bytes of the page', () => {
    const html = page([Array.from({ length: 1000 }, (_, id) => row(id, 'a'))]);
    assert.ok(Checkpoints.of(html).bytes < html.length / 10);
  });
});
