import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { h } from 'preact';
import { connected, shows, useBrowser } from '../support/browser.js';
import { browserName } from '../support/browsers/driver.js';
import type { Link } from '../support/examples.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Two pages with links to each other, a button of state and one of a command, behind a line that a test can stall. */
async function openSite(t: TestContext, link: Link = 'a websocket') {
  const fastify = await createServer(t, { links: true, prefetch: 'hover' });
  /** `one 0`; `one 0!` in a render ahead. */
  const renders: string[] = [];
  const site = { commands: 0, text: '', isClosed: false };
  fastify.issrRoute<{ Params: { name: string }; Querystring: { n: number } }>(
    '/:name',
    {
      schema: { querystring: { type: 'object', properties: { n: { type: 'integer', default: 0 } } } },
      actions: { command: async () => void site.commands++ },
    },
    ({ params: { name }, query: { n }, issr }, reply) => {
      renders.push(`${name} ${n}${issr.prefetch ? '!' : ''}`);
      if (name === 'two' && site.isClosed) return reply.redirect('/closed');
      issr.watch(name);
      return (
        <html lang="en">
          <head>
            <link rel="icon" href="data:," />
            {/* WebKit's driver runs no script of a test before those of the page. */}
            {h('script', { dangerouslySetInnerHTML: { __html: `(${recordAnswers})()` } })}
          </head>
          <body>
            <h1>{name}</h1>
            <output>{n}</output>
            <em>{site.text}</em>
            <a href={name === 'one' ? '/two' : '/one'}>other</a>
            <button type="button" id="more" action="n" value={n + 1} onclick="rr(this)">
              more
            </button>
            <button type="button" id="command" action="command" value={name} onclick="rr(this)">
              command
            </button>
            <input name="draft" />
          </body>
        </html>
      );
    },
  );
  const refused = link === 'plain HTTP' ? ({ websockets: 'refuse' } as const) : {};
  const proxy = await TcpProxy.open(t, await listen(fastify), refused);
  const page = await browser.openPage(`${proxy.origin}/warm`);
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-navigation')),
  );
  await connected(page);
  const answers = () => page.evaluate(() => (window as unknown as { answers: number }).answers);
  // The first visit loads the parts of the script. No pointer comes near.
  await page.$eval('a', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'one');
  await connected(page);
  /** Rests on an element until the answer is here. */
  const hover = async (selector: string) => {
    const before = await answers();
    await page.mouse.move(1, 1);
    await page.hover(selector);
    await waitFor(async () => (await answers()) > before, 'the answer is here');
  };
  const stall = () => {
    for (const connection of proxy.connections) connection.stall();
  };
  const count = (render: string) => renders.filter((each) => each === render).length;
  return { fastify, page, proxy, renders, site, hover, stall, count };
}

/** Counts the `prefetched` messages of a page, over either transport. */
function recordAnswers(): void {
  const counter = Object.assign(window, { answers: 0 });
  for (const name of ['WebSocket', 'EventSource'] as const) {
    const listening = new Proxy(window[name], {
      construct(source, [url]: [string]) {
        const made = new source(url);
        made.addEventListener('message', (event) => {
          if (String((event as MessageEvent).data).startsWith('["prefetched"')) counter.answers++;
        });
        return made;
      },
    });
    Object.assign(window, { [name]: listening });
  }
}

/** Takes the errors that browsers log for a refused websocket. */
async function takeRefusals(link: Link): Promise<void> {
  if (link === 'a websocket') return;
  for (const error of await browser.takeErrors()) assert.match(error, /WebSocket|403/);
}

const isUnstalled = (link: Link): string | false =>
  browserName === 'webkit' &&
  link === 'plain HTTP' &&
  'webkit: its requests get past a stall of the open connections';

for (const link of ['a websocket', 'plain HTTP'] as const) {
  test(`a hovered link shows its page without a round trip (${link})`, {
    skip: isUnstalled(link),
  }, async (t) => {
    const { page, proxy, hover, stall, count } = await openSite(t, link);
    await hover('a');
    const rendered = count('two 0');
    stall();
    await page.click('a');
    await shows(page, 'h1', 'two');
    assert.equal(new URL(page.url()).pathname, '/two');
    await page.fill('[name=draft]', 'typed before the answer');
    await page.click('#command');
    assert.equal(count('two 0'), rendered);
    proxy.release();
    await connected(page);
    assert.equal(count('two 0'), rendered + 2);
    assert.equal(await page.inputValue('[name=draft]'), 'typed before the answer');
    await page.goBack();
    await shows(page, 'h1', 'one');
    await takeRefusals(link);
  });

  test(`a hovered button shows its state without a round trip (${link})`, {
    skip: isUnstalled(link),
  }, async (t) => {
    const { page, proxy, hover, stall, count } = await openSite(t, link);
    await hover('#more');
    stall();
    await page.click('#more');
    await shows(page, 'output', '1');
    assert.equal(count('one 1'), 0);
    proxy.release();
    await connected(page);
    assert.equal(count('one 1'), 1);
    // The element under the pointer is asked for again.
    await waitFor(() => count('one 2!') === 1);
    await takeRefusals(link);
  });
}

test('a hovered command does not run', async (t) => {
  const { page, hover, site, renders } = await openSite(t);
  const before = renders.length;
  await hover('#command');
  assert.deepEqual(renders.slice(before), []);
  assert.equal(site.commands, 0);
  await page.click('#command');
  await waitFor(() => site.commands === 1);
});

test('a change of the page ends what was asked for before it', async (t) => {
  const { fastify, page, hover, site, count } = await openSite(t);
  await hover('a');
  site.text = 'news';
  await fastify.issr.changed('one');
  await shows(page, 'em', 'news');
  await page.click('a');
  await shows(page, 'h1', 'two');
  assert.equal(await page.textContent('em'), 'news');
  assert.equal(count('two 0'), 1);
});

test('a push that crosses an instant visit does no harm', async (t) => {
  const { fastify, page, proxy, hover, site, stall } = await openSite(t);
  await hover('a');
  stall();
  await page.click('a');
  await shows(page, 'h1', 'two');
  site.text = 'news';
  await fastify.issr.changed('one');
  proxy.release();
  await shows(page, 'em', 'news');
  await connected(page);
  assert.equal(await page.textContent('h1'), 'two');
});

test('a cut after an instant visit loses nothing', async (t) => {
  const { page, proxy, hover, stall, count } = await openSite(t);
  await hover('a');
  stall();
  await page.click('a');
  await shows(page, 'h1', 'two');
  proxy.cut();
  await waitFor(() => count('two 0') > 0);
  await shows(page, 'h1', 'two');
  await connected(page);
  await page.click('#more');
  await shows(page, 'output', '1');
});

test('a page that is refused after its instant visit runs no command', async (t) => {
  const { page, proxy, hover, site, stall } = await openSite(t);
  await hover('a');
  stall();
  await page.click('a');
  await shows(page, 'h1', 'two');
  site.isClosed = true;
  await page.click('#command');
  proxy.release();
  await shows(page, 'h1', 'closed');
  await connected(page);
  assert.equal(site.commands, 0);
});
