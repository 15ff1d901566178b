import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify from 'fastify';
import type { Page } from 'playwright-core';
import issrPlugin from '../../../src/index.js';
import { html, useViews } from '../../support/patch-page.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const DELAY_MS = 300;
const PUSH_EVERY_MS = 100;
const { visit } = useViews();

/** A page far away that is pushed ten times a second; `render` makes the field from what was typed. */
async function openFar(t: TestContext, render: (typed: string) => string): Promise<Page> {
  const fastify = Fastify();
  await fastify.register(issrPlugin, { allowedOrigins: () => true });
  let renders = 0;
  fastify.issrRoute('/far', (request) => {
    const { q = '' } = request.query as { q?: string };
    return html(`<p>${++renders}</p>${render(q)}<p>${renders}</p>`);
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const proxy = await TcpProxy.open(t, fastify.listeningOrigin, { delay: () => DELAY_MS });
  const pushes = setInterval(() => void fastify.issr.rr('/far'), PUSH_EVERY_MS);
  t.after(async () => {
    clearInterval(pushes);
    await fastify.close();
  });
  return visit(`${proxy.origin}/far`);
}

/** Looks every few milliseconds, and notes when the field is not as the last key left it. */
async function watchField(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const field = document.querySelector('input') as HTMLInputElement;
    const wrong: string[] = [];
    let isPressed = false;
    let [value, caret] = [field.value, field.selectionStart];
    field.addEventListener('keydown', () => {
      isPressed = true;
    });
    field.addEventListener('keyup', () => {
      isPressed = false;
      [value, caret] = [field.value, field.selectionStart];
    });
    field.focus();
    setInterval(() => {
      if (!isPressed && (field.value !== value || field.selectionStart !== caret)) {
        wrong.push(`${field.value} at ${field.selectionStart}`);
      }
      if (document.activeElement !== field) wrong.push('not the field');
    }, 4);
    Object.assign(window, { wrong });
  });
  return () => page.evaluate(() => (window as unknown as { wrong: string[] }).wrong);
}

/** Types like a quick typist. The pause is part of the input; the test waits for nothing here. */
async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key === ' ' ? 'Space' : key);
  await page.waitForTimeout(50);
}

test('text typed over a slow connection survives pushes exactly', async (t) => {
  const page = await openFar(t, (typed) => `<input name="q" oninput="rr()" value="${typed}">`);
  const wrong = await watchField(page);
  const text = 'the quick brown fox jumps over lazy dogs';
  for (const key of text.slice(0, 20)) await press(page, key);
  for (let i = 0; i < 5; i++) await press(page, 'ArrowLeft');
  for (const key of text.slice(20)) await press(page, key);
  const typed = text.slice(0, 15) + text.slice(20) + text.slice(15, 20);
  await page.waitForFunction((value) => document.querySelector('input')?.defaultValue === value, typed);
  assert.equal(await page.inputValue('input'), typed);
  assert.deepEqual(await wrong(), []);
});

test('a phone number stays as typed, and ends up formatted', async (t) => {
  const format = (typed: string): string => {
    const digits = typed.replace(/\D/g, '').slice(0, 10);
    if (digits.length < 4) return digits;
    const local = digits.slice(3);
    return `(${digits.slice(0, 3)}) ${local.length > 3 ? `${local.slice(0, 3)}-${local.slice(3)}` : local}`;
  };
  const page = await openFar(
    t,
    (typed) => `<input name="q" type="tel" update oninput="rr()" value="${format(typed)}">`,
  );
  await page.focus('input');
  await page.keyboard.type('5551234567', { delay: 40 });
  assert.equal((await page.inputValue('input')).replace(/\D/g, ''), '5551234567');
  await page.waitForFunction(() => document.querySelector('input')?.value === '(555) 123-4567');
  assert.equal(await page.evaluate(() => document.querySelector('input')?.selectionStart), 14);
});
