import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type DefaultTreeAdapterTypes as P5, parse } from 'parse5';
import { structureHash } from '../../../src/html/store/structure-hash.js';
import { HASH_SEED, hashText } from '../../../src/protocol.js';

/** The marks of the protocol's table, made from the tree of another parser. */
function marks(node: P5.ChildNode): string {
  if (node.nodeName === '#text') return `"${(node as P5.TextNode).value}`;
  if (node.nodeName === '#comment') return `#${(node as P5.CommentNode).data.replace(/^\?.*/s, '')}`;
  const element = node as P5.Element;
  const has = (name: string) => element.attrs.some((attribute) => attribute.name === name);
  if (has('noupdate')) return `<${element.tagName}!`;
  if (element.tagName === 'template' && has('shadowrootmode')) return '';
  if (element.tagName === 'noscript') return '<noscript>';
  const { childNodes } = 'content' in element ? (element as P5.Template).content : element;
  return `<${element.tagName}${childNodes.map(marks).join('')}>`;
}

function hashByMarks(html: string): number {
  const root = parse(html).childNodes.find((node) => node.nodeName === 'html') as P5.Element;
  return hashText(HASH_SEED, marks(root));
}

suite('structureHash', () => {
  for (const html of [
    '<!DOCTYPE html><html><head><title>a</title></head><body class="x"><p>b &amp; c<br/></p><!--d--></body></html>',
    '<!DOCTYPE html><p>one<p>two\r\n<table><tr><td>3</table>',
    '<div noupdate><p>a</p><i>x</i></div><p>b</p>',
    '<div noupdate>a</span>b</div><p>c</p>',
    '<template><p>a</p></template><noscript><p>b</p></noscript><svg><linearGradient/></svg>',
    '<div><template shadowrootmode="open"><p>a</p></template><p>b</p></div>c',
    '<pre>\n\na</pre><script>1 &lt; 2</script><textarea>&lt;</textarea>',
    '<p>a</body></html>',
    '<p>a</p><?x y?><!--?z--><p>b?</p>',
  ]) {
    test(`is that of the marks for ${JSON.stringify(html)}`, () => {
      assert.equal(structureHash(html), hashByMarks(html));
    });
  }

  test('is that of the text that UTF-8 makes of half an emoji', () => {
    for (const text of ['\u{1f600}'.slice(0, 1), '\u{1f600}'.slice(1)]) {
      const html = `<p>a${text}</p><!--${text}--><textarea>${text}</textarea>`;
      assert.equal(structureHash(html), hashByMarks(Buffer.from(html).toString()));
    }
  });

  test('does not depend on attributes', () => {
    assert.equal(structureHash('<p class="a">b</p>'), structureHash('<p>b</p>'));
    assert.notEqual(structureHash('<p>a</p>'), structureHash('<p>b</p>'));
  });

  test('is undefined for an unpredictable page', () => {
    assert.equal(structureHash('<b><p></b></p>'), undefined);
    assert.equal(structureHash('<div>a</span>b</div>'), undefined);
  });
});
