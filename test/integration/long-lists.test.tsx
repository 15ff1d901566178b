import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type IssrPage, memo } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const Rows = memo(({ from, text }: { from: number; text: string }) => (
  <>
    {Array.from({ length: 100 }, (_, i) => (
      <li key={from + i}>
        <b>{text}</b> {from + i}
      </li>
    ))}
  </>
));

/** A list that grows by 100 rows with each event. `filter` is an `onSend` hook of the author. */
async function openList(t: TestContext, filter: (html: string) => string = (html) => html) {
  const fastify = await createServer(t);
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const countOf = (page: IssrPage | null) => (page?.data.count as number | undefined) ?? 2;
  fastify.issrRoute(
    '/list',
    {
      actions: {
        more: ({ issr: { page } }) => {
          if (page) page.data.count = countOf(page) + 1;
        },
        edit: () => void texts.splice(1, 1, 'edited <b>'),
      },
      onSend: async (_request, _reply, payload) => filter(String(payload)),
    },
    ({ issr: { page } }) => (
      <html lang="en">
        <head>
          <title>List</title>
        </head>
        <body>
          <ol>
            {texts.slice(0, countOf(page)).map((text, i) => (
              <Rows from={i * 100} text={text} />
            ))}
          </ol>
          <p>{countOf(page)} lists</p>
        </body>
      </html>
    ),
  );
  return PageDriver.open(await listen(fastify), '/list');
}

const rowsOf = (page: PageDriver) => page.html.match(/<li/g)?.length;

test('a list of memo rows grows and changes by patches', async (t) => {
  const page = await openList(t);
  for (const count of [3, 4, 5]) {
    const [verb, , ...instructions] = await page.click('more');
    assert.deepEqual([verb, instructions.length], ['patch', 2]);
    assert.equal(rowsOf(page), count * 100);
    assert.match(page.text, new RegExp(`${count} lists$`));
  }
  const [verb] = await page.click('edit');
  assert.equal(verb, 'patch');
  assert.match(page.html, /<b>edited &lt;b(?:&gt;|>)<\/b> 100</);
  assert.equal(rowsOf(page), 500);
});

test('an onSend hook changes the text of a list of memo rows', async (t) => {
  const page = await openList(t, (html) => html.replace(' lists', ' long lists'));
  for (const count of [3, 4]) {
    assert.equal((await page.click('more'))[0], 'patch');
    assert.match(page.text, new RegExp(`${count} long lists$`));
    assert.equal(rowsOf(page), count * 100);
  }
});
