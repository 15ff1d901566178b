import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ComponentChildren, h, options as preactOptions, type VNode } from 'preact';
import { useId } from 'preact/hooks';
import { renderToString } from 'preact-render-to-string';
import { renderView } from '../../src/render/render.js';
import { attributeOf, tagOf } from '../../src/render/vnodes/html-names.js';

const hooks = preactOptions as { __b?: (vnode: VNode) => void; diffed?: (vnode: VNode) => void };

suite('elements that are written ahead', () => {
  test('are the same for authors before, while and after they are rendered', () => {
    const item = <li class="a">1</li>;
    const list = <ul>{item}</ul>;
    const seen: unknown[] = [];
    const Look = ({ children }: { children: ComponentChildren }) => {
      seen.push(item.type, list.type, list.props.children === item, (children as VNode).type);
      return children as VNode;
    };
    const view = (
      <main>
        {list}
        <Look>{item}</Look>
        {list}
      </main>
    );
    const html =
      '<main><ul><li class="a">1</li></ul><li class="a">1</li><ul><li class="a">1</li></ul></main>';
    assert.equal(renderView(view), html);
    assert.equal(renderView(view), html);
    assert.deepEqual(seen, ['li', 'ul', true, 'li', 'li', 'ul', true, 'li']);
    assert.deepEqual([view.type, list.type, item.type, item.props.class], ['main', 'ul', 'li', 'a']);
    assert.equal(renderToString(list), '<ul><li class="a">1</li></ul>');
  });

  test('may be rendered by the renderer alone afterwards', () => {
    const Identified = () => <q>{useId()}</q>;
    const element = (
      <p>
        <Identified />
      </p>
    );
    for (const render of [renderView, renderToString, renderView, renderToString])
      assert.equal(render(element), '<p><q>P0-0</q></p>');
  });

  test('are each shown to the hooks of other libraries', (t) => {
    const { __b, diffed } = hooks;
    t.after(() => Object.assign(hooks, { __b, diffed }));
    const seen: string[] = [];
    hooks.__b = (vnode) => {
      seen.push(String(vnode.type));
      if (vnode.type === 'b') (vnode.props as { title?: string }).title = 'added';
      __b?.(vnode);
    };
    hooks.diffed = (vnode) => seen.push(`/${vnode.type}`);
    const view = (
      <ul>
        <li>
          <b>1</b>
        </li>
        <br />
      </ul>
    );
    assert.equal(renderView(view), '<ul><li><b title="added">1</b></li><br/></ul>');
    assert.deepEqual(seen, ['ul', 'li', 'b', '/b', '/li', 'br', '/br', '/ul']);
  });

  test('have the names that the renderer gives them, inside svg and outside', () => {
    const Path = () => (
      <path stroke-width={1} tabIndex={0} clipPath="url(#a)" {...{ strokeLinecap: 'round' }} />
    );
    const view = (
      <div {...{ tabIndex: -1, autoComplete: 'off' }}>
        <svg viewBox="0 0 9 9">
          <title>a</title>
          <Path />
          <foreignObject>
            <p {...{ tabIndex: 0 }}>
              <Path />
            </p>
          </foreignObject>
        </svg>
        <Path />
      </div>
    );
    const path = (tabIndex: string, clip: string, cap: string) =>
      `<path stroke-width="1" ${tabIndex}="0" ${clip}="url(#a)" ${cap}="round"></path>`;
    const [inSvg, inHtml] = [
      path('tabIndex', 'clip-path', 'stroke-linecap'),
      path('tabindex', 'clipPath', 'strokeLinecap'),
    ];
    assert.equal(
      renderView(view),
      `<div tabindex="-1" autocomplete="off"><svg viewBox="0 0 9 9"><title>a</title>${inSvg}` +
        `<foreignObject><p tabindex="0">${inHtml}</p></foreignObject></svg>${inHtml}</div>`,
    );
  });

  test('have their names inside svg when one that waited there is outside too', async () => {
    const ready = Promise.resolve('ready');
    const Waiting = async () => <p {...{ tabIndex: 0 }}>{await ready}</p>;
    const Around = ({ children }: { children: ComponentChildren }) => <b {...{ tabIndex: 1 }}>{children}</b>;
    const once = (name: string) => `<b ${name}="1"><!--$s--><p ${name}="0">ready</p><!--/$s--></b>`;
    for (const isSvgFirst of [true, false]) {
      const shared = (
        <Around>
          <Waiting />
        </Around>
      );
      const places = [h('svg', { key: 'svg' }, shared), h('div', { key: 'div' }, shared)];
      const html = await renderView(<main>{isSvgFirst ? places : places.reverse()}</main>);
      const written = [
        `<svg Key="svg">${once('tabIndex')}</svg>`,
        `<div Key="div">${once('tabindex')}</div>`,
      ];
      assert.equal(html, `<main>${(isSvgFirst ? written : written.reverse()).join('')}</main>`);
    }
  });

  test('with names from data are left to the renderer once there are many', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `data-${index}`);
    for (const name of names) {
      const html = `<x-${name} ${name}="1"></x-${name}>`;
      assert.equal(renderView(h(`x-${name}`, { [name]: 1 } as object)), html);
    }
    for (const name of names)
      assert.equal(renderView(h('p', { [name]: 1 } as object)), `<p ${name}="1"></p>`);
    assert.equal(tagOf('x-data-2999'), null);
    assert.equal(attributeOf('data-2999'), null);
    assert.equal(renderView(h('p', { constructor: 'a' } as object)), '<p constructor="a"></p>');
    assert.throws(() => renderView(h('p onclick', {})), /not a valid HTML tag name/);
  });
});
