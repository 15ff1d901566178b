import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { HtmlPieces } from '../../src/html/pieces/html-pieces.js';
import { memo } from '../../src/index.js';
import { renderView } from '../../src/render/render.js';

const Row = ({ n }: { n: number }) => (
  <li>
    <b>{n}</b>
  </li>
);
const Memo = memo(Row);

test('lists with memo rows render as lists without', async () => {
  const list = (Each: typeof Row) => (
    <ul>
      <Each n={1} />
      {'<'}
      {null}
      {[2, 3].map((n) => (
        <Each key={n} n={n} />
      ))}
      <>
        <Each key="k" n={4} />
        <i>{[<Each key={5} n={5} />, 6, [<Each key={7} n={7} />]]}</i>
      </>
      {Promise.resolve('late')}
      <Each n={8} />
      <li>last</li>
    </ul>
  );
  const html = String(await renderView(list(Memo as typeof Row)));
  assert.equal(html, await renderView(list(Row)));
  assert.match(html, /^<ul><li><b>1<\/b><\/li>&lt;<li Key="2">.*late.*<li>last<\/li><\/ul>$/);
});

test('an element that outlives its render shows its memo rows again', () => {
  const list = (
    <ul>
      <Memo key="a" n={1} />
      <Memo key="b" n={2} />
    </ul>
  );
  Object.freeze(list.props);
  const first = renderView(list);
  assert.equal(first, '<ul><li Key="a"><b>1</b></li><li Key="b"><b>2</b></li></ul>');
  assert.equal(renderView(list), first);
});

test('renders no memo row that a component leaves out', () => {
  const Throwing = memo((_: { n: number }): never => {
    throw new Error('not shown');
  });
  const Closed = (_: { children: ComponentChildren }) => <p>closed</p>;
  const view = (
    <Closed>
      <Throwing n={1} />
      <Throwing n={2} />
    </Closed>
  );
  assert.equal(renderView(view), '<p>closed</p>');
});

const numbers = Array.from({ length: 300 }, (_, n) => n);
const LongList = ({ Each }: { Each: typeof Row }) => (
  <ol>
    {numbers.map((n) => (
      <Each key={n} n={n} />
    ))}
  </ol>
);

test('a long run of memo rows is rendered to pieces, which are the same next time', () => {
  const whole = renderView(<LongList Each={Row} />);
  const renders = [1, 2].map(() => renderView(<LongList Each={Memo as typeof Row} />));
  const [first, second] = renders.map((html) => {
    assert.ok(html instanceof HtmlPieces);
    assert.equal(html.html, whole);
    return html.list;
  });
  assert.ok(first && second && first.length < 30);
  const changed = first.filter((part, index) => part !== second[index]);
  assert.deepEqual(changed, [first[0], first.at(-1)]);
});

test('a page may have more runs of memo rows than a call has arguments', () => {
  const text = 'x'.repeat(5000);
  const Long = memo((_: object) => <li>{text}</li>);
  const count = 65_000;
  const view = <ol>{Array.from({ length: count }, () => [<Long />, ' '])}</ol>;
  const page = renderView(view);
  assert.ok(page instanceof HtmlPieces);
  assert.equal(page.length, '<ol></ol>'.length + count * '<li></li> '.length + count * text.length);
});

test('a constant with a long run of memo rows has the same text in each render', () => {
  const rows = <ol>{[numbers.map((n) => <Memo key={n} n={n} />)]}</ol>;
  const List = <LongList Each={Memo as typeof Row} />;
  const whole = String(renderView(<LongList Each={Row} />));
  for (let render = 0; render < 3; render++) {
    const other = <p>{[numbers.map((n) => <Memo n={n + 1000} />)]}</p>;
    const page = renderView(
      <main>
        {other}
        {rows}
        {List}
      </main>,
    );
    const html = page instanceof HtmlPieces ? page.html : String(page);
    assert.equal(html.slice(html.indexOf('<ol>')), `${whole}${whole}</main>`);
  }
});

test('a component that renders a long list to a string of its own gets the whole text', () => {
  const Framed = () => (
    <iframe title="Preview" srcdoc={renderToString(<LongList Each={Memo as typeof Row} />)} />
  );
  const html = String(renderView(<Framed />));
  assert.match(html, /&lt;b>299&lt;\/b>/);
});
