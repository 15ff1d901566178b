import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A site of long pages `/page/…` that link to each other, and what was loaded of it. */
async function openSite(t: TestContext, path = '/page/one') {
  const fastify = await createServer(t);
  fastify.get('/plain', (_, reply) => reply.type('text/html').send('<h1>plain</h1>'));
  fastify.issrRoute<{ Params: { name: string }; Querystring: Record<string, string> }>(
    '/page/:name',
    ({ params: { name }, query, issr }, reply) => {
      if (issr.action?.name === 'go') return reply.redirect(issr.action.value);
      if (name === 'broken') throw new Error('broken page');
      return (
        <html lang="en">
          <head>
            <title>{`Page ${name}`}</title>
          </head>
          <body>
            <h1>{name}</h1>
            <pre>{JSON.stringify(query)}</pre>
            <input name={`field-${name}`} value={name} />
            {['/page/one', '/page/two?x=1', '/page/two#end', '/page/broken', '/plain'].map((href) => (
              <a key={href} href={href} onclick="rr(this)">
                {href}
              </a>
            ))}
            <button type="button" action="go" value="/page/two?x=2" onclick="rr(this)">
              redirect
            </button>
            <button type="button" action="go" value="/plain" onclick="rr(this)">
              leave
            </button>
            <div style="height: 3000px" />
            <p id="end">end</p>
          </body>
        </html>
      );
    },
  );
  const origin = await listen(fastify);
  const page = await browser.openPage(origin + path);
  const loads: string[] = [];
  page.on(
    'request',
    (request) => request.isNavigationRequest() && loads.push(request.url().slice(origin.length)),
  );
  return { page, origin, loads };
}

const follow = (page: Page, href: string) => page.click(`a[href="${href}"]`);

test('a visit changes page, address and title without a load', async (t) => {
  const { page, origin, loads } = await openSite(t);
  await page.evaluate(() => scrollTo(0, 500));
  await page.$eval('a[href="/page/two?x=1"]', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'two');
  assert.equal(page.url(), `${origin}/page/two?x=1`);
  assert.equal(await page.title(), 'Page two');
  assert.equal(await page.textContent('pre'), '{"x":"1"}');
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.equal(await page.getAttribute('body', 'tabindex'), null);
  await page.waitForFunction(
    () => document.querySelector('issr-widget')?.shadowRoot?.textContent === 'Page two',
  );
  await page.evaluate(() => window.rr());
  assert.deepEqual(JSON.parse((await page.textContent('pre')) ?? ''), { x: '1', 'field-two': 'two' });
  assert.deepEqual(loads, []);
});

test("a visit brings the new page's language, head and classes", async (t) => {
  const fastify = await createServer(t);
  fastify.get('/red.css', (_, reply) => reply.type('text/css').send('h1 { color: rgb(255, 0, 0) }'));
  fastify.issrRoute<{ Params: { lang: string } }>('/:lang', ({ params: { lang } }) => (
    <html lang={lang} class={`site-${lang}`}>
      <head>
        <title>{lang}</title>
        <meta name="description" content={`in ${lang}`} />
        {lang === 'de' && <link rel="stylesheet" href="/red.css" />}
      </head>
      <body class={lang}>
        <h1>{lang}</h1>
        <a href="/de" onclick="rr(this)">
          de
        </a>
      </body>
    </html>
  ));
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}/en`);
  await page.click('a');
  await shows(page, 'h1', 'de');
  await page.waitForFunction(() => {
    const heading = document.querySelector('h1');
    return heading && getComputedStyle(heading).color === 'rgb(255, 0, 0)';
  });
  assert.deepEqual(
    await page.evaluate(() => [
      document.documentElement.lang,
      document.documentElement.className,
      document.body.className,
      document.title,
      document.querySelector('meta[name=description]')?.getAttribute('content'),
      document.documentElement.dataset.issr,
    ]),
    ['de', 'site-de', 'de', 'de', 'in de', 'connected'],
  );
});

test('Back and Forward are visits and restore the scroll position', async (t) => {
  const { page, origin, loads } = await openSite(t);
  await page.evaluate(() => scrollTo(0, 500));
  await page.$eval('a[href="/page/two?x=1"]', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'two');
  await page.evaluate(() => scrollTo(0, 300));
  await page.evaluate(() => history.back());
  await shows(page, 'h1', 'one');
  await page.waitForFunction(() => scrollY === 500);
  assert.equal(page.url(), `${origin}/page/one`);
  await page.evaluate(() => history.forward());
  await shows(page, 'h1', 'two');
  await page.waitForFunction(() => scrollY === 300);
  assert.deepEqual(loads, []);
});

/** Scrolls as a visitor does: resolves when the page has been told. */
const scroll = (page: Page, top: number) =>
  page.evaluate(
    (y) =>
      new Promise<void>((resolve) => {
        addEventListener('scroll', () => resolve(), { once: true });
        scrollTo(0, y);
      }),
    top,
  );

test('Back from a jump within a visited page returns to the place before it', async (t) => {
  const { page } = await openSite(t);
  await scroll(page, 100);
  await page.$eval('a[href="/page/two#end"]', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'two');
  await page.waitForFunction(() => scrollY > 1000);
  await scroll(page, 700);
  await page.$eval('a[href="/page/two#end"]', (link) => {
    link.setAttribute('href', '#');
    (link as HTMLElement).click();
  });
  await page.waitForFunction(() => scrollY === 0);
  await scroll(page, 200);
  for (let round = 0; round < 2; round++) {
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => scrollY === 700 && location.hash === '#end');
    await page.evaluate(() => history.forward());
    await page.waitForFunction(() => scrollY === 200 && location.hash === '');
  }
  await page.evaluate(() => history.go(-2));
  await shows(page, 'h1', 'one');
  await page.waitForFunction(() => scrollY === 100);
});

test('Back twice before an answer keeps the place in the page between', async (t) => {
  const { page } = await openSite(t);
  await page.$eval('a[href="/page/two?x=1"]', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'two');
  await scroll(page, 300);
  await page.$eval('a[href="/page/one"]', (link) => (link as HTMLElement).click());
  await shows(page, 'h1', 'one');
  await scroll(page, 500);
  await page.evaluate(async () => {
    for (let i = 0; i < 2; i++) {
      history.back();
      await new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
    }
  });
  await page.waitForFunction(() => scrollY === 0);
  await page.evaluate(() => history.forward());
  await shows(page, 'h1', 'two');
  await page.waitForFunction(() => scrollY === 300);
});

test('with links a link to # is a place of the page, which keeps its fields', async (t) => {
  const fastify = await createServer(t, { links: true });
  fastify.issrRoute('/', () => (
    <main>
      <input name="text" />
      <div style="height: 3000px" />
      <a {...{ href: '#' }}>to the top</a>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-navigation')),
  );
  await page.fill('input', 'typed');
  await scroll(page, 500);
  await page.click('a');
  await page.waitForFunction(() => scrollY === 0);
  await page.evaluate(() => window.rr());
  assert.equal(await page.inputValue('input'), 'typed');
});

test('Back during a visit keeps the address of the page that it goes to', async (t) => {
  const fastify = await createServer(t);
  const waiting = new Map<string, () => void>();
  let isSlow = false;
  fastify.issrRoute<{ Params: { name: string } }>('/:name', async ({ params: { name } }) => {
    if (isSlow) await new Promise<void>((resolve) => waiting.set(name, resolve));
    return (
      <main>
        <h1>{name}</h1>
        {['two', 'three'].map((to) => (
          <a key={to} id={to} href={`/${to}`} onclick="rr(this)">
            {to}
          </a>
        ))}
      </main>
    );
  });
  const answer = async (name: string): Promise<void> => {
    await waitFor(() => waiting.has(name));
    waiting.get(name)?.();
  };
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}/one`);
  await page.click('#two');
  await shows(page, 'h1', 'two');
  isSlow = true;
  await page.$eval('#three', (link) => (link as HTMLElement).click());
  await waitFor(() => waiting.has('three'));
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => location.pathname === '/one');
  await answer('three');
  await answer('one');
  await shows(page, 'h1', 'one');
  assert.equal(page.url(), `${origin}/one`);
  isSlow = false;
  await page.evaluate(() => history.forward());
  await shows(page, 'h1', 'two');
  assert.equal(page.url(), `${origin}/two`);
});

test('a visit with a hash goes to that place', async (t) => {
  const { page } = await openSite(t);
  await follow(page, '/page/two#end');
  await shows(page, 'h1', 'two');
  await page.waitForFunction(() => scrollY > 1000);
});

test('a click with a modifier is left to the browser', { skip: unless('windows') }, async (t) => {
  const { page } = await openSite(t);
  const [opened] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click('a[href="/page/two?x=1"]', { modifiers: ['ControlOrMeta'] }),
  ]);
  await shows(opened, 'h1', 'two');
  assert.equal(await page.textContent('h1'), 'one');
});

test('a click with a modifier on a link with a command opens its address', {
  skip: unless('windows'),
}, async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', { url: ['n'] }, ({ query }) => (
    <a href="/?n=2" action="n" {...{ value: '2' }} data-rr="click">
      {(query as { n?: string }).n ?? '1'}
    </a>
  ));
  const page = await browser.openPage(await listen(fastify));
  const [opened] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click('a', { modifiers: ['ControlOrMeta'] }),
  ]);
  await shows(opened, 'a', '2');
  assert.equal(await page.textContent('a'), '1');
  await page.click('a');
  await shows(page, 'a', '2');
});

test('the browser follows links to windows, downloads and other sites', async (t) => {
  const fastify = await createServer(t);
  let events = 0;
  fastify.issrRoute('/', ({ issr }) => {
    if (!issr.firstTime) events++;
    return (
      <main>
        {[
          { id: 'window', href: '/?x=1', target: 'other' },
          { id: 'file', href: '/?x=2', download: true },
          { id: 'site', href: 'https://elsewhere.example/' },
          { id: 'mail', href: 'mailto:somebody@elsewhere.example' },
          { id: 'place', href: '#end' },
          { id: 'self', href: '/?x=3', target: '_self' },
        ].map((link) => (
          <a key={link.id} {...link} href={link.href} onclick="rr(this)">
            {link.id}
          </a>
        ))}
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  // The browser's own part is not wanted here: whether it would do it is asked at the end of each click.
  const isLeft = await page.evaluate(() => {
    const left: Record<string, boolean> = {};
    addEventListener('click', (event) => {
      left[(event.target as Element).id] = !event.defaultPrevented;
      event.preventDefault();
    });
    for (const link of document.querySelectorAll('a')) link.click();
    return left;
  });
  await page.waitForURL('**/?x=3');
  assert.deepEqual(isLeft, {
    window: true,
    file: true,
    site: true,
    mail: true,
    place: true,
    self: false,
  });
  assert.equal(events, 1);
});

test('a link to another page, and a visit that fails, load', async (t) => {
  const { page, loads } = await openSite(t);
  await follow(page, '/plain');
  await page.waitForSelector('h1:text-is("plain")');
  await page.goBack();
  await page.waitForSelector('html[data-issr=connected]');
  await follow(page, '/page/broken');
  await page.waitForURL('**/page/broken');
  assert.ok(loads.includes('/plain') && loads.includes('/page/broken'));
  await browser.takeErrors();
});

test('a redirect moves the page in place, or by a load where it must', async (t) => {
  const { page, origin, loads } = await openSite(t);
  await page.click('text=redirect');
  await shows(page, 'h1', 'two');
  assert.equal(page.url(), `${origin}/page/two?x=2`);
  assert.deepEqual(loads, []);
  await page.click('text=leave');
  await page.waitForSelector('h1:text-is("plain")');
});

test('a command during a visit runs at the page on which it was given', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  fastify.issrRoute<{ Params: { name: string } }>('/:name', ({ params: { name }, issr }) => {
    if (issr.action) ran.push(name);
    return (
      <main>
        <h1>{name}</h1>
        <a href="/two">two</a>
      </main>
    );
  });
  const origin = await listen(fastify);
  const page = await browser.openPage(`${origin}/one`);
  await page.evaluate(() => {
    void window.rr(document.querySelector('a'));
    return window.rr({ action: 'remove' });
  });
  assert.deepEqual(ran, ['one']);
  assert.equal(await page.textContent('h1'), 'one');
  assert.equal(page.url(), `${origin}/one`);
});

test('a visit moves the focus to the start and announces the title', async (t) => {
  const { page } = await openSite(t);
  await page.focus('a[href="/page/two?x=1"]');
  await page.keyboard.press('Enter');
  await shows(page, 'h1', 'two');
  assert.equal(await page.evaluate(() => document.activeElement?.localName), 'body');
  assert.equal(await page.getAttribute('body', 'tabindex'), null);
  const announcer = page.locator('issr-widget[aria-live=polite]');
  await announcer.locator('p', { hasText: 'Page two' }).waitFor({ state: 'attached' });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'field-two');
});
