import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Outline } from '../../../src/html/diff/checkpoints.js';
import { diff } from '../../../src/html/diff/diff.js';
import { assertDiffs } from '../../fuzz/check.js';
import { Random } from '../../fuzz/random.js';

const row = (id: number, text: string) =>
  `<tr id="row-${id}"><td>${text.padEnd(60, '.')}</td><td>${id}</td></tr>`;

/** Tables inside tables, far longer than the distance between two points of an outline. */
const page = (tables: string[][]) =>
  `<!DOCTYPE html><html><head><title>t</title></head><body>${tables.map((rows) => `<section><table><tbody>${rows.join('')}</tbody></table></section>`).join('')}</body></html>`;

suite('Outline', () => {
  test('holds good from change to change, wherever rows come, go and change', () => {
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
      diffs.every(({ outline }) => outline?.sound),
      'each change hands an outline on',
    );
  });

  test('is made anew of the page that a change of the head makes', () => {
    const before = page([Array.from({ length: 200 }, (_, id) => row(id, 'a'))]);
    const titled = before.replace('<title>t', '<title>another title');
    const changed = titled.replace(row(150, 'a'), row(150, 'b')).replace('<title>', '<base href="/"><title>');
    const [first, second] = assertDiffs([before, titled, changed, changed.replace(row(199, 'a'), '')]);
    assert.deepEqual(first?.instructions, [['t', [0, 0, 0], 'another title']]);
    assert.deepEqual(
      second?.instructions?.map(([verb]) => verb),
      ['i', 'c'],
    );
    assert.ok(first?.outline && second?.outline);
  });

  test('knows of a noupdate that comes to the body', () => {
    const body = (attribute: string, text: string) =>
      `<body${attribute}>${'<p>x</p>'.repeat(30)}<p>${text}</p></body>`;
    const diffs = assertDiffs([body('', 'a'), body(' noupdate', 'a'), body(' noupdate', 'b')]);
    assert.deepEqual(diffs.at(-1)?.instructions, []);
  });

  test('does not take a newline behind <pre> for content, or content for it', () => {
    const pre = (content: string) => `<body><p>${'x'.repeat(100)}</p><pre>${content}</pre></body>`;
    assertDiffs([pre('a'), pre('\na'), pre('\n\na'), pre(''), pre('\n'), pre('a')]);
  });

  test('sees when a change alters how all that follows is parsed', () => {
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

  test('of a page that cannot be foretold is not sound', () => {
    assert.equal(Outline.of('<b><p></b></p>').sound, false);
    assert.equal(Outline.of('<p>a</span></p>').sound, false);
    assert.equal(diff('<b><p>1</b></p>', '<b><p>2</b></p>').outline, undefined);
  });

  test('takes at most a tenth of what a page takes', () => {
    const html = page([Array.from({ length: 1000 }, (_, id) => row(id, 'a'))]);
    assert.ok(Outline.of(html).bytes < html.length / 10);
  });
});
