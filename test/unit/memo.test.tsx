import assert from 'node:assert/strict';
import test from 'node:test';
import { renderToString } from 'preact-render-to-string';
import { memo } from '../../src/index.js';

interface RowProps {
  row: { id: number; name: string };
  chosen?: boolean;
}

/** A row that counts its renders. */
function countedRow() {
  const renders = { count: 0 };
  const Row = ({ row, chosen }: RowProps) => {
    renders.count++;
    return (
      <tr class={chosen ? 'chosen' : undefined}>
        <td>{row.id}</td>
        <td>{row.name}</td>
      </tr>
    );
  };
  return { Row, renders, Memo: memo(Row) };
}

test('a memo component renders without a wrapper', () => {
  const { Row, Memo } = countedRow();
  const row = { id: 1, name: 'a < "b" & c' };
  const table = (Each: typeof Row) => <tbody>{<Each row={row} chosen />}</tbody>;
  assert.equal(renderToString(table(Memo as typeof Row)), renderToString(table(Row)));
});

test('equal props are rendered once, over any number of pages', () => {
  const { Memo, renders } = countedRow();
  const rows = [
    { id: 1, name: 'one' },
    { id: 2, name: 'two' },
  ];
  const page = () =>
    renderToString(
      <tbody>
        {rows.map((row) => (
          <Memo key={row.id} row={row} />
        ))}
      </tbody>,
    );
  assert.equal(page(), page());
  assert.equal(renders.count, 2);
});

test('a prop that differs, comes or goes is another render', () => {
  const { Memo, renders } = countedRow();
  const row = { id: 1, name: 'one' };
  const chosen = renderToString(<Memo row={row} chosen />);
  const unchosen = renderToString(<Memo row={row} chosen={false} />);
  const without = renderToString(<Memo row={row} />);
  assert.notEqual(chosen, unchosen);
  assert.equal(unchosen, without);
  assert.equal(renders.count, 3);
});

test('another object with equal content is another render', () => {
  const { Memo, renders } = countedRow();
  renderToString(<Memo row={{ id: 1, name: 'one' }} />);
  renderToString(<Memo row={{ id: 1, name: 'one' }} />);
  assert.equal(renders.count, 2);
});

test('primitive props of another type or split are told apart', () => {
  const Pair = memo(({ a, b }: { a: string | number | null | undefined; b?: unknown }) => (
    <i>
      {typeof a}:{String(a)}:{String(b)}
    </i>
  ));
  const html = (a: string | number | null | undefined, b?: string) => renderToString(<Pair a={a} b={b} />);
  const all = [
    html(1),
    html('1'),
    html(null),
    html('null'),
    html(undefined),
    html('x1', 'b'),
    html('x', '1b'),
    html(''),
    html('', ''),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('no more than max renders of primitive props are kept', () => {
  let renders = 0;
  const Item = memo(
    ({ n }: { n: number }) => {
      renders++;
      return <li>{n}</li>;
    },
    { max: 2 },
  );
  for (const n of [1, 2, 3, 1]) renderToString(<Item n={n} />);
  assert.equal(renders, 4);
  renderToString(<Item n={3} />);
  assert.equal(renders, 4);
});

test('renders of primitive props are limited in length', () => {
  let renders = 0;
  const Item = memo(
    ({ text }: { text: string }) => {
      renders++;
      return <li>{text}</li>;
    },
    { maxLength: 1000 },
  );
  for (const text of ['a', 'b', 'a'].map((letter) => letter.repeat(300)))
    renderToString(<Item text={text} />);
  assert.equal(renders, 3);
  renderToString(<Item text={'a'.repeat(300)} />);
  assert.equal(renders, 3);
});

test('a component that throws is rendered again next time', () => {
  let fail = true;
  const Unsure = memo(({ n }: { n: number }) => {
    if (fail) throw new Error('not yet');
    return <b>{n}</b>;
  });
  assert.throws(() => renderToString(<Unsure n={1} />), /not yet/);
  fail = false;
  assert.equal(renderToString(<Unsure n={1} />), '<b>1</b>');
});
