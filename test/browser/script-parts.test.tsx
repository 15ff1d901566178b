import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { useBrowser } from '../support/browser.js';
import { closeAfter, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

/** A document whose comment before `<html>` changes has to be sent whole. */
const page = (prologue: string, text: string): string =>
  `<!doctype html><!--${prologue}--><html><head><title>t</title></head><body><p>${text}</p></body></html>`;

/** An open page whose HTML the test may change, and a gate for the requests of the part that patches. */
async function openPage(t: TestContext, gate: () => Promise<void>) {
  let html = page('a', '1');
  const fastify = closeAfter(t, Fastify());
  fastify.addHook('onRequest', async ({ url }) => {
    if (url.startsWith('/issr-patch.js')) await gate();
  });
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', () => html);
  const tab = await browser.openPage(await listen(fastify));
  return {
    tab,
    async show(now: string): Promise<void> {
      html = now;
      await fastify.issr.rr('/');
    },
  };
}

test('messages wait, in order, for the part of the script that patches', async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { tab, show } = await openPage(t, () => gate);
  await tab.evaluate(() => {
    const texts: string[] = [];
    Object.assign(window, { texts });
    document.addEventListener('issr:patch', () => texts.push(document.querySelector('p')?.textContent ?? ''));
  });
  const texts = () => tab.evaluate(() => (window as unknown as { texts: string[] }).texts);
  await show(page('a', '2'));
  await show(page('b', '3'));
  await show(page('b', '4'));
  assert.deepEqual(await texts(), []);
  release();
  await tab.waitForFunction(() => document.querySelector('p')?.textContent === '4');
  assert.deepEqual(await texts(), ['2', '3', '4']);
});

test('the page reloads if the part that it needs cannot be loaded', async (t) => {
  const { tab, show } = await openPage(t, () => Promise.reject(new Error('The disk is broken')));
  await tab.evaluate(() => {
    // An earlier reload is long ago.
    sessionStorage.setItem('issr:reload', '1');
    Object.assign(window, { isOld: true });
    // WebKit's driver loses what a page logs right before it is left.
    const { error } = console;
    console.error = (...logged) => {
      sessionStorage.setItem('logged', logged.join(' '));
      error(...logged);
    };
  });
  await show(page('b', '5'));
  await tab.waitForFunction(() => !('isOld' in window) && document.querySelector('p')?.textContent === '5');
  // WebKit does not say which part.
  assert.match(await tab.evaluate(() => `${sessionStorage.getItem('logged')}`), /ISSR_PART \(network\)/);
  await browser.takeErrors();
});

test('errors and patches keep their order while a part loads', async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let count = 0;
  const fastify = closeAfter(t, Fastify());
  fastify.addHook('onRequest', async ({ url }) => {
    if (url.startsWith('/issr-control.js')) await gate;
  });
  await fastify.register(issrPlugin, { showErrors: false });
  const fail = () => {
    throw new Error('The disk is full');
  };
  fastify.issrRoute('/', { actions: { fail, add: () => void count++ } }, () => page('a', String(count)));
  const tab = await browser.openPage(await listen(fastify));
  await tab.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    for (const type of ['issr:error', 'issr:patch'] as const)
      document.addEventListener(type, () => told.push(type));
    for (const action of ['fail', 'add', 'add']) void window.rr({ action });
  });
  await waitFor(() => count === 2);
  assert.equal(await tab.textContent('p'), '0');
  release();
  await tab.waitForFunction(() => document.querySelector('p')?.textContent === '2');
  assert.deepEqual(await tab.evaluate(() => (window as unknown as { told: string[] }).told), [
    'issr:error',
    'issr:patch',
    'issr:patch',
  ]);
  assert.match((await browser.takeErrors()).join(), /ISSR_APP \(app\)/);
});
