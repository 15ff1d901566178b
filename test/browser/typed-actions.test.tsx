import assert from 'node:assert/strict';
import { test } from 'node:test';
import helmet from '@fastify/helmet';
import { Type } from '@fastify/type-provider-typebox';
import { defineActions } from '../../src/index.js';
import { shows, useBrowser } from '../support/browser.js';
import { unless } from '../support/browsers/driver.js';
import { createServer, listen } from '../support/server.js';

const browser = useBrowser();

for (const way of ['with script, under a strict policy', 'without script']) {
  test(`typed actions of a form work ${way}`, {
    skip: way === 'without script' && unless('noScript'),
  }, async (t) => {
    const fastify = await createServer(t);
    await fastify.register(helmet, {
      contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    });
    const items: string[] = [];
    const todo = defineActions({
      add: {
        schema: Type.Object({ title: Type.String({ minLength: 2 }) }),
        handler: ({ query }) => void items.push(query.title),
      },
      remove: { value: Type.Integer(), handler: (_request, index) => void items.splice(index, 1) },
    });
    fastify.issrRoute('/', { actions: todo }, ({ issr }) => (
      <form {...todo.add.form()}>
        <input name="title" value={issr.refused ? String(issr.raw.title) : ''} />{' '}
        <button id="add">add</button>
        <output>{items.join()}</output>
        <p role="alert">{issr.errors.title}</p>
        {items.length > 0 && <button {...todo.remove(0)}>remove</button>}
      </form>
    ));
    const url = await listen(fastify);
    const page = await (way === 'without script' ? browser.openPlainPage(url) : browser.openPage(url));
    await page.click('#add');
    await shows(page, '[role=alert]', 'must NOT have fewer than 2 characters');
    // Chromium logs the status of a page.
    for (const error of await browser.takeErrors()) assert.match(error, /422/);
    await page.fill('[name=title]', 'tea');
    await page.keyboard.press('Enter');
    await shows(page, 'output', 'tea');
    await page.click('[action=remove]');
    await shows(page, 'output', '');
    assert.deepEqual(items, []);
  });
}
