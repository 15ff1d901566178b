import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();

const svg = (inner: string, attributes = 'viewBox="0 0 9 9"'): string =>
  html(`<svg ${attributes}>${inner}</svg>`);

// Each row goes from its first page to its second, and back: both must be as a fresh load.
for (const [name, before, after] of [
  [
    'SVG elements come into SVG',
    svg('<g></g>'),
    svg('<g><a xlink:href="#b"><circle r="1"/></a></g><linearGradient id="x"/>'),
  ],
  [
    'SVG attributes keep case and namespace',
    svg('<use xlink:href="#a" xml:lang="de"/>'),
    svg('<use xlink:href="#b" xlink:title="t"/>', 'viewBox="0 0 1 1" preserveAspectRatio="none"'),
  ],
  [
    'HTML comes into foreignObject',
    svg('<foreignObject><p>1</p></foreignObject>'),
    svg('<foreignObject><p>2</p><div><input name="q"></div></foreignObject>'),
  ],
  [
    'SVG gets a wrapper round an old child',
    svg('<circle id="c" r="1"/>'),
    svg('<g><circle id="c" r="2"/></g>'),
  ],
  ['MathML', html('<math><mi>x</mi></math>'), html('<math><mrow><mi>y</mi><mo>+</mo></mrow></math>')],
  [
    'ids that occur twice',
    html('<p id="a">1</p><p id="a">2</p><b id="a">3</b>'),
    html('<b id="a">3</b><p id="a">2</p><p id="b">1</p><p id="a">4</p>'),
  ],
  [
    'an id that goes to another tag',
    html('<p id="a">1</p><div id="b">2</div>'),
    html('<div id="a">1</div><p id="b">2</p>'),
  ],
  [
    'odd ids',
    html('<p id="1">1</p><p id="a b">2</p><p id="__proto__">3</p><p id="#x">4</p>'),
    html('<p id="#x">4</p><p id="__proto__">x</p><p id="1">1</p><p id="">5</p>'),
  ],
  [
    'template content',
    html('<template><p>1</p><form><input name="children"></form></template>'),
    html('<template><b>new</b><p class="x">2</p><form><input name="id"></form></template>'),
  ],
  [
    'a template in a template',
    html('<template>a<template><p>1</p></template></template>'),
    html('<template>b<template><p>2</p><i>3</i></template></template>'),
  ],
  [
    'a field that moves in a template',
    html('<template>t<input name="a"><li><b></b></li><li></li></template>'),
    html('<template><li></li><li><b></b></li><input name="a"><input name="b">t</template>'),
  ],
  [
    'a table inside a paragraph, which ends there',
    html('<p>1</p>'),
    html('<p>1</p><div><p>2<table><tr><td>3</table>4</p></div>'),
  ],
  [
    'a field that comes into the element before it',
    html('<main></main><input name="q"><b>1</b>'),
    html('<main><input name="q"><i>new</i></main><b>2</b>'),
  ],
  [
    'open details that replace others of their name',
    html('<details name="a" open>1</details>'),
    html('<div><details id="x" name="a" open>2</details></div>'),
  ],
  ['a style that comes into SVG', html('<style>p{}</style>'), html('<svg><style>p{}</style></svg>')],
  ['a table without tbody', html('<table><tr><td>1</table>'), html('<table><tr><td>2<td>3<tr><th>4</table>')],
  [
    'a caption and columns',
    html('<table><tbody><tr><td>1</td></tr></tbody></table>'),
    html('<table><caption>c</caption><colgroup><col></colgroup><tbody><tr><td>1</td></tr></tbody></table>'),
  ],
  [
    'options of a list and its groups',
    html('<select><option>a</select>'),
    html('<select><optgroup label="g"><option>a<option>b</optgroup><option>c</select>'),
  ],
  [
    'whitespace, comments and entities',
    html(' <p> a  b </p>\n<!-- c -->&amp;&nbsp;&lt;'),
    html('\n<p>a b</p> <!-- d --><!---->&copy;&#x1F600;&#0; &amp;amp;'),
  ],
  [
    'the first newline of pre and textarea',
    html('<pre>\na</pre><textarea>\na</textarea>'),
    html('<pre>\n\nb</pre><textarea>\n\nb</textarea>'),
  ],
  [
    'a disabled fieldset',
    html('<fieldset><input></fieldset>'),
    html('<fieldset disabled><input></fieldset>'),
  ],
  [
    'progress without a value',
    html('<progress value="3" max="9"></progress>'),
    html('<progress max="9"></progress>'),
  ],
  [
    'several attributes that go at once',
    html('<p id="a" class="b" title="c" lang="de" hidden>x</p>'),
    html('<p id="a">x</p>'),
  ],
  [
    'attributes with odd names',
    html('<p @click="a" :b="c">x</p>'),
    html('<p @click="d" x.y="z" [e]="f">x</p>'),
  ],
  [
    'attributes of html and body',
    html('x').replace('<html>', '<html lang="de" class="a">').replace('<body>', '<body class="b">'),
    html('x').replace('<html>', '<html lang="en" data-x="1">'),
  ],
  [
    'the order of the head',
    html('x', '<meta name="a"><style>p { top: 0 }</style>'),
    html('x', '<style>p { top: 0 }</style><meta name="b"><link rel="icon" href="data:,"><meta name="a">'),
  ],
  [
    'noscript',
    html('<noscript><p>1</p></noscript><p>1</p>', '<noscript><img src="x"></noscript>'),
    html('<p>2</p><noscript title="a>b"><p>2</p></noscript>', '<noscript><img src="y"></noscript>'),
  ],
  [
    'a style',
    html('<p style="color: red; margin: 0">x</p>'),
    html('<p style="top: 1px; color: blue">x</p><p style="margin: var(--x)">y</p>'),
  ],
  [
    'a style with a shorthand of a variable',
    html('<p style="margin: var(--x)">x</p>'),
    html('<p style="margin: var(--y); padding: var(--x)">x</p>'),
  ],
  [
    'an empty page',
    html('<p>1</p><form><input></form>', '<meta name="a">'),
    '<!doctype html><title></title>',
  ],
  [
    'a text of 200 KB',
    html(`<p>${'long '.repeat(40_000)}</p><b>1</b>`),
    html(`<p>${'long '.repeat(39_000)}x</p><b>2</b>`),
  ],
] as const) {
  testEachWay(`${name}: the page equals a fresh load`, async (way) => {
    const { show, isFresh } = await open(before, way);
    await show(after);
    await isFresh();
    await show(before);
    await isFresh();
  });
}

const CLOBBERING = [
  'attributes',
  'nodeName',
  'localName',
  'childNodes',
  'children',
  'firstChild',
  'lastChild',
  'nextSibling',
  'previousSibling',
  'parentNode',
  'getAttribute',
  'setAttribute',
  'hasAttribute',
  'removeAttribute',
  'insertBefore',
  'appendChild',
  'removeChild',
  'moveBefore',
  'isEqualNode',
  'isConnected',
  'contains',
  'closest',
  'id',
  'style',
  'classList',
  'namespaceURI',
  'nodeType',
  'ownerDocument',
  'content',
  'value',
  'type',
  'remove',
  'setAttributeNodeNS',
  'getAttributeNodeNS',
  'removeAttributeNS',
  'textContent',
  'name',
  'elements',
  'reset',
];

testEachWay('a form may name its fields like the methods of a node', async (way) => {
  const form = (names: string[], attributes: string): string =>
    html(`<form ${attributes}>${names.map((name) => `<input name="${name}">`).join('')}<p>x</p></form>`);
  const { page, show, isFresh } = await open(form(CLOBBERING, 'id="f" class="a" style="top: 0px"'), way);
  // Not by a locator: Playwright calls the form's own methods.
  const field = (): Promise<string> =>
    page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('[name=attributes]') as HTMLInputElement;
      input.select();
      return input.value;
    });
  await field();
  await page.keyboard.type('typed');
  await show(form(['new', ...CLOBBERING.slice(1), 'attributes'], 'class="b" style="top: 1px" id="f"'));
  assert.equal(await field(), 'typed');
  await page.keyboard.press('Delete');
  await isFresh();
  await show(form(['attributes'], '').replace('<form', '<p>before</p><form').replaceAll('form', 'div'));
  await isFresh();
  await show(form([...CLOBBERING].reverse(), ''));
  await isFresh();
});

testEachWay('a script runs once when it comes, and not again', async (way) => {
  const page1 = (more: string, text: string): string =>
    html(`<script>window.ran = (window.ran ?? '') + 'a'</script><p>${text}</p>${more}`);
  const { page, show } = await open(page1('', '1'), way);
  const script = `<div><script>window.ran += 'b'</script></div><script>window.ran += 'c'</script>`;
  await show(page1(script, '2'));
  await show(page1(script, '3'));
  await show(page1(`<b>new</b>${script}`, '4'));
  assert.equal(await page.evaluate(() => (window as unknown as { ran: string }).ran), 'abc');
});

testEachWay('custom elements in a template are not created', async (way) => {
  const { page, show, isFresh } = await open(html('<template><p>1</p></template>'), way);
  await page.evaluate(() => {
    const created: string[] = [];
    Object.assign(window, { created });
    for (const name of ['x-old', 'x-new', 'x-shown']) {
      customElements.define(
        name,
        class extends HTMLElement {
          constructor() {
            super();
            created.push(name);
          }
        },
      );
    }
  });
  await show(
    html('<template><p>1</p><x-old></x-old></template><template><b><x-new></x-new></b></template><x-shown>'),
  );
  await isFresh();
  const created = await page.evaluate(() => (window as unknown as { created: string[] }).created);
  assert.deepEqual(created, ['x-shown']);
});

testEachWay('a stylesheet is not inserted again when something comes before it', async (way) => {
  const sheet = '<link id="s" rel="stylesheet" href="data:text/css,p{color:red}"><style>b{top:0}</style>';
  const { page, show } = await open(html('<p>x</p>', sheet), way);
  await page.evaluate(() => {
    const inserted: string[] = [];
    Object.assign(window, { inserted });
    new MutationObserver((records) => {
      for (const record of records) inserted.push(...[...record.addedNodes].map((node) => node.nodeName));
    }).observe(document.head, { childList: true });
  });
  await show(html('<p>y</p>', `<meta name="new"><style>i{top:0}</style>${sheet}`));
  const inserted = await page.evaluate(() => (window as unknown as { inserted: string[] }).inserted);
  assert.deepEqual(inserted.sort(), ['META', 'STYLE']);
});

testEachWay('autofocus in new content does not take the focus', async (way) => {
  const { page, show, isFresh } = await open(html('<input name="q">'), way);
  await page.focus('[name=q]');
  await show(html('<input name="q"><input name="r" autofocus><button autofocus>x</button>'));
  await isFresh();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'q');
});

testEachWay('a handler whose text changed is the new one', async (way) => {
  const button = (word: string): string => html(`<button onclick="document.title = '${word}'">go</button>`);
  const { page, show } = await open(button('one'), way);
  await show(button('two'));
  await page.click('button');
  assert.equal(await page.title(), 'two');
});

test('one bad node does not stop the rest of a patch', async () => {
  const { page, patch } = await open(html('<p id="a">1</p><p id="b">1</p>'));
  await page.evaluate(() => {
    const { replaceData } = CharacterData.prototype;
    CharacterData.prototype.replaceData = function (...change) {
      if (this.parentElement?.id === 'a' && !document.body.classList.contains('good')) throw new Error('bad');
      replaceData.apply(this, change);
    };
  });
  assert.equal(await patch(['t', [1, 0, 0], '2'], ['t', [1, 1, 0], '2']), false);
  assert.equal(await page.textContent('#b'), '2');
  await page.evaluate((markup) => {
    document.body.classList.add('good');
    window.patcher.page(0, markup);
  }, html('<p id="a">2</p><p id="b">2</p>'));
  assert.equal(await page.textContent('#a'), '2');
});

test('issr:error and the whole page follow a patch with a bad node', async () => {
  const { page, show, isFresh } = await open(html('<p id="a">1</p><b>1</b>'), 'a real route');
  await page.evaluate(() => {
    const { replaceData } = CharacterData.prototype;
    const seen: string[] = [];
    const errors: unknown[] = [];
    Object.assign(window, { seen, errors });
    document.addEventListener('issr:error', ({ detail }) => errors.push(detail));
    CharacterData.prototype.replaceData = function (...change) {
      seen.push(this.parentElement?.localName ?? '');
      if (seen.length === 1) throw new Error('bad');
      replaceData.apply(this, change);
    };
  });
  await show(html('<p id="a">2</p><b>2</b>'));
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  assert.deepEqual(seen.slice(0, 2), ['p', 'b']);
  await isFresh();
  const errors = await page.evaluate(() => (window as unknown as { errors: unknown[] }).errors);
  assert.deepEqual(errors, [{ event: 0, status: 0, requestId: '', code: 'ISSR_MESSAGE' }]);
});

for (const [name, instruction] of [
  ['no such node', ['t', [1, 7, 0], 'x']],
  ['a child that is not there', ['r', [1], 5]],
  ['a text that is an element', ['c', [1, 0], 0, 1, 'x']],
] as const) {
  test(`a path that leads nowhere asks for a resync: ${name}`, async () => {
    const { page, patch } = await open(html('<p>1</p>'));
    assert.equal(await patch(['t', [1, 0, 0], '2'], [...instruction] as never), false);
    assert.equal(await page.textContent('p'), '2');
  });
}

test("the shadow matches the server's page despite other scripts", async () => {
  const { structureHash } = await import('../../../src/html/store/structure-hash.js');
  const page1 = html(
    '<p>1</p><template><b>x</b></template><div noupdate><i>y</i></div><!--c--><noscript>n</noscript>',
  );
  const { page } = await open(page1.replace('<p>', '<their-node></their-node><p>'));
  assert.notEqual(await page.evaluate(() => window.patcher.hash()), structureHash(page1));
  await page.evaluate((markup) => window.patcher.base(markup), page1);
  assert.equal(await page.evaluate(() => window.patcher.hash()), structureHash(page1));
});

/** Nodes of each kind that the parser makes. */
const KINDS =
  '<p>1</p>\n<?x a="1"?><p>2<!--c--></p><!--?d--><template><i>3</i><?y?></template><noscript><b>4</b></noscript>' +
  '<svg><title>5</title><?z?><g/></svg><math><mi>6</mi></math><textarea>\n7</textarea>' +
  '<select><option>8<option>9</select><table><tr><td>10</table><details><summary>11</summary>12</details>' +
  '<div noupdate><u>13</u></div><form><input name="q"></form><script>"14"</script><style>u{}</style>15';

for (const [name, before] of [
  ['as it was sent', ''],
  ['in which scripts put a node', '<their-node></their-node>'],
] as const) {
  test(`live nodes stay paired after base with a page ${name}`, async () => {
    const sent = html(KINDS);
    const { page } = await open(sent.replace('<p>', `${before}<p>`));
    const unpaired = await page.evaluate((markup) => {
      const lost: string[] = [];
      window.patcher.base(markup);
      window.patcher.restore((root) => {
        const nodes = document.createNodeIterator(root);
        for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
          const { live, nodeName, nodeValue } = node as Node & { live?: Node };
          // The shadow has a comment for a processing instruction.
          const isInstruction = node instanceof Comment && live?.nodeType === 7;
          if (live?.nodeName.toLowerCase() !== nodeName.toLowerCase() && !isInstruction)
            lost.push(`${nodeName} ${nodeValue}`);
        }
      });
      return lost;
    }, sent);
    assert.deepEqual(unpaired, []);
  });
}

testEachWay('processing instructions follow the page, and what is behind them stays', async (way) => {
  const page1 = (text: string, more = ''): string =>
    html(`<?x a="${text}"?><input><p>${text}</p><template><?y ${text}?></template>${more}`);
  const { page, show, isFresh } = await open(page1('1'), way);
  await page.fill('input', 'typed');
  await show(page1('2', '<?z b?><!--c-->'));
  assert.equal(await page.inputValue('input'), 'typed');
  await page.fill('input', '');
  await isFresh();
});

test('a page that other scripts changed is patched in the right places', async () => {
  const page1 = (text: string): string => html(`<p>${text}</p><div>${text}</div>`);
  const { page, show } = await open(page1('1').replace('<p>', 'their text<their-node></their-node><p>'));
  await page.evaluate((markup) => window.patcher.base(markup), page1('1'));
  // From here the server knows the page without their nodes.
  const { diff } = await import('../../../src/html/diff/diff.js');
  const { instructions } = diff(page1('1'), page1('2'));
  await page.evaluate((list) => window.patcher.patch(0, list ?? []), instructions);
  assert.equal(await page.innerHTML('body'), 'their text<their-node></their-node><p>2</p><div>2</div>');
  assert.ok(show);
});
