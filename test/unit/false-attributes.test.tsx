import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderView } from '../../src/render/render.js';

test('false of an attribute that inherits is written, and of data-issr-keep is left out', () => {
  const elements = (isOn: boolean) => [
    <p translate={isOn}>a</p>,
    <p contenteditable={isOn}>b</p>,
    <p contentEditable={isOn}>c</p>,
    <p draggable={isOn} spellcheck={isOn} aria-hidden={isOn} data-on={isOn}>
      d
    </p>,
    <p hidden={isOn}>e</p>,
    <p id="f" data-issr-keep={isOn} />,
  ];
  // The renderer itself writes elements with a style by an object.
  const left = (isOn: boolean) => (
    <p style={{ top: 0 }} translate={isOn} contenteditable={isOn} data-issr-keep={isOn} />
  );
  const off =
    '<p translate="no">a</p><p contenteditable="false">b</p><p contenteditable="false">c</p>' +
    '<p draggable="false" spellcheck="false" aria-hidden="false" data-on="false">d</p><p>e</p><p id="f"></p>';
  const on =
    '<p translate>a</p><p contenteditable>b</p><p contenteditable>c</p>' +
    '<p draggable="true" spellcheck="true" aria-hidden="true" data-on="true">d</p><p hidden>e</p><p id="f" data-issr-keep="true"></p>';
  for (let i = 0; i < 2; i++) {
    assert.equal(renderView(<main>{elements(false)}</main>), `<main>${off}</main>`);
    assert.equal(renderView(<main>{elements(true)}</main>), `<main>${on}</main>`);
    assert.equal(renderView(left(false)), '<p style="top:0px;" translate="no" contenteditable="false"></p>');
    assert.equal(
      renderView(left(true)),
      '<p style="top:0px;" translate contenteditable data-issr-keep="true"></p>',
    );
  }
});
