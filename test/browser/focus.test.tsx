import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, shows, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();
const focused = () => document.activeElement?.id || document.activeElement?.localName;

test('autofocus takes the focus in answers and visits, not in pushes', async (t) => {
  const fastify = await createServer(t);
  let isPushed = false;
  fastify.issrRoute('/next', () => <input id="search" name="q" autofocus />);
  fastify.issrRoute('/', ({ query }) => {
    const { edit } = query as { edit?: string };
    return (
      <main>
        <a href="/next" onclick="rr(this)">
          next
        </a>
        {edit ? (
          <input id="name" name="name" autofocus data-rr="focus" {...{ action: 'focused' }} />
        ) : (
          <button id="edit" type="button" action="edit" onclick="rr(this)">
            edit
          </button>
        )}
        {isPushed && <input id="pushed" name="pushed" autofocus />}
        <output>{String(isPushed)}</output>
      </main>
    );
  });
  const page = await browser.openPage(`${await listen(fastify)}/?edit=`);
  await page.focus('#edit');
  isPushed = true;
  await fastify.issr.rr('/');
  await shows(page, 'output', 'true');
  assert.equal(await page.evaluate(focused), 'edit');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#name');
  await connected(page);
  assert.equal(await page.evaluate(focused), 'name');
  await page.click('a');
  await page.waitForSelector('#search:focus');
});

test('a pushed <dialog open modal> gives the focus to its autofocus', async (t) => {
  const fastify = await createServer(t);
  let isAsked = false;
  fastify.issrRoute('/', () => (
    <main>
      {isAsked && (
        <dialog open {...{ modal: true }}>
          <button id="delete" type="button">
            delete
          </button>
          <button id="cancel" type="button" autofocus>
            cancel
          </button>
        </dialog>
      )}
      <input id="below" name="below" />
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.focus('#below');
  isAsked = true;
  await fastify.issr.rr('/');
  await page.waitForSelector('dialog:modal');
  assert.equal(await page.evaluate(focused), 'cancel');
});

test('<dialog open modal> is modal at a load and in a patch, and closes', async (t) => {
  const fastify = await createServer(t);
  let isOpen = true;
  fastify.issrRoute('/', () => (
    <main>
      <button id="below" type="button">
        below
      </button>
      <dialog open={isOpen} {...{ modal: true }}>
        <button id="inside" type="button">
          inside
        </button>
      </dialog>
      <output>{String(isOpen)}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  const isModal = () => page.evaluate(() => document.querySelector('dialog')?.matches(':modal'));
  for (let round = 0; round < 2; round++) {
    assert.equal(await isModal(), true);
    assert.equal(await page.evaluate(focused), 'inside');
    isOpen = false;
    await fastify.issr.rr('/');
    await page.waitForSelector('dialog:not([open])', { state: 'attached' });
    await page.click('#below');
    isOpen = true;
    await fastify.issr.rr('/');
    await page.waitForSelector('dialog[open]');
  }
});

test('a dialog of a param that Escape closed opens again', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: { edit?: string } }>('/', ({ query: { edit = '0' } }) => (
    <main>
      {['1', '2'].map((id) => (
        <button key={id} id={`row-${id}`} type="button" data-rr="click" action="edit" value={id}>
          {id}
        </button>
      ))}
      {edit !== '0' && (
        <dialog open modal data-rr="close" action="edit" value="0">
          <input id="title" name="title" value={`title ${edit}`} autofocus />
        </dialog>
      )}
    </main>
  ));
  const page = await browser.openPage(`${await listen(fastify)}/?edit=0`);
  for (const id of ['1', '1', '2']) {
    await page.focus(`#row-${id}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog:modal #title:focus');
    assert.equal(await page.inputValue('#title'), `title ${id}`);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog'));
    assert.equal(await page.evaluate(focused), `row-${id}`);
  }
});
