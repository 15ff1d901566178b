import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scan } from '../../../src/html/parse/scan.js';
import { linesOfPage, linesOfTree } from '../../fuzz/lines.js';

function assertLikeParser(html: string): void {
  const tree = scan(html);
  assert.ok(tree.predictable, `predictable: ${html}`);
  const lines = linesOfTree(tree);
  assert.deepEqual(lines, linesOfPage(html, lines), html);
}

const body = (content: string) => `<!doctype html><html><head></head><body>${content}</body></html>`;

const agreed: Record<string, string[]> = {
  'what preact writes': [
    body(
      '<ul><li>1</li><li class="a">2</li></ul><button onclick="rr(this)" value="6">add</button><br/><input disabled/>',
    ),
  ],
  'omitted elements': [
    '',
    'text',
    '<p>one<p>two',
    '<title>a</title><p>b',
    '<html><body>a',
    '<html> <head> <title>x</title> </head> <body> a </body></html>',
    '<!-- a --><!doctype html><!-- b --><html><!-- c --><head><!-- d --></head><!-- e --><body>',
    '<html><head></head>\n<body><p>a</body></html>',
    '<html><head></head>\n<body>a\n</body></html>',
    '<!doctype html><html><body>a</body></html><!-- end -->',
    '<head></head>  x',
    '<script>a</script> <p>b',
  ],
  'tables without sections': [
    body('<table><tr><td>1<td>2<tr><th>3</table>'),
    body('<table> <caption>c</caption> <col> <tr> <td>1</td> </tr> <tbody></tbody> <tr></tr> </table>'),
    body(
      '<table><colgroup><col><col></colgroup><thead><tr><th>a<tbody><tr><td><b>b<td>c<tfoot><td>d</table>e',
    ),
    body('<table><td>a<table><td>b</table>c<td>d</table>'),
    body('<table><caption>a<p>b<tr><td>c</table>'),
    body('<table><script>a</script><tr><style>b</style><td>c</td></tr></table>'),
    '<!doctype html><p>a<table><td>b</table>',
  ],
  'optional end tags': [
    body('<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e'),
    body('<dl><dt>a<dd>b<dt>c<dd><p>d<dd>e</dl>'),
    body('<p>a<div>b</div><p>c<h1>d</h1><p>e<hr>f'),
    body('<select><option>a<option selected>b<optgroup label=x><option>c<optgroup><option>d</select>'),
    body('<datalist><option value=a><option value=b></datalist>'),
    body('<p><span>a<div>b</div>'),
    body('<div><span>a</div>b'),
    body('<h1>a<h2>b</h2>'),
    body('<p><button><p>a</button>b'),
    body('<div><p>a</div><p>b'),
  ],
  'raw text': [
    body('<script>if (a < b && "</div>") {}</script><style>a > b {}</style>'),
    body('<textarea>\na &amp; <b></textarea><textarea>\n\nb</textarea><title>x &lt; y</title>'),
    body('<pre>\na</pre><pre>\n\nb</pre><pre>c</pre><pre>\n</pre><listing>\r\na</listing>'),
    body('<iframe><p>a</iframe><xmp><b></xmp><noembed><a></noembed><noframes></x></noframes>'),
    body('<SCRIPT>a</scriPT >b<script></scripting></script>'),
  ],
  'text, entities and comments': [
    body('a &amp; b &lt; &copy c &notit; &#65; &#x80; &unknown; & &#0;'),
    body('a < b <3 <- c\r\nd\re'),
    body('<!--a--><!----><!--> --><!---><!--a--!>b<!x><?php y ?></ z><!--a-- >-->'),
    body('<!-- <!-- -->'),
    body('<![CDATA[x]]>'),
  ],
  'odd attributes': [
    body('<a href=x/>b</a><div a"b=c d=\'>\' e=">" =f g= h i = "j"/k>l</div>'),
    body('<input value=/><br / ><p a=1 a=2 A=3>'),
  ],
  'SVG and MathML': [
    body('<svg viewBox="0 0 1 1"><path d="x"/><g><linearGradient/><title>a<b>b</b></title></g></svg>c'),
    body('<svg><foreignObject><div><p>a<p>b</div></foreignObject><script>a</script><style>b</style></svg>'),
    body('<math><mi>x</mi><mo>+</mo><mtext><b>y</b></mtext><mrow/></math><p>z'),
    body('<svg><FOREIGNOBJECT><svg><circle/></svg></foreignObject><a><text>b</text></a></svg>'),
    body('<p><svg><desc><p>a</p></desc></svg>b</p>'),
  ],
  templates: [
    body(
      '<template><p>a<p>b</template><template><tr><td>a<tr></template><template><td>a</td><td>b</td></template>',
    ),
    body('<template><tbody><tr><td>x</tbody></template><template> text <li>a<li>b</template>'),
    '<head><template><p>a</p></template><title>b</title></head>',
    body('<table><template><tr></tr></template><tr><td>a</table>'),
    body('<form><template><form></form></template></form>'),
  ],
  'formatting that is closed in order': [
    body('<b><i>a</i></b><a href=x><div>b</div></a><p><em>c</em></p>'),
    body('<table><tr><td><b>a<td>b</table>'),
    body('<b><span>a</b>b'),
    body('<nobr>a</nobr><nobr>b</nobr>'),
    body('<object><b>a</object>b'),
  ],
  'uncertain content in a certain element': [
    body('<div>a</div><section>b</span>c</section><p>d'),
    body('<div><table>x<tr><td>a</table>b</div><p>c'),
    body('<div><select><button><selectedcontent></selectedcontent></button><option>a</select></div><p>b'),
    body('<svg><text>a<![CDATA[<b>]]></text><g/></svg><p>c'),
    body('<noscript><p>a</noscript><p>b'),
    body('<div></p></div><div></br></div><p>c'),
    body('<pre>&#10;a</pre><p>c'),
    body('<div><tr></tr></div><p>c'),
    body('<ruby>a<rt>b<rp>c</ruby>d'),
    body(`${'<div>'.repeat(600)}a${'</div>'.repeat(600)}<p>b`),
    body('<div><!doctype html>a</div>'),
  ],
};

suite('scan', () => {
  for (const [what, pages] of Object.entries(agreed)) {
    test(`agrees with the parser on ${what}`, () => {
      for (const html of pages) assertLikeParser(html);
    });
  }

  test('bails out where the browser repairs markup', () => {
    for (const content of [
      '<b><p>a</b>b</p>',
      '<p><b>a</p>b',
      '<a>x<a>y</a>',
      '<form><form>',
      '<form><div></form>',
      '<button><button>',
      '<table><tr><div>a</div></table>',
      '<table><b>a</table>',
      '<image>',
      '<plaintext>a',
      '<frameset>',
      '<!-- a',
      '<svg><p>a</p></svg>',
      '<select><input>',
      '<script><!-- <script></script> --></script>',
      'a\0b',
      '<body class=a>',
      '<script>',
      '</body>a',
      '</body>\n',
      '<div>a</>b</div>',
      '<template><tr></tr><p>a</template>',
    ])
      assert.equal(scan(body(content)).predictable, false, content);
    assert.equal(scan('<div').predictable, false);
  });

  test('reads 100,000 nested elements', () => {
    const tree = scan(body('<div>'.repeat(100_000)));
    assert.equal(tree.predictable, true);
    assert.equal(tree.size, 100_003);
  });
});
