import assert from 'node:assert/strict';
import test from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { memo } from '../../src/index.js';
import { renderView } from '../../src/render/render.js';

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

test('an undefined prop never stands for a prop of another name', () => {
  const Cell = memo(({ mark, open }: { row: object; mark?: string | undefined; open?: boolean }) => (
    <td class={mark}>{open ? 'open' : 'closed'}</td>
  ));
  const row = {};
  assert.equal(renderToString(<Cell row={row} mark={undefined} />), '<td>closed</td>');
  assert.equal(renderToString(<Cell row={row} open />), '<td>open</td>');
});

test('a key never stands for another prop', () => {
  const Cell = memo(({ b }: { a: number; b?: number }) => <td>{b ?? 'none'}</td>);
  // Without its length, this key would continue the text of the props.
  for (const key of ['1bnumber1:2', '1:2']) renderView(<p>{[<Cell key={key} a={1} />]}</p>);
  assert.equal(renderView(<p>{[<Cell a={1} b={2} />]}</p>), '<p><td>2</td></p>');
});

test('rows in any order render as without memo', () => {
  const Item = ({ n, label }: { n: number; label?: string | undefined }) => (
    <li>
      {n} {label}
    </li>
  );
  const Few = memo(Item, { max: 12 });
  const Short = memo(Item, { maxLength: 600 });
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const rows = Array.from({ length: 8 }, (_, n) => ({ n, label: n % 3 ? 'a'.repeat(n) : undefined }));
  for (let round = 0; round < 300; round++) {
    const at = random(rows.length);
    if (random(2) === 0) rows.splice(at, random(3));
    rows.splice(at, 0, { n: random(20), label: random(2) === 0 ? undefined : 'b'.repeat(random(9)) });
    if (rows.length > 16) rows.length = 8;
    const list = (Each: typeof Item) => renderToString(<ul>{rows.map((row) => h(Each, row))}</ul>);
    assert.equal(list(Few as typeof Item), list(Item));
    assert.equal(list(Short as typeof Item), list(Item));
  }
});

test('a list longer than max keeps no more than max renders', () => {
  let renders = 0;
  const Item = memo(({ n }: { n: number }) => <li>{n + 0 * ++renders}</li>, { max: 10 });
  for (let round = 0; round < 3; round++) for (let n = 0; n < 20; n++) renderToString(<Item n={n} />);
  assert.equal(renders, 60);
});

test('rows that each list shows are kept while others come', () => {
  const renders = new Map<number, number>();
  const Item = memo(
    ({ n }: { n: number }) => {
      renders.set(n, (renders.get(n) ?? 0) + 1);
      return <li>{n}</li>;
    },
    { max: 64 },
  );
  for (let other = 100; other < 600; other++)
    for (const n of [1, 2, 3, 4, 5, 6, other]) renderToString(<Item n={n} />);
  assert.deepEqual(
    [...renders.values()],
    Array.from(renders, () => 1),
  );
});

test('memo refuses what is not a component', () => {
  for (const wrong of [undefined, null, <p key="1" />])
    assert.throws(() => memo(wrong as never), /memo takes a component/);
});
