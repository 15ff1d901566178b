import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type JSX, options as preactOptions } from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import { renderView } from '../../src/render/render.js';

const hooks = () => ({ ...preactOptions });

suite("renders of an app's own, such as those of mails, are as without the plugin", () => {
  const inPage = '<ul><input Key="a"/><input Key="b"/></ul>';
  const plain = '<ul><input/><input/></ul>';

  test('of elements that pages have too', () => {
    const rows = [<input key="a" />, <input key="b" />];
    for (const order of ['own page own page', 'page own page own'])
      for (const kind of order.split(' '))
        if (kind === 'page') assert.equal(renderView(<ul>{rows}</ul>), inPage);
        else assert.equal(renderToString(<ul>{rows}</ul>), plain);
  });

  test('while a page waits, which keeps what is its own', async () => {
    const before = hooks();
    let settle: (list: JSX.Element) => void = () => {};
    const late = new Promise<JSX.Element>((resolve) => {
      settle = resolve;
    });
    const list = () => (
      <ul>
        <input key="a" />
        <input key="b" />
      </ul>
    );
    const page = renderView(<main>{late}</main>);
    assert.deepEqual(hooks(), before);
    assert.equal(renderToString(list()), plain);
    assert.equal(await renderToStringAsync(list()), plain);
    settle(list());
    assert.match(String(await page), new RegExp(inPage));
    assert.equal(renderToString(list()), plain);
  });

  test('after a page has failed', () => {
    const before = hooks();
    const Fails = () => {
      throw new Error('as planned');
    };
    assert.throws(() => renderView(<Fails />), /as planned/);
    assert.deepEqual(hooks(), before);
  });
});
