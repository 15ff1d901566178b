import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();
const select = (options: string, attributes = ''): string =>
  html(`<p>1</p><select name="s" ${attributes}>${options}</select>`);
const chosen = (page: Page): Promise<string[]> =>
  page.$eval('select', (field: HTMLSelectElement) =>
    [...field.selectedOptions].map((option) => option.value),
  );

testEachWay('a box that the visitor checked stays checked, an unchecked one unchecked', async (way) => {
  const boxes = '<input type="checkbox" name="a"><input type="checkbox" name="b" checked>';
  const { page, show } = await open(html(`<p>1</p>${boxes}`), way);
  await page.check('[name=a]');
  await page.uncheck('[name=b]');
  await show(html(`<p>2</p><b>new</b>${boxes}`));
  assert.equal(await page.isChecked('[name=a]'), true);
  assert.equal(await page.isChecked('[name=b]'), false);
});

testEachWay('the server checks and unchecks boxes that the visitor has used', async (way) => {
  const { page, send, show } = await open(
    html('<input type="checkbox" name="a"><input type="checkbox" name="b" checked>'),
    way,
  );
  for (const name of ['a', 'b']) {
    await page.click(`[name=${name}]`);
    await page.click(`[name=${name}]`);
  }
  await show(html('<input type="checkbox" name="a" checked><input type="checkbox" name="b">'), await send());
  assert.equal(await page.isChecked('[name=a]'), true);
  assert.equal(await page.isChecked('[name=b]'), false);
});

testEachWay('an indeterminate box stays so', async (way) => {
  const { page, show } = await open(html('<p>1</p><input type="checkbox" name="a">'), way);
  await page.$eval('input', (box: HTMLInputElement) => {
    box.indeterminate = true;
  });
  await show(html('<p>2</p><input type="checkbox" name="a" class="new">'));
  assert.equal(await page.$eval('input', (box: HTMLInputElement) => box.indeterminate), true);
});

const radios = (checked: string, values = ['1', '2', '3']): string =>
  html(
    values
      .map((value) => `<input type="radio" name="r" value="${value}"${value === checked ? ' checked' : ''}>`)
      .join(''),
  );
const radio = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.querySelector<HTMLInputElement>('input:checked')?.value);

testEachWay('the radio button that the visitor chose stays when the server says nothing new', async (way) => {
  const { page, show } = await open(radios('1'), way);
  await page.check('[value="3"]');
  await show(radios('1').replace('<input', '<p>new</p><input'));
  assert.equal(await radio(page), '3');
});

testEachWay('the server chooses another radio button', async (way) => {
  const { page, send, show } = await open(radios('1'), way);
  await page.check('[value="3"]');
  await show(radios('2'), await send());
  assert.equal(await radio(page), '2');
});

testEachWay('a push does not take back a radio button that was not sent', async (way) => {
  const { page, show } = await open(radios('1'), way);
  await page.check('[value="3"]');
  await show(radios('2'));
  assert.equal(await radio(page), '3');
});

testEachWay('a new radio button that is chosen takes back no choice that was not sent', async (way) => {
  const { page, show } = await open(radios('1'), way);
  await show(radios('4', ['1', '2', '3', '4']));
  assert.equal(await radio(page), '4');
  await page.check('[value="3"]');
  await show(radios('5', ['5', '1', '2', '3', '4']));
  assert.equal(await radio(page), '3');
});

testEachWay('a choice stays when an option comes before it', async (way) => {
  const { page, show } = await open(select('<option>a</option><option>b</option><option>c</option>'), way);
  await page.selectOption('select', 'b');
  await show(select('<option>new</option><option>a</option><option>b</option><option>c</option>'));
  assert.deepEqual(await chosen(page), ['b']);
  await show(select('<option>c</option><option>b</option>'));
  assert.deepEqual(await chosen(page), ['b']);
});

testEachWay('a choice whose option the server removes gives way to the choice of the server', async (way) => {
  const { page, show } = await open(
    select('<option>a</option><option selected>b</option><option>c</option>'),
    way,
  );
  await page.selectOption('select', 'c');
  await show(select('<option>a</option><option selected>b</option><option>d</option>'));
  assert.deepEqual(await chosen(page), ['b']);
  await show(select('<option>a</option><option>b</option><option selected>d</option>'));
  assert.deepEqual(await chosen(page), ['d']);
});

testEachWay('a choice stays when the same options are rendered with the same default', async (way) => {
  const { page, show } = await open(select('<option>a</option><option selected>b</option>'), way);
  await page.selectOption('select', 'a');
  await show(select('<option>a</option><option selected>b</option>', 'class="new"'));
  assert.deepEqual(await chosen(page), ['a']);
});

testEachWay('the server chooses an option', async (way) => {
  const { page, send, show } = await open(
    select('<option>a</option><option>b</option><option>c</option>'),
    way,
  );
  await page.selectOption('select', 'b');
  await show(select('<option>a</option><option>b</option><option selected>c</option>'), await send());
  assert.deepEqual(await chosen(page), ['c']);
  await show(select('<option>a</option><option selected>b</option><option>c</option>'), await send());
  assert.deepEqual(await chosen(page), ['b']);
});

testEachWay('a choice that was not sent is not taken back by a push', async (way) => {
  const { page, show } = await open(select('<option>a</option><option>b</option><option>c</option>'), way);
  await page.selectOption('select', 'b');
  await show(select('<option>a</option><option>b</option><option selected>c</option>'));
  assert.deepEqual(await chosen(page), ['b']);
});

testEachWay('a list that nobody used shows the default of its new options', async (way) => {
  const { show, isFresh } = await open(select('<option>a</option><option>b</option>'), way);
  await show(select('<option>z</option><option>a</option><option>b</option>'));
  await isFresh();
  await show(select('<option disabled>none</option><option>a</option><option selected>b</option>'));
  await isFresh();
  await show(select('<optgroup label="x"><option>a</option></optgroup>'));
  await isFresh();
  await show(select(''));
  await isFresh();
  await show(select('<option value="1">a</option>'));
  await isFresh();
});

testEachWay('each option of a multiple list is a thing of its own', async (way) => {
  const { page, send, show } = await open(
    select('<option>a</option><option>b</option><option>c</option>', 'multiple'),
    way,
  );
  await page.selectOption('select', ['a', 'c']);
  await show(select('<option>0</option><option>a</option><option>b</option><option>c</option>', 'multiple'));
  assert.deepEqual(await chosen(page), ['a', 'c']);
  await show(
    select('<option>0</option><option>a</option><option selected>b</option><option>c</option>', 'multiple'),
    await send(),
  );
  assert.deepEqual(await chosen(page), ['b']);
});

testEachWay("with update the choice is the server's", async (way) => {
  const markup = select('<option>a</option><option selected>b</option>', 'update');
  const { page, send, show } = await open(markup, way);
  await page.selectOption('select', 'a');
  await show(markup, await send());
  assert.deepEqual(await chosen(page), ['b']);
});

test('a patch leaves an unrelated open list alone', async () => {
  const { page, show } = await open(select('<option>a</option><option>b</option>'));
  await page.evaluate(() => {
    const field = document.querySelector('select') as HTMLSelectElement;
    const touched: string[] = [];
    Object.assign(window, { touched });
    new MutationObserver((records) => touched.push(...records.map((record) => record.type))).observe(field, {
      subtree: true,
      childList: true,
      attributes: true,
    });
    const { set } = Object.getOwnPropertyDescriptor(
      HTMLOptionElement.prototype,
      'selected',
    ) as PropertyDescriptor;
    Object.defineProperty(HTMLOptionElement.prototype, 'selected', {
      ...Object.getOwnPropertyDescriptor(HTMLOptionElement.prototype, 'selected'),
      set(value) {
        touched.push('selected');
        set?.call(this, value);
      },
    });
  });
  await page.click('select');
  await show(html('<p>2</p><b>new</b><select name="s" ><option>a</option><option>b</option></select>'));
  assert.deepEqual(await page.evaluate(() => (window as unknown as { touched: string[] }).touched), []);
});
