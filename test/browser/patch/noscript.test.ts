import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();

const HANDLER = 'onmouseover=alert(1)';

// A browser with scripting reads the content of <noscript> as text, the parser of a patch reads elements in it.
const CASES: [name: string, body: string, head?: string][] = [
  [
    'the tag in an attribute',
    `<a title="<noscript>">1</a><noscript>x</noscript><a title=" ${HANDLER} x=">2</a>`,
  ],
  [
    'quotes in attributes',
    `<a title='"<noscript a="'>1</a><noscript b='>"'>x</noscript><i title="</noscript>">2</i>`,
  ],
  ['an unquoted attribute', `<a title=<noscript>1</a><i title=</noscript>2</i><a title=a/<noscript>3</a>`],
  ['the name of an attribute', `<a <noscript b>1</a><a x<noscript="1" c>2</a>`],
  ['a comment', `<!--<noscript>--><b ${HANDLER}>1</b><!--</noscript>--><!--><noscript>x</noscript><i>2</i>`],
  ['a comment that begins inside', `<noscript><!--</noscript><b>1</b><!-- --><i>2</i>`],
  ['an attribute that begins inside', `<noscript><p title="</noscript><b ${HANDLER}>1</b><i title="">2</i>`],
  ['raw text', `<style>/*<noscript>*/</style><textarea><noscript>1</textarea><xmp></noscript></xmp><b>2</b>`],
  ['a script', `<script type="text/plain">"<noscript>"</script><b>1</b><noscript>"</noscript><i>2</i>`],
  [
    'CDATA of SVG',
    `<svg><text><![CDATA[<noscript>]]></text></svg><b>1</b><!--</noscript>--><![CDATA[<noscript>x</noscript>]]>`,
  ],
  ['SVG', `<svg><noscript/><g><title><noscript>x</noscript></title></g></svg><b>1</b>`],
  ['MathML', `<math><mtext><noscript><mglyph><b></noscript></mtext><mi>x</mi></math><b>1</b>`],
  ['a template', `<template><noscript><b></noscript><i title="<noscript>">1</i></template><b>2</b>`],
  ['other letters', `<NoScript id=a><b></NOSCRIPT><a title="<NOSCRIPT></NoScript>">1</a>`],
  ['an end tag with attributes', `<noscript><b></noscript a="<noscript>"><i>1</i>`],
  ['an end tag alone', `</noscript><b>1</b>`],
  ['no end', `<b>1</b><noscript><i ${HANDLER}>`],
  ['longer names', `<noscripts><b>1</b></noscripts><noscript></noscripts><b></noscript><i>2</i>`],
  ['the end of its stand-in', `<noscript></noframes><b ${HANDLER}>1</b></noscript><i>2</i>`],
  ['the ends of two stand-ins', `<noscript></noframes></noembed><b ${HANDLER}>1</b></noscript><i>2</i>`],
  [
    'a table and a select',
    `<table><tr><td><noscript><b></noscript>1</td></tr></table><select><option>2</select>`,
  ],
  [
    'the head',
    '<b>1</b>',
    `<noscript><style>b{}</style></noscript><meta name="<noscript>"><link rel=icon href="data:,">`,
  ],
];

testEachWay('<noscript> in hostile HTML is what it is at a load', async (way) => {
  const { show, isFresh } = await open(html('<p>0</p>'), way);
  for (const [name, body, head] of CASES) {
    await show(html(`<p>0</p><section>${body}</section>`, head));
    await isFresh().catch((error) => assert.fail(`${name}: ${error.message}`));
    await show(html('<p>0</p>'));
  }
});

test('hostile text in <noscript> creates no elements behind it', async () => {
  const { page, show } = await open(html('<p>0</p>'));
  const ends = '</noframes></noembed></iframe></xmp>';
  await show(html(`<p>0</p><section><noscript>${ends}<b ${HANDLER}>1</b></noscript></section>`));
  assert.equal(await page.evaluate(() => document.querySelectorAll('b').length), 0);
});

/** Each with many nodes, attributes or characters in which a tag of `<noscript>` stands, or seems to. */
const MANY = [
  '<noscript>x</noscript>',
  '<a title="<noscript ">1</a>',
  '<a <noscript b>1</a>',
  '></i><!--<noscript>',
  '<noscript ',
];

test('the work to read <noscript> grows as its text does', async () => {
  const { page } = await open(html('<main></main>'));
  // Counted and not timed: the nodes that a script walks, and the characters that it searches.
  await page.evaluate(() => {
    Object.assign(window, { work: 0 });
    const { nextNode } = NodeIterator.prototype;
    NodeIterator.prototype.nextNode = function () {
      (window as unknown as { work: number }).work++;
      return nextNode.call(this);
    };
    const replace = RegExp.prototype[Symbol.replace];
    RegExp.prototype[Symbol.replace] = function (text: string, by: never) {
      (window as unknown as { work: number }).work += text.length;
      return replace.call(this, text, by);
    };
  });
  const workFor = (text: string): Promise<number> =>
    page.evaluate((text) => {
      Object.assign(window, { work: 0 });
      window.patcher.patch(0, [['i', [1, 0], 0, text]]);
      return (window as unknown as { work: number }).work;
    }, text);
  for (const text of MANY) {
    const [few, many] = [await workFor(text.repeat(50)), await workFor(text.repeat(200))];
    assert.ok(many < 5 * few, `${few} for 50, ${many} for 200: ${text}`);
  }
});
