import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fragment } from 'preact';
import { diff } from '../../src/html/diff/diff.js';
import { memo } from '../../src/index.js';
import { renderView } from '../../src/render/render.js';

const Row = ({ n }: { n: number }) => (
  <li>
    <b>{n}</b>
  </li>
);
const Memo = memo(Row);
const Trigger = memo(() => <p data-rr="load" />);
const CONSTANT = (
  <li>
    <b>c</b>
  </li>
);
const Constant = () => CONSTANT;

suite('the key of a JSX element', () => {
  test('is written where elements or state are inside', () => {
    assert.equal(
      renderView(
        <ul>
          <li key="a&quot;b">
            <b>1</b>
          </li>
          <input key={2} />
          <p key={3} data-rr="visible">
            more
          </p>
          <Trigger key={4} />
          <line-chart key={5} />
        </ul>,
      ),
      '<ul><li Key="a&quot;b"><b>1</b></li><input Key="2"/><p data-rr="visible" Key="3">more</p>' +
        '<p Key="4" data-rr="load"></p><line-chart Key="5"></line-chart></ul>',
    );
  });

  test('is left out beside an id, and where only text is inside', () => {
    assert.equal(
      renderView(
        <ul>
          <li key="1">text {1}</li>
          <li key="2" id="i">
            <b>1</b>
          </li>
          <br key="3" />
        </ul>,
      ),
      '<ul><li>text 1</li><li id="i"><b>1</b></li><br/></ul>',
    );
  });

  test('of a component is that of its root', () => {
    assert.equal(
      renderView(
        <ul>
          <Row key="1" n={1} />
          <Memo key={'2"'} n={2} />
          <Fragment key="3">
            <Row key="4" n={4} />
          </Fragment>
          <Constant key="5" />
          <Constant />
        </ul>,
      ),
      '<ul><li Key="1"><b>1</b></li><li Key="2&quot;"><b>2</b></li><li Key="3:4"><b>4</b></li>' +
        '<li Key="5"><b>c</b></li><li><b>c</b></li></ul>',
    );
  });

  test('pairs siblings of one tag whatever their content', () => {
    const page = (rows: string) => `<ul>${rows}</ul><p>${'x'.repeat(500)}</p>`;
    const row = (key: number, text: string) => `<li Key="${key}"><b>${text}</b></li>`;
    const instructions = (before: string, after: string) => diff(page(before), page(after)).instructions;
    assert.deepEqual(instructions(row(1, 'a') + row(2, 'b'), row(2, 'c') + row(1, 'd')), [
      ['t', [1, 0, 0, 0, 0], 'd'],
      ['t', [1, 0, 1, 0, 0], 'c'],
      ['m', [1, 0], 0, 1],
    ]);
    assert.deepEqual(
      instructions(row(1, 'a'), row(2, 'a'))?.map(([verb]) => verb),
      ['r', 'i'],
    );
  });
});

suite('rows without keys or ids', () => {
  const page = (rows: string) => `<ul>${rows}</ul><p>${'x'.repeat(900)}</p>`;
  const row = (name: string, age: string) => `<li><b>${name}</b> ${age} <input name="note"></li>`;

  test('are paired by the content that they alone have', () => {
    const before = ['a', 'b', 'c'].map((name) => row(name, '1 s')).join('');
    const after = ['n', 'a', 'c'].map((name) => row(name, '2 s')).join('');
    assert.deepEqual(diff(page(before), page(after)).instructions, [
      ['t', [1, 0, 0, 1], ' 2 s '],
      ['t', [1, 0, 2, 1], ' 2 s '],
      ['r', [1, 0], 1],
      ['i', [1, 0], 0, row('n', '2 s').replace('</li>', '')],
    ]);
  });

  test('are other boxes if their value is another', () => {
    const box = (value: string) => `<input type="checkbox" name="ok" value="${value}">`;
    assert.deepEqual(
      diff(page(box('1')), page(box('2'))).instructions?.map(([verb]) => verb),
      ['r', 'i'],
    );
  });
});
