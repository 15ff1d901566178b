import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePatchPages } from '../../support/patch-page.js';

const { open, fresh } = usePatchPages();
const html = (body: string, head = '<title>A</title>') =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;

test('a whole page makes the document equal to a fresh load', async () => {
  const now = html(
    '<form><input name="attributes" value="x"><input name=nodeName><p class=b>two</p></form><select><option>1<option selected>2</select><template><b>x</b></template>',
  );
  const view = await open(
    html(
      '<form><input name="attributes"><p class="a">one</p></form><select><option>1<option>2</select><template><i>x</i></template>',
    ),
  );
  await view.whole(0, now);
  assert.equal(await view.snapshot(), await fresh(now));
});

test('an instruction changes the page', async () => {
  const view = await open(html('<ul><li>1</li></ul>'));
  assert.equal(
    await view.patch(
      0,
      ['i', [1, 0], 1, '<li>2</li>'],
      ['t', [1, 0, 0, 0], 'one'],
      ['s', [1, 0], 'class', 'x'],
    ),
    true,
  );
  assert.equal(await view.snapshot(), await fresh(html('<ul class=x><li>one</li><li>2</li></ul>')));
});
