import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connected, useBrowser } from '../../support/browser.js';
import { createServer, listen } from '../../support/server.js';

const browser = useBrowser();
const html = (body: string): string =>
  `<!doctype html><html><head><title>t</title></head><body>${body}</body></html>`;

test('scripts of a patch run in document order', async (t) => {
  const fastify = await createServer(t);
  const script = (name: string) => `(window.order ??= []).push('${name}');`;
  fastify.get('/slow.js', async (_, reply) => {
    await setTimeout(200);
    return reply.type('text/javascript').send(script('slow'));
  });
  fastify.get('/fast.js', (_, reply) => reply.type('text/javascript').send(script('fast')));
  let isThere = false;
  fastify.issrRoute('/', () =>
    html(
      isThere
        ? `<script src="/slow.js"></script><script src="/fast.js"></script><script>${script('inline')}</script>` +
            `<script type="application/json" src="/none">{}</script><script>${script('last')}</script>`
        : '<p>1</p>',
    ),
  );
  const page = await browser.openPage(await listen(fastify));
  isThere = true;
  await fastify.issr.rr('/');
  const order = await page.waitForFunction(() => {
    const { order } = window as unknown as { order?: string[] };
    return order?.includes('last') && order;
  });
  assert.deepEqual(await order.jsonValue(), ['slow', 'fast', 'inline', 'last']);
});

test('a frame that goes to another address adds no history entry', async (t) => {
  const fastify = await createServer(t);
  fastify.get('/frame/:n', (request, reply) =>
    reply.type('text/html').send(`<p>${(request.params as { n: string }).n}</p>`),
  );
  let n = 1;
  fastify.issrRoute('/', () => html(`<iframe src="/frame/${n}"></iframe>`));
  const page = await browser.openPage(await listen(fastify));
  const text = (text: string) => page.frameLocator('iframe').locator(`p:text-is("${text}")`).waitFor();
  await text('1');
  const before = await page.evaluate(() => history.length);
  n = 2;
  await fastify.issr.rr('/');
  await text('2');
  assert.equal(await page.evaluate(() => history.length), before);
});

test("the server's own aria-busy outlives an answer", async (t) => {
  const fastify = await createServer(t);
  let busy: string | undefined;
  const go = ({ issr }: { issr: { action: { value: string } | null } }): void => {
    busy = issr.action?.value;
  };
  fastify.issrRoute('/', { actions: { go } }, () =>
    html(
      ['true', 'false', '']
        .map((value) => `<button action="go" value="${value}" onclick="rr(this)">x</button>`)
        .join('') +
        `<button id="b" action="go" value="false" onclick="rr(this)"${busy ? ` aria-busy="${busy}"` : ''}>y</button>`,
    ),
  );
  const page = await browser.openPage(await listen(fastify));
  const state = async (expected: string | null) =>
    page.waitForFunction(
      (value) => document.querySelector('#b')?.getAttribute('aria-busy') === value,
      expected,
    );
  await page.click('button[value=true]');
  await state('true');
  await page.click('#b');
  await state('false');
  await page.click('#b');
  await connected(page);
  await state('false');
  await page.click('button[value=""]');
  await state(null);
});

test('aria-busy="true" of the answer stays on the element that asked', async (t) => {
  const fastify = await createServer(t);
  let isBusy = false;
  const go = (): void => {
    isBusy = true;
  };
  fastify.issrRoute('/', { actions: { go } }, () =>
    html(`<button action="go" onclick="rr(this)"${isBusy ? ' aria-busy="true"' : ''}>${isBusy}</button>`),
  );
  const page = await browser.openPage(await listen(fastify));
  await page.evaluate(() => window.rr(document.querySelector('button')));
  assert.equal(await page.textContent('button'), 'true');
  assert.equal(await page.getAttribute('button', 'aria-busy'), 'true');
});
