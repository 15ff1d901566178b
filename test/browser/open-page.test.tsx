import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { Page } from 'playwright-core';
import issrPlugin from '../../src/index.js';
import { openPage, type TestPage } from '../../src/testing/open-page.js';
import { useBrowser } from '../support/browser.js';

/** Acts that `openPage` and Playwright share. Targets are CSS selectors. */
const ACTS = ['click', 'fill', 'check', 'uncheck', 'select', 'press', 'back'] as const;
type Acts = Pick<TestPage, (typeof ACTS)[number]>;

interface Scenario {
  name: string;
  url?: string;
  acts: (page: Acts) => Promise<void>;
  /** A part of the page's HTML afterwards. */
  shows: RegExp;
}

const LETTERS = ['a', 'b', 'c', 'd'];
const querystring = Type.Object({
  n: Type.Integer({ default: 0 }),
  age: Type.Integer({ default: 1, minimum: 1 }),
  q: Type.String({ default: '' }),
  slow: Type.String({ default: '' }),
  note: Type.String({ default: '' }),
  order: Type.String({ default: 'abcd' }),
  size: Type.String({ default: 's' }),
  agree: Type.Optional(Type.String()),
  tags: Type.Array(Type.String(), { default: [] }),
  many: Type.Array(Type.String(), { default: [] }),
  page: Type.Integer({ default: 1 }),
});

const fastify = Fastify().withTypeProvider<TypeBoxTypeProvider>();
const ready = fastify.register(issrPlugin).after(() => {
  fastify.issrRoute(
    '/',
    {
      schema: { querystring },
      url: ['page'],
      actions: {
        say: ({ issr }) => issr.action.value.toUpperCase(),
        fail: () => Promise.reject(new Error('refused')),
        send: ({ issr }, reply) => {
          issr.flash('sent');
          return reply.redirect('/done');
        },
        clear: () => 'cleared',
      },
    },
    ({ query, issr }) => (
      <html lang="en" class={query.n > 1 ? 'many' : 'few'}>
        <head>
          <title>{`Page ${query.n}`}</title>
        </head>
        <body>
          <button id="n" onclick="rr(this)" action="n" value={query.n + 1}>
            {query.n}
          </button>
          <ul>
            {Array.from({ length: query.n }, (_, i) => (
              <li>{i}</li>
            ))}
          </ul>
          <table>
            {query.n > 0 && (
              <tr>
                <td>{query.n}</td>
              </tr>
            )}
          </table>
          <ol>
            {[...query.order].map((letter) => (
              <li key={letter}>
                {letter} <input name={`of-${letter}`} />
              </li>
            ))}
          </ol>
          {['dcba', 'bd', 'xaybz', ''].map((order) => (
            <button id={`order-${order}`} onclick="rr(this)" action="order" value={order} />
          ))}
          <input id="q" name="q" data-rr="input" />
          <p id="found">{LETTERS.filter((letter) => letter.includes(query.q)).join()}</p>
          <input id="slow" name="slow" data-rr="input 100" />
          <p id="slowly">{query.slow}</p>
          <input id="age" name="age" value="1" onchange="rr(this)" />
          <p id="error">{issr.errors.age && 'wrong age'}</p>
          <input id="note" name="note" value="" update={issr.action?.name === 'clear'} />
          <button id="clear" onclick="rr(this)" action="clear">
            clear
          </button>
          <input id="agree" type="checkbox" name="agree" value="yes" onchange="rr(this)" />
          <p id="agreed">{query.agree ?? 'no'}</p>
          {LETTERS.map((letter) => (
            <input id={`tag-${letter}`} type="checkbox" name="tags" value={letter} onchange="rr(this)" />
          ))}
          <p id="tagged">{query.tags.join()}</p>
          {['s', 'm'].map((size) => (
            <input id={`size-${size}`} type="radio" name="size" value={size} onchange="rr(this)" />
          ))}
          <p id="sized">{query.size}</p>
          <select id="many" name="many" multiple onchange="rr(this)">
            {LETTERS.map((letter) => (
              <option>{letter}</option>
            ))}
          </select>
          <p id="chosen">{query.many.join()}</p>
          <button id="say" onclick="rr(this)" action="say" value="hello">
            say
          </button>
          <output>{String(issr.result ?? '')}</output>
          <button id="fail" onclick="rr(this)" action="fail">
            fail
          </button>
          <button id="with" onclick="rr(this)" with="page=3&n=7">
            page {query.page}
          </button>
          <details id="more">
            <summary>more</summary>
            {query.n}
          </details>
          <div id="fixed" noupdate>
            {query.n}
          </div>
          <svg viewBox="0 0 9 9">
            <title>dot</title>
            <circle r={query.n} />
          </svg>
          <form id="form" onsubmit="rr(this)">
            <input id="title" name="title" />
            <button id="send" action="send">
              send
            </button>
          </form>
          <a id="visit" href="/done" onclick="rr(this)">
            done
          </a>
          <a id="load" href="/done">
            done
          </a>
        </body>
      </html>
    ),
  );
  fastify.issrRoute('/done', ({ issr }) => (
    <body>
      <h1>Done</h1>
      {issr.flashes.map(({ message }) => (
        <p>{message}</p>
      ))}
      <input name="note" />
    </body>
  ));
});

const SCENARIOS: Scenario[] = [
  { name: 'a load', acts: async () => {}, shows: /<title>Page 0/ },
  { name: 'a load with a query', url: '/?n=2', acts: async () => {}, shows: /<li>1<\/li><\/ul>/ },
  { name: 'a button', acts: (page) => page.click('#n'), shows: /<li>0<\/li>/ },
  {
    name: 'a button twice',
    acts: async (page) => {
      await page.click('#n');
      await page.click('#n');
    },
    shows: /<title>Page 2/,
  },
  { name: 'rows of a table', url: '/?n=3', acts: (page) => page.click('#n'), shows: /<tbody><tr><td>4</ },
  { name: 'rows in reverse', acts: (page) => page.click('#order-dcba'), shows: /<ol><li[^>]*>d/ },
  { name: 'rows removed', acts: (page) => page.click('#order-bd'), shows: /<ol><li[^>]*>b/ },
  { name: 'rows inserted and moved', acts: (page) => page.click('#order-xaybz'), shows: /<ol><li[^>]*>x/ },
  { name: 'all rows removed', acts: (page) => page.click('#order-'), shows: /<ol><\/ol>/ },
  {
    name: 'a draft in a row that moves',
    acts: async (page) => {
      await page.fill('[name=of-c]', 'draft');
      await page.click('#order-dcba');
    },
    shows: /of-c=draft/,
  },
  {
    name: 'a draft in a row that is removed',
    acts: async (page) => {
      await page.fill('[name=of-c]', 'draft');
      await page.click('#order-bd');
    },
    shows: /<ol><li[^>]*>b/,
  },
  { name: 'a search', acts: (page) => page.fill('#q', 'c'), shows: /id="found">c</ },
  { name: 'a delayed search', acts: (page) => page.fill('#slow', 'tea'), shows: /id="slowly">tea</ },
  {
    name: 'a draft beside another event',
    acts: async (page) => {
      await page.fill('#note', 'half typed');
      await page.click('#n');
    },
    shows: /note=half typed/,
  },
  {
    name: 'a field that the server clears',
    acts: async (page) => {
      await page.fill('#note', 'gone');
      await page.click('#clear');
    },
    shows: /<output>cleared<\/output>.*note=&/,
  },
  {
    name: 'an invalid value',
    acts: async (page) => {
      await page.fill('#age', 'x');
      await page.click('#n');
    },
    shows: /wrong age.*age=x/,
  },
  { name: 'a box checked', acts: (page) => page.check('#agree'), shows: /id="agreed">yes</ },
  {
    name: 'a box unchecked',
    acts: async (page) => {
      await page.check('#agree');
      await page.uncheck('#agree');
    },
    shows: /id="agreed">no</,
  },
  {
    name: 'boxes of one name',
    acts: async (page) => {
      await page.check('#tag-d');
      await page.check('#tag-b');
    },
    shows: /id="tagged">b,d</,
  },
  { name: 'a radio button', acts: (page) => page.check('#size-m'), shows: /id="sized">m</ },
  { name: 'several options', acts: (page) => page.select('#many', 'b', 'd'), shows: /id="chosen">b,d</ },
  { name: 'an action with a value', acts: (page) => page.click('#say'), shows: /<output>HELLO</ },
  {
    name: 'an action that fails',
    acts: async (page) => {
      await page.fill('#note', 'stays');
      await page.click('#fail');
      await page.click('#n');
    },
    shows: /<li>0<\/li>.*note=stays/,
  },
  { name: 'params in the address', acts: (page) => page.click('#with'), shows: /^\/\?.*page=3.*>page 3</ },
  {
    name: 'details that a visitor opened',
    acts: async (page) => {
      await page.click('summary');
      await page.click('#n');
    },
    shows: /<details id="more" open="">/,
  },
  { name: 'content without updates', acts: (page) => page.click('#n'), shows: /noupdate="">0</ },
  { name: 'attributes in SVG', acts: (page) => page.click('#n'), shows: /<\/title><circle r="1">/ },
  { name: 'the class of the root', url: '/?n=1', acts: (page) => page.click('#n'), shows: /class="many"/ },
  { name: 'a submit by its button', acts: (page) => page.click('#send'), shows: /^\/done.*<p>sent<\/p>/ },
  {
    name: 'a submit by Enter',
    acts: async (page) => {
      await page.fill('#title', 'hello');
      await page.press('Enter');
    },
    shows: /^\/done.*<p>sent<\/p>/,
  },
  { name: 'a visit in place', acts: (page) => page.click('#visit'), shows: /^\/done.*<h1>Done/ },
  {
    name: 'a draft that a visit leaves behind',
    acts: async (page) => {
      await page.fill('#note', 'secret');
      await page.click('#visit');
    },
    shows: /^\/done.*note=&/,
  },
  {
    name: 'a visit and back',
    url: '/?n=2',
    acts: async (page) => {
      await page.click('#visit');
      await page.back();
    },
    shows: /<title>Page 2/,
  },
  { name: 'a link that loads', acts: (page) => page.click('#load'), shows: /^\/done.*<h1>Done/ },
];

const browser = useBrowser();
let origin = '';
before(async () => {
  await ready;
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  origin = fastify.listeningOrigin;
});
after(() => fastify.close());

test('shows in a test what Chromium shows', async () => {
  const chromium = await browser.openPage(`${origin}/`);
  for (const scenario of SCENARIOS) await compare(scenario, chromium);
  // Chromium logs the action that fails.
  browser.takeErrors();
});

/** After each act both must show the same: the next one starts from there. */
async function compare({ name, url = '/', acts, shows }: Scenario, chromium: Page): Promise<void> {
  const page = await openPage(fastify, url, { origin });
  const expected = [snapshot(page.window)];
  await acts(
    eachAct(page, async () => {
      await page.settled();
      expected.push(snapshot(page.window));
    }),
  );
  page.close();
  assert.match(expected.at(-1) ?? '', new RegExp(shows, 's'), name);

  const check = async () => {
    const next = expected.shift();
    // Fails by the comparison, which shows the difference.
    const isShown = `${SNAPSHOT} === ${JSON.stringify(next)}`;
    await chromium.waitForFunction(isShown, undefined, { timeout: 8000 }).catch(() => {});
    assert.deepEqual([name, await chromium.evaluate(SNAPSHOT)], [name, next]);
  };
  await chromium.goto(origin + url);
  await check();
  await acts(eachAct(actsOf(chromium), check));
}

/** Calls `done` after each act. */
function eachAct(page: Acts, done: () => Promise<void>): Acts {
  const call =
    (name: keyof Acts) =>
    async (...args: string[]) => {
      await (page[name] as (...args: string[]) => Promise<void>).apply(page, args);
      await done();
    };
  return Object.fromEntries(ACTS.map((name) => [name, call(name)])) as unknown as Acts;
}

/** Address, HTML and values of a page. Runs in both DOMs, so it uses nothing outside. */
function snapshot({ document, location }: Window): string {
  const root = document.documentElement.cloneNode(true) as Element;
  for (const script of root.querySelectorAll('script, issr-widget')) script.remove();
  const fields = document.querySelectorAll<HTMLInputElement>('input, select');
  const values = Array.from(fields, (field) => {
    const options = (field as unknown as HTMLSelectElement).selectedOptions;
    const value = options ? Array.from(options, (option) => option.value).join() : field.value;
    return `${field.name}=${value}${field.checked ? '!' : ''}&`;
  });
  return `${location.pathname}${location.search}\n${root.outerHTML}\n${values.join('')}`;
}

const SNAPSHOT = `(${snapshot})(window)`;

function actsOf(page: Page): Acts {
  return {
    click: (target) => page.click(String(target)),
    fill: (target, value) => page.fill(String(target), value),
    check: (target) => page.check(String(target)),
    uncheck: (target) => page.uncheck(String(target)),
    select: async (target, ...values) => void (await page.selectOption(String(target), values)),
    press: (key) => page.keyboard.press(key),
    back: async () => void (await page.goBack()),
  };
}
