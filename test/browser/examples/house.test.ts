import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';
import { get } from '../../support/get.js';
import { PageDriver } from '../../support/page-driver.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

/** The params that the handler got, by name, as the page shows them. */
async function got(page: Page): Promise<Record<string, unknown>> {
  await connected(page);
  const lines = await page.$$eval('.arrived > div', (lines) =>
    lines.map((line) => [line.children[0]?.textContent, line.children[1]?.textContent]),
  );
  return Object.fromEntries(lines.map(([name, value]) => [name, JSON.parse(value ?? '')]));
}

const arrives = (page: Page, name: string, value: unknown) =>
  page.waitForFunction(
    (line) =>
      [...document.querySelectorAll('.arrived > div')].some(({ textContent }) => textContent === line),
    name + JSON.stringify(value),
  );

testEachLink(
  'what the fields hold arrives as a string, an integer, one of two, a list of integers, an object',
  async () => {
    const page = await browser.openPage(url('/house/go'));
    await page.fill('[name=player]', '7');
    await page.fill('[name=stones]', '64');
    await page.selectOption('[name=colour]', 'white');
    await page.check('[name=rows] >> nth=0');
    await page.check('[name=rows] >> nth=2');
    await page.fill('[name=position]', '{"row":3,"column":"4"}');
    await arrives(page, 'position', { row: 3, column: 4 });
    assert.deepEqual(await got(page), {
      player: '7',
      stones: 64,
      colour: 'white',
      rows: [1, 3],
      position: { row: 3, column: 4 },
    });
    await page.uncheck('[name=rows] >> nth=0');
    await arrives(page, 'rows', [3]);
    await page.uncheck('[name=rows] >> nth=2');
    await arrives(page, 'rows', []);
  },
);

testEachLink('what is not of its type is told on the page, which goes on', async () => {
  const page = await browser.openPage(url('/house/go'));
  for (const [name, value, problem] of [
    ['stones', '7', 'querystring/stones must be multiple of 2'],
    ['stones', '66', 'querystring/stones must be <= 64'],
    ['stones', 'many', 'querystring/stones must be integer'],
    ['stones', '2', ''],
    ['position', '{"row":', 'querystring/position must be object'],
    ['position', '{"row":1}', "querystring/position must have required property 'column'"],
    ['position', '', ''],
  ] as const) {
    await page.fill(`[name=${name}]`, value);
    await shows(page, '[role=alert]', problem);
    assert.equal(await page.inputValue(`[name=${name}]`), value);
  }
  assert.deepEqual((await got(page)).stones, 2);
});

test('an unknown game is a 404 for a load and for a visit', async () => {
  const page = await browser.openPage(url('/house/go'));
  await page.click('text=Mancala');
  await shows(page, 'h1', 'Mancala');
  assert.equal(page.url(), url('/house/mancala'));
  assert.equal((await get(url('/house/chess'))).status, 404);
  const driver = await PageDriver.open(url(''), '/house/go');
  assert.deepEqual(await driver.rr({ url: '/house/chess' }), ['redirect', 1, '/house/chess', false]);
  await driver.drop();
});

test('JSON routes validate the body and name the allowed methods', async () => {
  const put = async (body: unknown, game = 'go') => {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'PUT', headers, body: JSON.stringify(body) };
    const answer = await fetch(url(`/house/${game}/stones`), options);
    return [answer.status, await answer.json()];
  };
  assert.deepEqual(await put({ stones: 8 }), [200, { game: 'Go', pairs: 4 }]);
  const [status, { message }] = await put({ stones: 7 });
  assert.deepEqual([status, message], [400, 'body/stones must be multiple of 2']);
  assert.equal((await put({ stones: 8 }, 'chess'))[0], 404);
  assert.equal((await get(url('/house/go/stones'))).status, 404);
  const rules = await get(url('/house/nim/rules.json'));
  assert.deepEqual(JSON.parse(rules.body), { title: 'Nim', origin: 'unknown' });
  assert.match(rules.headers['content-type'] ?? '', /^application\/json/);
});

test('serves permanent and temporary redirects and static files', async () => {
  const [permanent, temporary] = [await get(url('/houses')), await get(url('/house'))];
  assert.deepEqual([permanent.status, permanent.headers.location], [301, '/house']);
  assert.deepEqual([temporary.status, temporary.headers.location], [307, '/house/go']);
  const file = await get(url('/house/files/island.svg'));
  assert.deepEqual([file.status, file.headers['content-type']], [200, 'image/svg+xml']);
  assert.equal((await get(url('/house/files/..%2f..%2fhouse.tsx'))).status, 404);
  const page = await browser.openPage(url('/houses'));
  assert.equal(page.url(), url('/house/go'));
});

testEachLink(
  "a session counts its visitor's loads, and a cookie that an event sets has the host as its domain",
  async () => {
    const page = await browser.openPage(url('/house/go'));
    await page.reload();
    await page.waitForSelector('text=in this session: 2');
    await page.selectOption('[name=colour]', 'white');
    const fetched = page.waitForResponse(/issr\/cookies/);
    await page.click('text=remember the colour');
    assert.match(
      (await (await fetched).headerValue('set-cookie')) ?? '',
      /colour=white; Domain=127\.0\.0\.1;/,
    );
    await page.waitForSelector('text=Remembered colour: white');
    await page.waitForFunction(() => document.cookie === 'colour=white');
    await page.reload();
    await page.waitForSelector('text=Remembered colour: white');
    await page.waitForSelector('text=in this session: 3');
  },
  'requests',
);
