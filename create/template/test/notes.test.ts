import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from 'fastify-issr/testing';
import { createApp } from '../src/app.js';

test('adds and removes a note for all viewers', async (t) => {
  const app = await createApp();
  t.after(() => app.close());
  const [ada, grace] = [await openPage(app, '/'), await openPage(app, '/')];

  await ada.fill('New note', 'Buy bread');
  await ada.click('Add');
  await ada.settled();
  assert.deepEqual(grace.texts('li'), ['Buy bread Remove']);
  assert.equal((ada.find('New note') as HTMLInputElement).value, '');

  await grace.click('Remove');
  await grace.settled();
  assert.deepEqual(ada.texts('li'), []);
});

test('keeps what is half typed while others add notes', async (t) => {
  const app = await createApp();
  t.after(() => app.close());
  const [ada, grace] = [await openPage(app, '/'), await openPage(app, '/')];
  await grace.fill('New note', 'Half typ');
  await ada.fill('New note', 'Water the plants');
  await ada.press('Enter');
  await ada.settled();
  assert.deepEqual(grace.texts('li'), ['Water the plants Remove']);
  assert.equal((grace.find('New note') as HTMLInputElement).value, 'Half typ');
});
