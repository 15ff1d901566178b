import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ComponentChildren, Fragment, type JSX, type VNode } from 'preact';
import { renderView } from '../../src/render/render.js';
import { KnownPlace, KnownTemplates } from '../../src/render/vnodes/known-template.js';

/** Renders views one after the other, as a push does, and compares each with a render by itself. */
function assertInStep(...views: (() => JSX.Element)[]): unknown[] {
  const known = new KnownTemplates();
  return views.map((view) => {
    const html = renderView(view(), undefined, known);
    assert.equal(html, renderView(view()));
    return html;
  });
}

const Scores = ({
  score,
  name = 'a',
  children,
}: {
  score: number;
  name?: string;
  children?: ComponentChildren;
}) => (
  <main class={name}>
    <h1>Scores</h1>
    <ul>
      {[1, 2, 3].map((team) => (
        <li key={team} title={team === 2 ? name : undefined}>
          <b>Team</b> {team === 2 ? score : team}
        </li>
      ))}
    </ul>
    {children}
    <input name="x" value={score} />
  </main>
);

suite('views in step with an earlier one', () => {
  test('are the same string if nothing differs', () => {
    const known = new KnownTemplates();
    const render = () => renderView(<Scores score={5} />, undefined, known);
    render();
    const before = render() as string;
    assert.ok(Object.is(render(), before));
    assert.match(before, /Team<\/b> 5/);
  });

  test('show what differs: texts, values, and nodes that come or go', () => {
    const views = [
      () => <Scores score={1} />,
      () => <Scores score={2} />,
      () => <Scores score={2} name="<b>" />,
      () => <Scores score={2}>text &amp; more</Scores>,
      () => (
        <Scores score={2}>
          <p>1</p>text<p>2</p>
        </Scores>
      ),
      () => (
        <Scores score={2}>
          <p>2</p>
          <hr />
        </Scores>
      ),
      () => <Scores score={2}>{[null, false, 0, '', 1n, -0, Number.NaN]}</Scores>,
      () => <Scores score={Number.NaN} />,
    ];
    assertInStep(...views.flatMap((view) => [view, views[0] as typeof view, view]));
  });

  test('show what an author changed in place', () => {
    const item = <li>1</li>;
    const items: VNode[] = [<li>1</li>];
    const View = () => (
      <ul>
        {item}
        {items}
      </ul>
    );
    const known = new KnownTemplates();
    const render = () => renderView(<View />, undefined, known);
    assert.equal(render(), '<ul><li>1</li><li>1</li></ul>');
    (item.props as { children?: ComponentChildren }).children = '2';
    items.push(<li>3</li>);
    assert.equal(render(), '<ul><li>2</li><li>1</li><li>3</li></ul>');
  });

  test('keep components, with contexts and keys around them', () => {
    const Row = ({ id, children }: { id: number; children?: ComponentChildren }) => (
      <li id={`r${id}`}>
        <i>{children}</i>
      </li>
    );
    const list = (ids: number[], text: string) => () => (
      <ul>
        {ids.map((id) => (
          <Fragment key={id}>
            <Row id={id}>{text}</Row>
            <Row id={-id} />
          </Fragment>
        ))}
      </ul>
    );
    assertInStep(
      list([1, 2, 3], 'a'),
      list([1, 2, 3], 'a'),
      list([1, 3], 'a'),
      list([3, 1], 'b'),
      list([], ''),
    );
  });

  test('have the names of the place, inside svg and outside', () => {
    const Shape = () => <g clipPath="url(#a)" />;
    const inside = () => (
      <svg>
        <title>a</title>
        <Shape />
      </svg>
    );
    const outside = () => (
      <p>
        <Shape />
      </p>
    );
    assertInStep(inside, outside, inside, outside, outside, inside);
  });

  test('wait for promises among their children', async () => {
    const known = new KnownTemplates();
    const view = (text: string, isLater: boolean) => (
      <p>
        <b>1</b>
        {isLater ? Promise.resolve(text) : text}
      </p>
    );
    for (const [text, isLater] of [
      ['a', false],
      ['b', true],
      ['c', false],
      ['c', true],
    ] as const)
      assert.equal(
        String(await renderView(view(text, isLater), undefined, known)).replace(/<!--.*?-->/g, ''),
        `<p><b>1</b>${text}</p>`,
      );
  });

  test('are no longer compared where visitors see different things', () => {
    const place = new KnownPlace();
    const recorded: number[] = [];
    for (let render = 0; render < 300; render++) {
      if (place.known) place.compared(1, 10);
      else if (place.shallRecord()) {
        recorded.push(render);
        place.known = { text: '', nodes: [], places: [0], isInSvg: undefined };
      }
    }
    const pauses = recorded.slice(1).map((render, index) => render - (recorded[index] as number) - 2);
    assert.deepEqual(pauses, [0, 1, 3, 7, 15, 31, 63, 64, 64]);
  });
});
