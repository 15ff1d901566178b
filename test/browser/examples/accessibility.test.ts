import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { EXAMPLES } from '../../../examples/catalog.js';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HELPDESK = [
  '/helpdesk',
  '/helpdesk/tickets/1',
  '/helpdesk/new',
  '/helpdesk/board',
  '/helpdesk/reports',
];
const PATHS = [
  '/',
  ...EXAMPLES.map(({ href }) => href),
  '/helpdesk/sign-in',
  '/source/helpdesk',
  '/source/todo.tsx',
];

const browser = useBrowser();
const url = useExamples();

async function signIn(path: string): Promise<Page> {
  const page = await browser.openPage(url(`/helpdesk/sign-in?next=${path}`));
  await page.fill('[name=login]', 'ada');
  await page.fill('[name=password]', 'helpdesk');
  await page.keyboard.press('Enter');
  await page.waitForSelector('header .avatar');
  await connected(page);
  return page;
}

/** Violations that axe finds in the page, in light and in dark. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: string[] = [];
  for (const colorScheme of unless('media') ? (['light'] as const) : (['light', 'dark'] as const)) {
    if (!unless('media')) await page.emulateMedia({ colorScheme });
    await page.evaluate(async () => {
      const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      await Promise.all(transitions.map(({ finished }) => finished));
    });
    // The modes differ in colours alone. The size of targets is WCAG 2.2, which axe leaves out by default.
    const options =
      colorScheme === 'dark'
        ? { runOnly: ['color-contrast'] }
        : { rules: { 'target-size': { enabled: true } } };
    const results: AxeResults = await page.evaluate(
      (options) =>
        (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(options),
      { ...options, resultTypes: ['violations'] },
    );
    for (const { id, nodes } of results.violations)
      found.push(...nodes.map(({ html }) => `${colorScheme} ${id}: ${html}`));
  }
  return found;
}

for (const path of PATHS) {
  test(`axe finds no violation on ${path}`, async () => {
    assert.deepEqual(await violations(await browser.openPage(url(path))), []);
  });
}

test('axe finds no violation on the pages of a signed-in agent', async () => {
  const page = await signIn('/helpdesk');
  for (const path of HELPDESK) {
    await page.goto(url(path));
    await connected(page);
    assert.deepEqual(await violations(page), [], path);
  }
});

test('axe finds no violation in dialogs and messages', async () => {
  const page = await signIn('/helpdesk/tickets/2');
  await page.click('button:text-is("Assign")');
  await page.waitForSelector('dialog:modal');
  assert.deepEqual(await violations(page), []);
  await page.click('dialog >> text=Grace Hopper');
  await page.waitForSelector('.toasts p');
  assert.deepEqual(await violations(page), []);
});

for (const path of ['/', '/source/todo.tsx', '/helpdesk', '/helpdesk/tickets/1', '/helpdesk/board']) {
  test(`a phone shows ${path} at once, named and without a shift`, async () => {
    const page = await browser.openPage(url(path));
    await page.setViewportSize({ width: 390, height: 800 });
    await page.reload();
    await connected(page);
    const { shift, ...facts } = await page.evaluate(async () => {
      const observer = new PerformanceObserver(() => {});
      observer.observe({ type: 'layout-shift', buffered: true });
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const shifts = observer.takeRecords() as (PerformanceEntry & { value: number })[];
      return {
        shift: shifts.reduce((sum, { value }) => sum + value, 0),
        isNamed: document.title !== '' && document.documentElement.lang !== '',
        isDescribed: !!document.querySelector('meta[name=description][content]'),
        isScaled: !!document.querySelector('meta[name=viewport][content*="width=device-width"]'),
        headings: document.querySelectorAll('h1').length,
        blocking: [...document.scripts].filter(
          ({ src, async, defer, type }) => src && !async && !defer && type !== 'module',
        ).length,
        unsized: [...document.images].filter(({ width, height }) => !width || !height).length,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      };
    });
    // https://web.dev/articles/cls
    assert.ok(shift < 0.1, `${shift}`);
    assert.deepEqual(facts, {
      isNamed: true,
      isDescribed: true,
      isScaled: true,
      headings: 1,
      blocking: 0,
      unsized: 0,
      overflow: 0,
    });
  });
}

/**
 * Presses Tab until the focus has left the page or is back at the first stop, or `limit` times. Each stop must be shown
 * and have an outline. Firefox then has the focus in a tool bar, and the page can no longer be used by keyboard.
 *
 * @returns the names of the stops
 */
async function walk(page: Page, limit = 200): Promise<string[]> {
  const stops: string[] = [];
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  while (stops.length < limit) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate((isFirst) => {
      const element = document.activeElement;
      if (isFirst) Object.assign(window, { first: element });
      const isBack = !isFirst && element === (window as unknown as { first: Element }).first;
      if (!element || element === document.body || isBack) return undefined;
      const { outlineStyle } = getComputedStyle(element);
      const after = getComputedStyle(element, '::after').outlineStyle;
      const isMarked = [outlineStyle, after].some((style) => style !== 'none');
      const { name, labels } = element as HTMLInputElement;
      const text =
        element.getAttribute('aria-label') ?? labels?.[0]?.firstChild?.textContent ?? element.textContent;
      return {
        name: (text || name || element.tagName).trim(),
        isSeen: element.checkVisibility() && isMarked,
      };
    }, stops.length === 0);
    if (!stop) break;
    assert.ok(stop.isSeen, `${stop.name} shows that it has the focus`);
    stops.push(stop.name);
  }
  return stops;
}

/** Elements that a pointer can use. */
const controls = (page: Page) =>
  page.$$eval(
    'a[href],button,input:not([type=hidden]),select,textarea,[tabindex="0"]',
    (elements) =>
      elements.filter((element) => element.checkVisibility() && !element.matches(':disabled')).length,
  );

test('a to-do list is written, ticked and emptied by keyboard', async () => {
  const page = await browser.openPage(url('/todo'));
  await page.focus('[name=title]');
  await page.keyboard.type('water the fern');
  await page.keyboard.press('Enter');
  await shows(page, '.todos span', 'water the fern');
  await page.focus('button.toggle');
  await page.keyboard.press('Space');
  await page.waitForSelector('.toggle[aria-pressed=true]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.todos:empty', { state: 'attached' });
  await page.focus('[name=title]');
  await page.keyboard.type('feed the cat');
  await page.keyboard.press('Enter');
  await shows(page, '.todos span', 'feed the cat');
  assert.equal((await walk(page)).length, await controls(page));
});

test('a chat is walked and used by keyboard', async () => {
  const page = await browser.openPage(url('/chat'));
  assert.equal((await walk(page)).length, await controls(page));
  await page.focus('[name=name]');
  await page.keyboard.type('Ada');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Hello');
  await page.keyboard.press('Enter');
  await shows(page, '.log li p', 'Hello');
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), 'text');
});

test('a sheet is walked and written by keyboard', async () => {
  const page = await browser.openPage(url('/sheet'));
  assert.deepEqual((await walk(page, 5)).slice(1), ['Name', 'A1', 'B1', 'C1']);
  await page.keyboard.type('7');
  await page.keyboard.press('Tab');
  await shows(page, 'tfoot td:nth-of-type(3)', '7');
  assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), 'D1');
});

test('a helpdesk is walked and used by keyboard', async () => {
  const page = await signIn('/helpdesk');
  await page.focus('[name=q]');
  await page.keyboard.type('printer');
  await shows(page, '.pages [role=status]', 'Tickets: 0');
  await page.keyboard.press('Alt+n');
  await page.waitForSelector('[name=title]:focus');
  const type = async (text: string) => {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  };
  await type('The printer smells');
  await type('me@example.org');
  await page.keyboard.press('Tab');
  await type('Like burnt toast.');
  await page.waitForSelector('main button:focus');
  await page.keyboard.press('Enter');
  await shows(page, 'h1', 'The printer smells');
  await page.focus('button:text-is("Assign")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog:modal button:focus');
  await page.keyboard.press('Enter');
  await shows(page, 'dd:last-child', 'Ada Lovelace');
  await page.waitForSelector('dialog:modal', { state: 'detached' });
  await page.goto(url('/helpdesk'));
  assert.equal((await walk(page)).length, await controls(page));
});
