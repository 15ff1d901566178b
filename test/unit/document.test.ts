import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { completeDocument, HeadInserter, insertIntoHead } from '../../src/render/document.js';

const page = (content: string) => `<!DOCTYPE html><html><head></head><body>${content}</body></html>`;

suite('completeDocument', () => {
  test('adds the doctype to a page without one', () => {
    assert.equal(
      completeDocument('<html><body>a</body></html>', '/'),
      '<!DOCTYPE html><html><body>a</body></html>',
    );
    assert.equal(
      completeDocument(' <!-- a --> <HTML lang="en">', '/'),
      '<!DOCTYPE html> <!-- a --> <HTML lang="en">',
    );
    assert.equal(completeDocument(page('a'), '/'), page('a'));
    assert.equal(completeDocument('<!doctype html><p>a', '/'), '<!doctype html><p>a');
  });

  test('wraps a fragment and takes its title from the first heading', () => {
    const titleOf = (html: string) => /<title>(.*)<\/title>/s.exec(completeDocument(html, '/a&b'))?.[1];
    assert.equal(titleOf('<p>a</p>'), '/a&amp;b');
    assert.equal(titleOf('<!-- a --><p>a</p>'), '/a&amp;b');
    assert.equal(titleOf('<h1 title="a>b">One &amp; <b title="<">two</b></h1><h1>3</h1>'), 'One &amp; two');
    assert.equal(titleOf('<h1>1 < 2</h1>'), '1 &lt; 2');
    assert.equal(titleOf('<H1>a</H1 >'), 'a');
    assert.equal(titleOf('<h1>a'), '/a&amp;b');
    assert.equal(titleOf('<htmlx>'), '/a&amp;b');
  });

  test('trims the space behind </body> and </html>', () => {
    const end = (html: string) =>
      completeDocument(`<!doctype html>${html}`, '/').slice('<!doctype html>'.length);
    assert.equal(end('<p>a </p>\n</body>\n</html>\n'), '<p>a </p>\n</body></html>');
    assert.equal(end('a</BODY> </HTML> '), 'a</BODY></HTML>');
    assert.equal(end('a</body>\n'), 'a</body>');
    assert.equal(end('a</html>\n'), 'a</html>');
    assert.equal(end('a\n'), 'a\n');
    assert.equal(end('</body> b\n'), '</body> b\n');
    assert.equal(end('</body> </html> <!-- c -->'), '</body> </html> <!-- c -->');
  });
});

test('insertIntoHead inserts at the start of the head', () => {
  const at = (html: string) => insertIntoHead(html, '#');
  assert.equal(at(page('')), '<!DOCTYPE html><html><head>#</head><body></body></html>');
  assert.equal(
    at('<!-- a --> <!doctype html> <html a=">"> <!-- b --> <HEAD b=\'>\'>'),
    '<!-- a --> <!doctype html> <html a=">"> <!-- b --> <HEAD b=\'>\'>#',
  );
  assert.equal(at('<!doctype html><title>a'), '<!doctype html>#<title>a');
  assert.equal(at('<header>a'), '#<header>a');
  assert.equal(at('<!---->a'), '<!---->#a');
});

test('HeadInserter finds the place in pages that begin alike and not', () => {
  const starts = [
    '<!DOCTYPE html><html><head>',
    '<!DOCTYPE html><html>',
    '<!DOCTYPE html><html><header>',
    '<!DOCTYPE html><html><head data-a="',
    '<!DOCTYPE html><html><head data-a=">">',
    '<!-- a --><html lang="\ud800"><head>',
    '<!-- <head> ',
    '<title>',
  ];
  const pages = ['', 'a', '">a', ' --><head>a'].flatMap((rest) => starts.map((start) => start + rest));
  const inserter = new HeadInserter();
  for (const before of pages) {
    for (const html of pages) {
      inserter.insert(before, '#');
      assert.equal(inserter.insert(html, '#'), insertIntoHead(html, '#'), `${html} behind ${before}`);
    }
  }
});

test('documents are completed in linear time', () => {
  const hostile = [
    '<!-- a -->',
    '<!--',
    '<h1',
    '<h1>',
    '<h1><',
    '<',
    ' ',
    '"',
    '</body>',
    '</body ',
    '<!doctype ',
  ];
  const run = (part: string, count: number): number => {
    const html = part.repeat(count);
    const start = process.cpuUsage();
    for (const begin of ['', '<!doctype html>', '<html '])
      insertIntoHead(completeDocument(begin + html, '/'), '#');
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  for (const part of hostile) {
    const [once, twice] = [20_000, 40_000].map((count) =>
      Math.min(run(part, count), run(part, count), run(part, count)),
    );
    assert.ok((twice as number) < 4 * (once as number) + 10, `${part}: ${once} ms, then ${twice} ms`);
  }
});
