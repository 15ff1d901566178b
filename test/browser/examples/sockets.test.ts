import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser } from '../../support/browser.js';
import { useExamples } from '../../support/examples.js';

const browser = useBrowser();
const url = useExamples();

async function connect(path: string, name = ''): Promise<Page> {
  const page = await browser.openPage(url('/sockets'));
  await page.selectOption('select', path);
  await page.fill('form:first-child input', name);
  await page.click('form:first-child button');
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill('form:last-child input', text);
  await page.click('form:last-child button');
}

/** Resolves when the log has these lines, and no other. */
async function logged(page: Page, ...lines: string[]): Promise<void> {
  await page.waitForFunction(
    (expected) =>
      JSON.stringify(Array.from(document.querySelectorAll('.log li'), (item) => item.textContent)) ===
      JSON.stringify(expected),
    lines,
  );
}

test('a chat server of at most thirty lines keeps rooms apart', async () => {
  const source = readFileSync(join(import.meta.dirname, '../../../examples/rooms.ts'), 'utf8');
  assert.ok(source.trimEnd().split('\n').length <= 30);
  const ada = await connect('/rooms/bongo', 'Ada');
  await logged(ada, 'Ada has joined bongo');
  const linus = await connect('/rooms/fury', 'Linus');
  await logged(linus, 'Linus has joined fury');
  const grace = await connect('/rooms/bongo', 'Grace');
  await logged(grace, 'Grace has joined bongo');
  await say(ada, 'hello');
  await logged(grace, 'Grace has joined bongo', 'Ada says hello');
  await say(grace, '<b>hi</b>');
  await logged(
    ada,
    'Ada has joined bongo',
    'Grace has joined bongo',
    'hello',
    'Ada says hello',
    'Grace says <b>hi</b>',
  );
  await ada.close();
  await logged(
    grace,
    'Grace has joined bongo',
    'Ada says hello',
    '<b>hi</b>',
    'Grace says <b>hi</b>',
    'Ada has left bongo',
  );
  await logged(linus, 'Linus has joined fury');
});

test('a slow echo keeps the order of messages', async () => {
  const page = await connect('/echo');
  await logged(page, 'Welcome to the echo server.');
  // Both before the first echo, however slow the machine.
  await page.evaluate(() => {
    for (const text of ['one', 'two']) {
      const input = document.querySelector<HTMLInputElement>('form:last-child input');
      if (input) input.value = text;
      input?.form?.requestSubmit();
    }
  });
  await logged(page, 'Welcome to the echo server.', 'one', 'two', 'one', 'one', 'two', 'two');
});

test('the error handler reports an error, and the socket stays open', async () => {
  const page = await connect('/plus-one');
  const welcome = 'Welcome. I add one to a number, and fail at anything else.';
  await logged(page, welcome);
  await say(page, 'x');
  const error = 'SyntaxError: Cannot convert x to a BigInt';
  await logged(page, welcome, 'x', error);
  await say(page, '41');
  await logged(page, welcome, 'x', error, '41', '42');
});

test('a resource may close at once, with a code and a reason', async () => {
  await logged(await connect('/closed'), 'closed: 4000 We are closed.');
});
