import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();
const html = (body: string, head = ''): string =>
  `<!doctype html><html><head><title>t</title>${head}</head><body>${body}</body></html>`;

const content = (n: string): string => `
  <h1>${n}</h1><a href="/2" onclick="rr(this)">next</a>
  <input name="text"><textarea name="area"></textarea><input type="checkbox" name="box">
  <select name="choice"><option>a</option><option>b</option></select>
  <details><summary>more</summary></details><dialog>dialog</dialog><div popover>popover</div>
  <div id="scroller" style="height:20px;overflow:auto"><div style="height:900px"></div></div>
  <p noupdate>note ${n}</p><audio id="player" data-issr-keep></audio>
  <script>window.ran = [...(window.ran ?? []), 'page ${n}'];</script>`;

async function openPage(t: TestContext, pageOf: (n: string) => string) {
  const fastify = await createServer(t);
  const requested: string[] = [];
  fastify.get('/slow.css', async (_, reply) => {
    requested.push('slow.css');
    await setTimeout(200);
    return reply.type('text/css').send('h1 { color: rgb(2, 2, 2) }');
  });
  fastify.issrRoute('/:n', ({ params }) => pageOf((params as { n: string }).n));
  const page = await browser.openPage(`${await listen(fastify)}/1`);
  return { page, requested };
}

/** Leaves the traces of a visitor and of a script everywhere. */
const leaveTraces = (): void => {
  const { find } = {
    find: document.querySelector.bind(document) as <T extends Element>(selector: string) => T,
  };
  find<HTMLInputElement>('input').value = 'typed';
  find<HTMLTextAreaElement>('textarea').value = 'typed';
  find<HTMLInputElement>('[type=checkbox]').checked = true;
  find<HTMLSelectElement>('select').value = 'b';
  find<HTMLDetailsElement>('details').open = true;
  find<HTMLElement>('[popover]').showPopover();
  find<Element>('#scroller').scrollTop = 50;
  find<Element>('a').classList.add('trace');
  find<Element>('a').addEventListener('trace', () => Object.assign(window, { isHeard: true }));
  document.body.classList.add('modal-open');
  document.body.append(document.createElement('aside'));
  document.title = 'changed by a script';
  Object.assign(window, { player: find('audio') });
};

const state = () => {
  const { ran, player } = window as unknown as { ran: string[]; player: Element };
  const { find } = {
    find: document.querySelector.bind(document) as <T extends Element>(selector: string) => T,
  };
  return {
    fields: [...document.querySelectorAll<HTMLInputElement>('input,textarea,select')].map(
      ({ value }) => value,
    ),
    isChecked: find<HTMLInputElement>('[type=checkbox]').checked,
    isOpen: !!document.querySelector('details[open], dialog[open], :popover-open'),
    scroll: find<Element>('#scroller').scrollTop,
    traces: document.querySelectorAll('.trace, aside').length,
    body: document.body.className,
    note: find<Element>('p[noupdate]').textContent,
    title: document.title,
    ran,
    isKept: find('audio') === player && player.isConnected,
  };
};

const fresh = (n: string, ran: string[]) => ({
  fields: ['', '', 'on', 'a'],
  isChecked: false,
  isOpen: false,
  scroll: 0,
  traces: 0,
  body: '',
  note: `note ${n}`,
  title: 't',
  ran,
  isKept: true,
});

test('a visit keeps nothing of the page before, and Back only what was written there', async (t) => {
  const { page } = await openPage(t, (n) => html(content(n)));
  // The part that keeps fields loads this one.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-dev')),
  );
  await page.evaluate(leaveTraces);
  await page.click('a');
  await shows(page, 'h1', '2');
  assert.deepEqual(await page.evaluate(state), fresh('2', ['page 1', 'page 2']));
  await page.evaluate(() => document.querySelector('a')?.dispatchEvent(new Event('trace')));
  assert.equal(await page.evaluate(() => 'isHeard' in window), false);
  await page.evaluate(leaveTraces);
  await page.fill('[name=text]', 'on page 2');
  await page.goBack();
  await shows(page, 'h1', '1');
  assert.deepEqual(await page.evaluate(state), {
    ...fresh('1', ['page 1', 'page 2', 'page 1']),
    fields: ['typed', 'typed', 'on', 'a'],
    isChecked: true,
  });
});

test('an element with data-issr-keep goes along with its text, scroll position and popover', async (t) => {
  const { page } = await openPage(
    t,
    (n) => `<h1>${n}</h1><a href="/2" onclick="rr(this)">next</a><aside id="chat" data-issr-keep>
      <input><ul style="height:20px;overflow:auto"><li style="height:900px"></li></ul><p popover="manual">open</p></aside>`,
  );
  await page.fill('input', 'typed');
  await page.evaluate(() => {
    document.querySelector('ul')?.scrollTo(0, 50);
    document.querySelector('p')?.showPopover();
  });
  await page.click('a');
  await shows(page, 'h1', '2');
  assert.deepEqual(
    await page.evaluate(() => [
      document.querySelector('input')?.value,
      document.querySelector('ul')?.scrollTop,
      document.querySelector('p')?.matches(':popover-open'),
    ]),
    ['typed', 50, true],
  );
});

test('a modal dialog does not leave the next page inert', async (t) => {
  const { page } = await openPage(t, (n) => html(content(n)));
  await page.evaluate(() => {
    document.querySelector('dialog')?.showModal();
    document.querySelector('a')?.click();
  });
  await shows(page, 'h1', '2');
  await page.click('summary');
  assert.equal(await page.evaluate(() => document.querySelector('details')?.open), true);
});

test('the difference of a visit travels as instructions', { skip: unless('devtools') }, async (t) => {
  const long = '<p>the same on both pages</p>'.repeat(500);
  const { page } = await openPage(t, (n) =>
    html(`<h1>${n}</h1><a href="/2" onclick="rr(this)">2</a>${long}`),
  );
  const cdp = await page.context().newCDPSession(page);
  const frames: string[] = [];
  await cdp.send('Network.enable');
  cdp.on('Network.webSocketFrameReceived', ({ response }) => frames.push(response.payloadData));
  await page.click('a');
  await shows(page, 'h1', '2');
  assert.ok(frames.join('').length < 300, frames.join('\n').slice(0, 500));
});

test('the page of a visit shows when its stylesheets are there', async (t) => {
  const { page, requested } = await openPage(t, (n) =>
    html(
      `<h1>${n}</h1><a href="/2" onclick="rr(this)">2</a>`,
      n === '2'
        ? '<link rel="stylesheet" href="/slow.css">'
        : '<link rel="stylesheet" href="data:text/css,h1{color:red}">',
    ),
  );
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const frames = {
      look() {
        const title = document.querySelector('h1') as Element;
        seen.add(`${title.textContent} ${getComputedStyle(title).color}`);
        requestAnimationFrame(() => frames.look());
      },
    };
    frames.look();
  });
  await page.click('a');
  await shows(page, 'h1', '2');
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
  assert.deepEqual(seen, ['1 rgb(255, 0, 0)', '2 rgb(2, 2, 2)']);
  assert.equal(await page.evaluate(() => document.querySelectorAll('link').length), 1);
  assert.deepEqual(requested, ['slow.css']);
});

test('a visit brings the new stylesheet for a link that a script removed', async (t) => {
  const { page } = await openPage(t, (n) =>
    html(
      `<h1>${n}</h1><a href="/2" onclick="rr(this)">2</a>`,
      `<link rel="stylesheet" href="data:text/css,h1{color:rgb(${n},0,0)}">`,
    ),
  );
  await page.$eval('link[rel=stylesheet]', (link) => link.remove());
  await page.click('a');
  await shows(page, 'h1', '2');
  assert.equal(await page.$eval('h1', (heading) => getComputedStyle(heading).color), 'rgb(2, 0, 0)');
});

test('false of an attribute holds for the page, its patches and its visits', async (t) => {
  const fastify = await createServer(t);
  const schema = { querystring: { type: 'object', properties: { on: { type: 'boolean', default: false } } } };
  fastify.issrRoute<{ Params: { n: string }; Querystring: { on: boolean } }>(
    '/:n',
    { schema },
    ({ params, query: { on } }) => (
      <main>
        <h1>
          {params.n} {`${on}`}
        </h1>
        <a href="/2" onclick="rr(this)">
          next
        </a>
        <button type="button" onclick="rr(this)" action="on" value="true">
          on
        </button>
        <div contenteditable>
          <p contenteditable={on} translate={on}>
            text
          </p>
        </div>
        <section id="moves" data-issr-keep />
        <section id="stays" data-issr-keep={on} />
      </main>
    ),
  );
  const page = await browser.openPage(`${await listen(fastify)}/1`);
  const read = () =>
    page.evaluate(() => {
      const p = document.querySelector('p') as HTMLElement;
      return [p.isContentEditable, p.translate];
    });
  assert.deepEqual(await read(), [false, false]);
  await page.evaluate(() => {
    for (const section of document.querySelectorAll('section')) Object.assign(section, { isOld: true });
  });
  await page.click('a');
  await shows(page, 'h1', '2 false');
  const kept = await page.evaluate(() =>
    [...document.querySelectorAll('section')].map((section) => 'isOld' in section),
  );
  assert.deepEqual(kept, [true, false]);
  await page.click('button');
  await shows(page, 'h1', '2 true');
  assert.deepEqual(await read(), [true, true]);
});
