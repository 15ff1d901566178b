import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

/** Seconds that three visitors type at the same time. */
const SECONDS = Number(process.env.ISSR_SHEET_SECONDS ?? 2);
/** The least number of words that each of them writes. */
const WORDS = 4;
/** Cells of the column that all of them write in. */
const SHARED = ['D1', 'D2'];

const input = (cell: string) => `[aria-label="${cell}"]`;

testEachLink(
  'a cell shows who is in it, and keeps unsent text while others write there',
  async () => {
    const [ada, grace] = [await browser.openPage(url('/sheet')), await browser.openPage(url('/sheet'))];
    await ada.fill('[name=name]', 'Ada');
    await ada.focus(input('B2'));
    await grace.waitForSelector(`.taken > ${input('B2')}`);
    await shows(grace, '.here', 'Ada in B2');
    await grace.focus(input('B2'));
    await grace.keyboard.type('mine');
    await ada.keyboard.type('12.5');
    await ada.keyboard.press('Enter');
    await shows(grace, 'tfoot td:nth-of-type(2)', '12.5');
    assert.equal(await grace.inputValue(input('B2')), 'mine');
    await grace.keyboard.press('Tab');
    await ada.waitForFunction(
      (cell) => document.querySelector<HTMLInputElement>(cell)?.value === 'mine',
      input('B2'),
    );
    await shows(ada, 'tfoot td:nth-of-type(2)', '');
    await shows(ada, '.here', 'Somebody in C2');
  },
  'manyFocused',
);

testEachLink(
  'three visitors who type at the same time lose no letter, and end with equal cells',
  async () => {
    const first = await browser.openPage(url('/sheet'));
    const contexts = await Promise.all(['B', 'C'].map(() => first.context().browser()?.newContext()));
    const pages = [first, ...(await Promise.all(contexts.flatMap((context) => context?.newPage() ?? [])))];
    assert.equal(pages.length, 3);
    for (const page of pages.slice(1)) await page.goto(url('/sheet'));
    for (const page of pages) await connected(page);

    const end = Date.now() + 1000 * SECONDS;
    const written = await Promise.all(pages.map((page, i) => write(page, 'ABC'.charAt(i), end)));

    const readers = [...pages, await browser.openPage(url('/sheet'))];
    let all: string[][] = [];
    const isEqual = async () => {
      all = await Promise.all(readers.map(cells));
      return new Set(all.map(String)).size === 1;
    };
    while (!(await isEqual())) assert.ok(Date.now() < end + 60_000, `cells differ: ${JSON.stringify(all)}`);
    for (const own of written) {
      for (const [cell, text] of own) {
        if (!SHARED.includes(cell)) assert.equal(await first.inputValue(input(cell)), text);
      }
    }
    for (const cell of SHARED) {
      const text = await first.inputValue(input(cell));
      assert.ok(
        written.some((own) => own.get(cell) === text),
        `${cell} has the last text of a visitor`,
      );
    }
    await Promise.all(contexts.map((context) => context?.close()));
  },
  'manyFocused',
);

/**
 * Writes a word in a cell of its own column or of the shared one, and leaves the cell, again and again. After each
 * letter the cell has the focus and all letters so far.
 *
 * @returns the last text written in each cell
 */
async function write(page: Page, column: string, end: number): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (let count = 0; count < WORDS || Date.now() < end; count++) {
    const shared = SHARED[(count >> 1) % SHARED.length] ?? '';
    const cell = count % 2 ? shared : `${column}${1 + (count % 6)}`;
    const word = `${column.toLowerCase()}${count}xy`;
    await page.focus(input(cell));
    await page.fill(input(cell), '');
    for (let length = 1; length <= word.length; length++) {
      await page.keyboard.press(word.charAt(length - 1));
      const [focused, text = '', caret] = await page.evaluate(() => {
        const field = document.activeElement as HTMLInputElement;
        return [field.ariaLabel, field.value, field.selectionStart] as const;
      });
      assert.equal(focused, cell, 'the focus stays');
      // Another visitor's text may have arrived before the first letter.
      assert.ok(
        text.endsWith(word.slice(0, length)),
        `${cell} has "${text}" after "${word.slice(0, length)}"`,
      );
      assert.equal(caret, text.length, 'the caret stays');
    }
    texts.set(cell, await page.inputValue(input(cell)));
    await page.keyboard.press(count % 3 ? 'Tab' : 'Shift+Tab');
  }
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  return texts;
}

async function cells(page: Page): Promise<string[]> {
  await connected(page);
  return page
    .locator('.sheet input')
    .evaluateAll((inputs) =>
      inputs.map((input) => (input as HTMLInputElement).value).filter((_, i) => i < 26 * 10),
    );
}
