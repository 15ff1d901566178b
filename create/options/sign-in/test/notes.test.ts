import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openPage, type TestPage } from 'fastify-issr/testing';
import { createApp } from '../src/app.js';

async function openSignIn(t: TestContext): Promise<TestPage> {
  const app = await createApp();
  t.after(() => app.close());
  return openPage(app, '/');
}

async function signIn(page: TestPage, password: string): Promise<void> {
  await page.fill('User', 'admin');
  await page.fill('Password', password);
  await page.click({ role: 'button', name: 'Sign in' });
  await page.settled();
}

test('adds and removes a note after a sign-in', async (t) => {
  const page = await openSignIn(t);
  assert.equal(page.url, '/sign-in');
  await signIn(page, 'test password');
  assert.equal(page.url, '/');

  await page.fill('New note', 'Buy bread');
  await page.click('Add');
  await page.settled();
  assert.deepEqual(page.texts('li'), ['Buy bread Remove']);
  await page.click('Remove');
  await page.settled();
  assert.deepEqual(page.texts('li'), []);
});

test('refuses a wrong password', async (t) => {
  const page = await openSignIn(t);
  await signIn(page, 'wrong');
  assert.equal(page.text('.error'), 'User and password do not match.');
  assert.equal(page.url, '/sign-in');
});
