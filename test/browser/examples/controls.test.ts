import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

testEachLink(
  'a tab box remembers its tab by its name, beside another one, and keeps what was written in it',
  async () => {
    const page = await browser.openPage(url('/tab-box'));
    await page.click('text=Notes');
    await page.fill('textarea', 'more salt');
    await page.click('text=Mint');
    await page.waitForSelector('text=as long as you like');
    assert.ok(await page.isVisible('textarea'));
    await page.click('text=Soup');
    await page.waitForSelector('text=Leeks');
    assert.ok(!(await page.isVisible('textarea')));
    await page.click('text=Notes');
    await page.waitForSelector('textarea:visible');
    assert.equal(await page.inputValue('textarea'), 'more salt');
    assert.deepEqual(await page.locator('[aria-pressed=true]').allTextContents(), ['Notes', 'Mint']);
  },
);

testEachLink('the tab that the address says is the one on show', async () => {
  const page = await browser.openPage(url('/tab-box?tea=Black'));
  assert.deepEqual(await page.locator('[aria-pressed=true]').allTextContents(), ['Bread', 'Black']);
});

/** The field as its visitor sees it: `|` is the caret. */
const field = (page: Page) =>
  page.$eval('input', (input) => {
    const caret = input.selectionStart ?? 0;
    return `${input.value.slice(0, caret)}|${input.value.slice(caret)}`;
  });

testEachLink(
  'a number is put in order at each key, and the caret stays behind the digit that was typed',
  async () => {
    const page = await browser.openPage(url('/phone'));
    await page.focus('input');
    for (const [key, text] of [
      ['5', '5|'],
      ['x', '5|'],
      ['5', '55|'],
      ['5', '555|'],
      ['1', '(555) 1|'],
      ['2', '(555) 12|'],
      ['Backspace', '(555) 1|'],
      ['Backspace', '555|'],
    ] as const) {
      await page.keyboard.press(key);
      await connected(page);
      assert.equal(await field(page), text, key);
    }
    await page.keyboard.type('1234567899');
    await shows(page, '[role=status]', 'That is a whole number.');
    await connected(page);
    assert.equal(await field(page), '(555) 123-4567|');
  },
);

testEachLink('a digit typed or deleted amid a number leaves the caret there', async () => {
  const page = await browser.openPage(url('/phone?phone=555123'));
  await page.focus('input');
  await page.keyboard.press('Home');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  assert.equal(await field(page), '(55|5) 123');
  await page.keyboard.press('9');
  await connected(page);
  assert.equal(await field(page), '(559|) 512-3');
  await page.keyboard.press('Backspace');
  await connected(page);
  assert.equal(await field(page), '(55|5) 123');
});

testEachLink('what each kind of field holds arrives at the handler', async () => {
  const page = await browser.openPage(url('/fields'));
  await page.check('[value=large]');
  await page.check('[value=cheese]');
  await page.selectOption('[name=oven]', 'gas');
  await page.selectOption('[name=topping]', ['basil', 'olives']);
  for (const [name, value] of [
    ['slices', '10'],
    ['crust', '#336699'],
    ['date', '2026-11-21'],
    ['note', 'well "done"\n& <hot>'],
  ] as const) {
    await page.fill(`[name=${name}]`, value);
  }
  await arrives(page, {
    size: '"large"',
    extra: '"cheese"',
    oven: '"gas"',
    topping: '["basil","olives"]',
    slices: '"10"',
    crust: '"#336699"',
    date: '"2026-11-21"',
    note: '"well \\"done\\"\\n& <hot>"',
  });
});

testEachLink('two boxes of one name arrive as a list, none of them not at all', async () => {
  const page = await browser.openPage(url('/fields'));
  const rest = {
    size: '"medium"',
    oven: '"wood"',
    slices: '"8"',
    crust: '"#d9a05b"',
    date: '""',
    note: '""',
  };
  await page.check('[value=cheese]');
  await page.check('[value=garlic]');
  await arrives(page, { ...rest, extra: '["cheese","garlic"]' });
  await page.uncheck('[value=cheese]');
  await page.uncheck('[value=garlic]');
  await arrives(page, rest);
});

/** The params that the page shows, in any order. */
async function arrives(page: Page, params: Record<string, string>): Promise<void> {
  const lines = Object.entries(params).map(([name, value]) => name + value);
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('.arrived > div')]
        .map((line) => line.textContent)
        .sort()
        .join() === wanted,
    lines.sort().join(),
  );
}

testEachLink('the server is told where a picture was clicked, and keeps the place', async () => {
  const page = await browser.openPage(url('/image-map'));
  const [server] = await page.locator('.map').all();
  await server?.locator('img').click({ position: { x: 160, y: 70 } });
  await page.waitForSelector('text=160,70: the mountain');
  await server?.locator('img').click({ position: { x: 290, y: 10 } });
  await page.waitForSelector('text=290,10: nothing in particular');
  const pin = await page.$eval('.pin', (pin) => [
    (pin as HTMLElement).style.left,
    (pin as HTMLElement).style.top,
  ]);
  assert.deepEqual(pin, ['290px', '10px']);
});

testEachLink('an area of a map is a command, and the two maps do not forget each other', async () => {
  const page = await browser.openPage(url('/image-map?spot=60,60'));
  const map = page.locator('.map').nth(1);
  await map.locator('img').click({ position: { x: 112, y: 140 } });
  await page.waitForSelector('text=The harbour');
  await page.focus('area[alt=forest]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=The forest');
  assert.equal(await page.textContent('.map:first-child .said'), '60,60: the lighthouse');
  assert.equal(page.url(), url('/image-map?spot=60,60'));
});
