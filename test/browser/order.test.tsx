import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { connected, recordSent, shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A server that answers an event when it is let, and the values of the actions that ran. */
async function openSlow(t: TestContext) {
  const fastify = await createServer(t);
  const ran: string[] = [];
  const waiting: (() => void)[] = [];
  fastify.issrRoute('/', async ({ issr }) => {
    const { action } = issr;
    if (!issr.firstTime) await new Promise<void>((resolve) => waiting.push(resolve));
    if (action) ran.push(action.value);
    return (
      <main>
        <input name="q" />
        {ran.length === 0 && (
          <button action="a" value="button" onclick="rr(this)" type="button">
            once
          </button>
        )}
        <output>{ran.join()}</output>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  const sent = await recordSent(page);
  await page.reload();
  await connected(page);
  /** Lets the render go on that waits or comes next. */
  const letOne = async () => {
    await waitFor(() => waiting.length > 0);
    waiting.shift()?.();
  };
  return { page, ran, sent, letOne };
}

test('events before the connection opens are sent once, in order', async (t) => {
  const fastify = await createServer(t);
  const actions: unknown[] = [];
  fastify.issrRoute('/', ({ issr }) => {
    if (issr.action) actions.push(issr.action.value);
    return (
      <html lang="en">
        <head>
          <script src="/issr.js" />
        </head>
        <body>
          <script>{"for (const value of [1, 2, 3]) rr({ action: 'a', value })"}</script>
          <script {...{ noupdate: true }}>connect()</script>
          <output>{actions.join()}</output>
        </body>
      </html>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await shows(page, 'output', '1,2,3');
  assert.deepEqual(actions, ['1', '2', '3']);
});

test('a double click runs twice in order, each with its answer', async (t) => {
  const { page, ran, letOne } = await openSlow(t);
  const order = page.evaluate(() => {
    const answers = [1, 2].map((value) => window.rr({ action: 'a', value }));
    const shown = answers.map((answer) => answer.then(() => document.querySelector('output')?.textContent));
    return Promise.all(shown);
  });
  await letOne();
  await letOne();
  assert.deepEqual(await order, ['1', '1,2']);
  assert.deepEqual(ran, ['1', '2']);
});

test('a slow server receives every command once and in order', async (t) => {
  const { page, ran, sent, letOne } = await openSlow(t);
  const values = Array.from({ length: 40 }, (_, at) => `${at}`);
  await page.evaluate((values) => {
    for (const value of values) void window.rr({ action: 'a', value });
  }, values);
  for (const _ of values) await letOne();
  await shows(page, 'output', values.join());
  assert.deepEqual(ran, values);
  const numbers = (await sent()).filter(([verb]) => verb === 'event').map(([, number]) => number);
  assert.deepEqual(
    numbers,
    values.map((_, at) => at + 1),
  );
});

test('an event sends the page as it was at its call', async (t) => {
  const fastify = await createServer(t);
  const queries: unknown[] = [];
  const waiting: (() => void)[] = [];
  fastify.issrRoute<{ Querystring: { q?: string } }>('/', async ({ query, issr }) => {
    if (!issr.firstTime) {
      queries.push(query.q);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    return <input name="q" />;
  });
  const page = await browser.openPage(await listen(fastify));
  const done = page.evaluate(async () => {
    const field = document.querySelector('input') as HTMLInputElement;
    const asked = ['a', 'b', 'c'].map((text) => {
      field.value = text;
      return window.rr({ action: 'go' });
    });
    field.value = 'd';
    await Promise.all(asked);
    return field.value;
  });
  for (let answered = 0; answered < 3; answered++) {
    await waitFor(() => waiting.length > 0);
    waiting.shift()?.();
  }
  assert.equal(await done, 'd');
  assert.deepEqual(queries, ['a', 'b', 'c']);
});

test('rr(this) of an element that is removed at once is sent', async (t) => {
  const { page, ran, letOne } = await openSlow(t);
  await page.$eval('button', (button) => {
    button.click();
    button.remove();
  });
  await letOne();
  await shows(page, 'output', 'button');
  assert.deepEqual(ran, ['button']);
  await connected(page);
});

test('rr(this) is sent even if an earlier answer removes its element', async (t) => {
  const { page, ran, letOne } = await openSlow(t);
  await page.click('button');
  await page.click('button');
  await letOne();
  await page.waitForSelector('button', { state: 'detached' });
  await letOne();
  await shows(page, 'output', 'button,button');
  assert.deepEqual(ran, ['button', 'button']);
  await connected(page);
});
