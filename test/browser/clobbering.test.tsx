import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** Members of the document as the test's own script reads them, and what it counts from the start of a load on. */
interface Probe {
  find(selector: string): HTMLElement | null;
  connects: number;
}
declare const probe: Probe;

function installProbe(): void {
  const own: Probe = {
    find(selector) {
      return Document.prototype.querySelector.call(document, selector) as HTMLElement | null;
    },
    connects: 0,
  };
  Object.assign(window, { probe: own });
  document.addEventListener('issr:connect', () => own.connects++);
}

/** All members of `document` and of `window`, those of their prototypes and of the client included. */
function readNames(): string[] {
  const names = new Set<string>();
  for (let one: object | null = window; one; one = Object.getPrototypeOf(one))
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  for (let one: object | null = document; one; one = Object.getPrototypeOf(one))
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  return [...names].filter((name) => /^[a-z]\w*$/.test(name) && name !== 'probe');
}

/** A document loads a frame for each of them, so they get fewer names. */
const FRAME_NAMES =
  /^(add|body|connect|cookie|create|drr|document|hidden|import|location|query|ready|remove|rr)|^head$|^activeE/;

/**
 * A name hides a member of `document`, an id one of `window`. With the end tag of an `<img>` or `<embed>`, which is an
 * error, the server sends HTML in place of instructions.
 */
const clobber = (tag: string, names: string[]) =>
  names
    .filter((name) => tag !== 'iframe' || FRAME_NAMES.test(name))
    .map((name) => `<${tag} name="${name}" id="${name}"></${tag}>`)
    .join('');

/** Elements that look like the injected tag. */
const imposters = (value: number) =>
  '<script data-issr-token="y" src="/issr.js?v=x" type="text/plain"></script>' +
  `<p data-issr-token="y" data-issr-path="/z">${value}</p>`;

/** A site whose pages show `content` before and after their own, and what events and pushes did. */
async function openSite(t: TestContext) {
  const fastify = await createServer(t);
  const site = { content: '', later: '', runs: 0, pushes: 0 };
  const actions = {
    run: () => void site.runs++,
    insert: () => {
      site.content = site.later;
    },
  };
  fastify.issrRoute<{ Params: { name: string }; Querystring: { q?: string; x?: string } }>(
    '/:name',
    { actions },
    ({ params, query, issr }) => (
      <html lang="en">
        <head>
          <title>{params.name}</title>
          <script dangerouslySetInnerHTML={{ __html: `(${installProbe})()` }} />
          <meta {...{ 'data-issr-token': 'x' }} name="" content={`${site.runs}`} />
        </head>
        <body>
          <div dangerouslySetInnerHTML={{ __html: imposters(site.runs) + site.content }} />
          <h1>{params.name}</h1>
          <code>{issr.id}</code>
          <output>{`${site.runs} ${site.pushes} ${query.q} ${query.x}`}</output>
          <b style={`width: ${site.runs}px`}>styled</b>
          <ul>
            {Array.from({ length: site.runs }, (_, at) => (
              <li key={at}>
                <select>
                  <option>{at}</option>
                </select>
              </li>
            ))}
          </ul>
          <form class="own" data-rr="submit" data-rr-action="run">
            <input id="own-field" name="q" />
          </form>
          <form class="visit" data-rr="submit" action="two">
            <input name="x" value="sent" />
          </form>
          <button class="run" type="button" data-rr="click" action="run">
            run
          </button>
          <a href="one" data-rr="click">
            one
          </a>
          <div dangerouslySetInnerHTML={{ __html: imposters(site.runs) + site.content }} />
        </body>
      </html>
    ),
  );
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const push = async () => {
    site.pushes++;
    await Promise.all(['/one', '/two'].map((path) => fastify.issr.rr(path)));
  };
  const page = await browser.openPage(`${proxy.origin}/one`);
  const names = await page.evaluate(readNames);
  return { site, page, names, push, proxy };
}

/** Not by a locator: Playwright too reads members of the document by name. */
async function sees(page: Page, selector: string, text: string): Promise<void> {
  const read = () => page.evaluate((selector) => probe.find(selector)?.textContent, selector);
  await waitFor(async () => (await read()) === text, `${selector} shows ${text}`);
}

const connects = (page: Page, times: number) =>
  waitFor(async () => (await page.evaluate(() => probe.connects)) >= times, 'the page connects');

const click = (page: Page, selector: string) =>
  page.evaluate((selector) => probe.find(selector)?.click(), selector);

const submit = (page: Page, selector: string) =>
  page.evaluate((selector) => (probe.find(selector) as HTMLFormElement).requestSubmit(), selector);

/** Reads what the page shows of the last event, at each place where a patch could miss it. */
const readRuns = (page: Page) =>
  page.evaluate(() => [
    probe.find('meta[data-issr-token]')?.getAttribute('content'),
    probe.find('div:first-of-type > p[data-issr-token]')?.textContent,
    probe.find('div:last-of-type > p[data-issr-token]')?.textContent,
    probe.find('b')?.style.width,
    String(probe.find('ul')?.childElementCount),
  ]);

/** Uses the page at `/one` as a visitor does. */
async function useSite({ site, page, push, proxy }: Awaited<ReturnType<typeof openSite>>): Promise<void> {
  const id = await page.evaluate(() => probe.find('code')?.textContent ?? '');
  const shows = async (rest: string) => {
    await sees(page, 'output', `${site.runs} ${site.pushes} ${rest}`);
    const runs = `${site.runs}`;
    assert.deepEqual(await readRuns(page), [runs, runs, runs, `${runs}px`, runs]);
  };
  const runs = site.runs;
  await click(page, '.run');
  await sees(page, 'output', `${runs + 1} ${site.pushes}  sent`);
  await shows(' sent');
  await push();
  await shows(' sent');
  await page.evaluate(() => {
    (probe.find('#own-field') as HTMLInputElement).value = 'typed';
    return window.drr('own-field', 1)();
  });
  await shows('typed sent');
  await submit(page, '.own');
  await sees(page, 'output', `${runs + 2} ${site.pushes} typed sent`);
  await submit(page, '.visit');
  await sees(page, 'h1', 'two');
  await shows('undefined sent');
  const before = await page.evaluate(() => probe.connects);
  proxy.cut();
  await connects(page, before + 1);
  await click(page, '.run');
  await sees(page, 'output', `${runs + 3} ${site.pushes}  sent`);
  await page.evaluate(() => history.back());
  await sees(page, 'h1', 'one');
  assert.equal(await page.evaluate(() => probe.find('code')?.textContent), id, 'is the same page');
  assert.equal(await page.evaluate(() => probe.find('title')?.textContent), 'one');
}

test('elements that look like the injected tag change nothing', async (t) => {
  const opened = await openSite(t);
  await opened.page.goto(`${opened.proxy.origin}/one`);
  await connects(opened.page, 1);
  await useSite(opened);
});

for (const tag of ['img', 'form', 'object', 'embed', 'iframe']) {
  test(`<${tag}> named as members of document and window are harmless`, {
    skip: unless('isolation'),
  }, async (t) => {
    const opened = await openSite(t);
    const { page, site, names, proxy } = opened;
    assert.ok(
      ['createElement', 'activeElement', 'addEventListener', 'rr'].every((name) => names.includes(name)),
    );
    site.content = clobber(tag, names);
    await page.goto(`${proxy.origin}/one`);
    await connects(page, 1);
    await useSite(opened);

    site.later = site.content;
    site.content = '';
    await page.goto(`${proxy.origin}/one`);
    await connects(page, 1);
    await page.evaluate(() => window.rr({ action: 'insert' }));
    await useSite(opened);
  });
}

/** Members of a form, each of which a field of its name hides. */
function readMembers(): string[] {
  const names = new Set<string>();
  for (let one: object | null = document.createElement('form'); one; one = Object.getPrototypeOf(one))
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  return [...names];
}

test('a form whose fields are named as its members is sent and patched', async (t) => {
  const fastify = await createServer(t);
  let [names, runs, sent]: [string[], number, unknown] = [[], 0, undefined];
  const run = ({ query }: { query: unknown }) => {
    runs++;
    sent = query;
  };
  fastify.issrRoute('/', { actions: { run } }, () => {
    const form = (
      <form
        key="form"
        class="own"
        title={`t${runs}`}
        style="height:50px;overflow:auto"
        data-rr="submit"
        data-rr-action="run"
        pending="class +busy"
      >
        {runs % 2 === 1 && <b>odd</b>}
        {names.map((name) => (
          <input key={name} name={name} value={`${name} ${runs}`} />
        ))}
        <button>run</button>
        <output>{runs}</output>
      </form>
    );
    const other = <section key="other">other</section>;
    return <main>{runs % 2 === 1 ? [other, form] : [form, other]}</main>;
  });
  const origin = await listen(fastify);
  const page = await browser.openPage(origin);
  names = await page.evaluate(readMembers);
  assert.ok(names.includes('nodeType') && names.includes('attributes'));
  await page.goto(origin);
  await page.waitForSelector('html[data-issr=connected]');
  const read = () =>
    page.evaluate(() => [
      Element.prototype.getAttribute.call(document.querySelector('form'), 'title'),
      Reflect.get(Element.prototype, 'scrollTop', document.querySelector('form')) > 0,
      document.querySelector('b')?.textContent ?? '',
      document.querySelectorAll<HTMLInputElement>('[name=nodeType]')[0]?.value,
    ]);
  await page.evaluate(() => document.querySelector('button')?.scrollIntoView());
  for (const odd of ['odd', '', 'odd']) {
    const before = runs;
    await page.evaluate(() => document.querySelector('button')?.click());
    await waitFor(
      () => page.evaluate((text) => document.querySelector('output')?.textContent === text, `${before + 1}`),
      'the form is sent',
    );
    assert.deepEqual(await read(), [`t${runs}`, true, odd, `nodeType ${runs}`]);
    const fields = new Map(names.map((name) => [name, `${name} ${before}`]));
    assert.deepEqual(new Map(Object.entries(sent as object)), fields.set('run', 't'));
  }
  assert.equal(new URL(page.url()).pathname, '/');
});
