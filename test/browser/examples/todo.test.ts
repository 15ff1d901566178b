import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { createSite } from '../../../examples/site.js';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

const titles = (page: Page) => page.locator('.todos span').allTextContents();

testEachLink(
  'what one tab adds, ticks and removes shows in the other, whose half-typed title stays',
  async () => {
    const [ada, grace] = [await browser.openPage(url('/todo')), await browser.openPage(url('/todo'))];
    await grace.type('[name=title]', 'Call');
    for (const title of ['Buy bread', 'Water the plants']) {
      await ada.type('[name=title]', title);
      await ada.keyboard.press('Enter');
      await grace.waitForSelector(`.todos >> text=${title}`);
      await connected(ada);
      assert.equal(await ada.inputValue('[name=title]'), '');
    }
    await grace.click('[aria-label="Buy bread: done"]');
    await ada.waitForSelector('[aria-label="Buy bread: done"][aria-pressed=true]');
    assert.deepEqual(await titles(ada), ['Water the plants', 'Buy bread']);
    await ada.click('[aria-label="Remove Water the plants"]');
    await grace.waitForSelector('.todos >> text=Water the plants', { state: 'detached' });
    assert.deepEqual(await titles(grace), ['Buy bread']);
    assert.equal(await grace.inputValue('[name=title]'), 'Call');
    assert.equal(grace.url(), url('/todo'));
  },
);

testEachLink(
  'what is wrong with a title is said at its field, to this tab only, until it is right',
  async () => {
    const [page, other] = [await browser.openPage(url('/todo')), await browser.openPage(url('/todo'))];
    await page.click('text=add');
    await shows(page, '#problem', 'Write what is to be done.');
    await page.fill('[name=title]', 'Twice');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#problem:empty', { state: 'attached' });
    await page.fill('[name=title]', ' Twice ');
    await page.keyboard.press('Enter');
    await shows(page, '#problem', 'That is on the list already.');
    assert.equal(await page.getAttribute('[name=title]', 'aria-invalid'), 'true');
    assert.equal(await page.inputValue('[name=title]'), ' Twice ');
    await other.waitForSelector('.todos >> text=Twice');
    assert.equal(await other.textContent('#problem'), '');
  },
);

testEachLink('a link with a command changes nothing', async () => {
  const page = await browser.openPage(url('/todo'));
  await page.fill('[name=title]', 'Stay');
  await page.keyboard.press('Enter');
  const remove = page.locator('[aria-label="Remove Stay"]');
  const query = await remove.getAttribute('formaction');
  await page.goto(url(`/todo${query}`));
  assert.ok(await remove.isVisible());
});

test('the list outlives the process', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'todo-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'todos.db');
  const first = await createSite({}, file);
  const add = { method: 'POST', url: '/todo?add', headers: { origin: 'http://localhost' } } as const;
  const answer = await first.inject({
    ...add,
    headers: { ...add.headers, host: 'localhost', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'title=Remember',
  });
  assert.equal(answer.statusCode, 303);
  await first.close();
  const second = await createSite({}, file);
  t.after(() => second.close());
  assert.match((await second.inject('/todo')).body, /<span>Remember<\/span>/);
});
