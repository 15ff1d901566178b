import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, useViews } from '../../support/patch-page.js';

const { openIn } = useViews();

/** Takes away what a browser without `moveBefore` does not have. */
function withoutMoveBefore(): void {
  for (const { prototype } of [Element, Document, DocumentFragment]) {
    Reflect.deleteProperty(prototype, 'moveBefore');
  }
}

test('a moved field keeps focus, caret and text without moveBefore', async () => {
  const field = '<div id="f"><input name="q"></div>';
  const { page, show, isFresh } = await openIn(html(`<p id="a">a</p>${field}<p id="b">b</p>`), {
    prepare: withoutMoveBefore,
  });
  await page.click('input');
  await page.keyboard.type('typed');
  await page.keyboard.press('ArrowLeft');
  await show(html(`<section>${field}</section><p id="b">b</p><p id="a">a</p>`));
  await page.keyboard.type('!');
  assert.equal(await page.inputValue('input'), 'type!d');
  await page.fill('input', '');
  await isFresh();
});

test('styles change under a strict policy', async () => {
  const { page, show } = await openIn(html('<p id="a">x</p>'), {
    policy: "default-src 'self'; style-src 'self'; script-src 'self' 'unsafe-eval'",
  });
  await show(
    html(
      '<p id="a" style="color: rgb(1, 2, 3)">x</p><svg style="top: 1px"></svg><form style="left: 2px"></form>',
    ),
  );
  const styles = await page.evaluate(() =>
    [...document.body.children].map((element) => (element as HTMLElement).style.cssText),
  );
  assert.deepEqual(styles, ['color: rgb(1, 2, 3);', 'top: 1px;', 'left: 2px;']);
});
