import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connected, shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

type Server = Awaited<ReturnType<typeof createServer>>;

/** Opens a page whose script keeps fields. */
async function openPage(fastify: Server, path: string) {
  const origin = await listen(fastify);
  const page = await browser.openPage(origin + path);
  // The part that keeps fields loads this one.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-dev')),
  );
  const holds = (name: string, text: string) =>
    waitFor(async () => (await page.inputValue(`[name=${name}]`)) === text);
  const address = () => page.url().slice(origin.length);
  return { page, holds, address };
}

async function createRecords(t: TestContext): Promise<Server> {
  const fastify = await createServer(t, { links: true });
  fastify.issrRoute<{ Params: { id: string }; Querystring: Record<string, string> }>(
    '/:id',
    ({ params: { id }, query: { kind = '', text = '' } }) => (
      <html lang="en">
        <body>
          <h1>{id}</h1>
          <a href={id === '1' ? '/2' : '/1'}>other</a>
          <textarea name="text" />
          <select name="kind" data-rr="change">
            <option selected={kind !== 'firm'}>person</option>
            <option selected={kind === 'firm'}>firm</option>
          </select>
          {kind === 'firm' && <input name="firm" />}
          <input name="off" autocomplete="off" />
          <input name="password" type="password" />
          <div id="chat" data-issr-keep>
            <input name="message" />
          </div>
          <output>{text}</output>
        </body>
      </html>
    ),
  );
  return fastify;
}

test('Back and Forward find what was written on a visited page', async (t) => {
  const { page, holds } = await openPage(await createRecords(t), '/1');
  await page.selectOption('[name=kind]', 'firm');
  await page.waitForSelector('[name=firm]');
  const fields = ['text', 'firm', 'off', 'password', 'message'];
  for (const name of fields) await page.fill(`[name=${name}]`, 'of 1');
  await page.click('text=other');
  await shows(page, 'h1', '2');
  assert.equal(await page.inputValue('[name=text]'), '');
  assert.equal(await page.isVisible('[name=firm]'), false);
  await page.fill('[name=text]', 'of 2');
  // A chat would send it and empty the field.
  await page.fill('[name=message]', '');

  await page.goBack();
  await shows(page, 'h1', '1');
  await holds('text', 'of 1');
  await holds('firm', 'of 1');
  await shows(page, 'output', 'of 1');
  assert.equal(await page.inputValue('[name=kind]'), 'firm');
  for (const name of ['off', 'password']) assert.equal(await page.inputValue(`[name=${name}]`), '');
  assert.equal(await page.inputValue('[name=message]'), '');

  await page.goForward();
  await shows(page, 'h1', '2');
  await holds('text', 'of 2');
  await shows(page, 'output', 'of 2');

  // A link goes to a new page.
  await page.click('text=other');
  await shows(page, 'h1', '1');
  await connected(page);
  assert.equal(await page.inputValue('[name=text]'), '');
  await page.evaluate(() => window.rr());
  await shows(page, 'output', '');
});

test('Back and Forward set mirrored params, and find what was written beside', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: Record<string, string> }>(
    '/',
    { url: ['q', 'id'] },
    ({ query: { q = '', id = '', text = '' } }) => (
      <html lang="en">
        <body>
          <form onsubmit="rr(this)">
            <input name="q" value={q} />
            <button>search</button>
          </form>
          <div name="id" value={id} />
          {id ? (
            <textarea key="answer" name="answer" />
          ) : (
            <main>
              <textarea name="text" />
              <button type="button" action="id" value="7" onclick="rr(this)">
                open
              </button>
            </main>
          )}
          <output>{[q, id, text].join()}</output>
        </body>
      </html>
    ),
  );
  const { page, holds, address } = await openPage(fastify, '/');
  await page.fill('[name=text]', 'first');
  await page.fill('[name=q]', 'abc');
  await page.click('text=search');
  await shows(page, 'output', 'abc,,first');
  assert.equal(await page.inputValue('[name=text]'), 'first');
  await page.fill('[name=text]', 'second');
  await page.fill('[name=q]', 'abcdef');
  await page.evaluate(() => document.querySelector<HTMLElement>('main button')?.click());
  await page.waitForSelector('[name=answer]');
  await page.fill('[name=answer]', 'answer');
  assert.equal(address(), '/?q=abcdef&id=7');

  await page.goBack();
  await holds('text', 'second');
  assert.equal(await page.inputValue('[name=q]'), 'abc');
  await page.goBack();
  await holds('text', 'first');
  await shows(page, 'output', ',,first');
  assert.deepEqual([await page.inputValue('[name=q]'), address()], ['', '/']);
  await page.goForward();
  await holds('text', 'second');
  await page.goForward();
  await holds('answer', 'answer');
});
