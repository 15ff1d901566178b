import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, useBrowser } from '../../support/browser.js';
import { createServer, listen } from '../../support/server.js';

const browser = useBrowser();
const html = (body: string): string =>
  `<!doctype html><html><head><title>t</title></head><body>${body}</body></html>`;

for (const [name, before, after, prepare] of [
  ['blur of a removed field', `<input id="f" onblur="rr({action:'wrong'})">`, '', '#f'],
  ['data-rr="blur"', '<section><input id="f" action="wrong" data-rr="blur"></section>', '', '#f'],
  [
    'focusout around a removed field',
    `<p onfocusout="rr({action:'wrong'})"><input id="f"></p>`,
    '<p></p>',
    '#f',
  ],
  [
    'close of a dialog',
    `<dialog open onclose="rr({action:'wrong'})">x</dialog>`,
    `<dialog onclose="rr({action:'wrong'})">x</dialog>`,
  ],
  [
    'close of a removed dialog',
    `<section><dialog open onclose="rr({action:'wrong'})">x</dialog></section>`,
    '<section></section>',
  ],
  [
    'toggle of details',
    `<details ontoggle="rr({action:'wrong'})"><summary>x</summary></details>`,
    `<details open ontoggle="rr({action:'wrong'})"><summary>x</summary></details>`,
  ],
  [
    'toggle of new details',
    '',
    `<details open ontoggle="rr({action:'wrong'})"><summary>x</summary></details>`,
  ],
  [
    'toggle of details that another one closes',
    `<details name="a" id="a"></details><details name="a" open ontoggle="window.rr?.({action:'wrong'})"></details>`,
    `<details name="a" id="a" open></details><details name="a" ontoggle="rr({action:'wrong'})"></details>`,
  ],
] as const) {
  test(`a patch runs no command: ${name}`, async (t) => {
    let body: string = before;
    const ran: string[] = [];
    const fastify = await createServer(t);
    const command = (name: string) => () => {
      ran.push(name);
    };
    fastify.issrRoute('/', { actions: { wrong: command('wrong'), right: command('right') } }, () =>
      html(`${body}<button action="right" onclick="rr(this)">${body.length}</button>`),
    );
    const page = await browser.openPage(await listen(fastify));
    await connected(page);
    // The toggle of a load is the load's own. Its command, if there is one, runs before this event is answered.
    await page.evaluate(() => window.rr());
    ran.length = 0;
    if (prepare) {
      await page.focus(prepare);
      await page.keyboard.type('x');
    }
    body = after;
    await fastify.issr.rr('/');
    await page.waitForFunction(
      (text) => document.querySelector('button')?.textContent === text,
      `${after.length}`,
    );
    // Events that come later have run by the time a frame is drawn.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    await page.click('button');
    await connected(page);
    assert.deepEqual(ran, ['right']);
  });
}

test('a visitor who closes what a patch opened runs the command', async (t) => {
  let isOpen = false;
  const ran: string[] = [];
  const fastify = await createServer(t);
  const attribute = () => (isOpen ? ' open' : '');
  fastify.issrRoute('/', { actions: { toggled: () => void ran.push('toggled') } }, () =>
    html(`<details${attribute()} ontoggle="rr({action:'toggled'})"><summary>x</summary>y</details>`),
  );
  const page = await browser.openPage(await listen(fastify));
  isOpen = true;
  await fastify.issr.rr('/');
  await page.waitForSelector('details[open]');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await page.click('summary');
  await connected(page);
  await page.waitForFunction(() => !document.querySelector('details')?.open);
  assert.deepEqual(ran, ['toggled']);
});
