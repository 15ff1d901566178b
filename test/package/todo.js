import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from 'fastify-issr';
import { openPage } from 'fastify-issr/testing';
import todo from './examples/todo.js';

const fastify = Fastify();
fastify.register(issrPlugin);
fastify.register(todo, { todos: ':memory:' });
after(() => fastify.close());

test('refuses an item that is on the list', async () => {
  const page = await openPage(fastify, '/todo');
  for (const expected of ['', 'That is on the list already.']) {
    await page.fill('What is to be done', 'Buy butter');
    await page.click('add');
    await page.settled();
    assert.equal(page.text('#problem'), expected);
  }
  await page.click('Remove Buy butter');
});

test('shows in another tab what one adds, ticks and removes', async () => {
  const [ada, grace] = [await openPage(fastify, '/todo'), await openPage(fastify, '/todo')];
  await grace.fill('What is to be done', 'Half typed');
  await ada.fill('What is to be done', 'Buy bread');
  await ada.click('add');
  await ada.settled();
  assert.deepEqual(grace.texts('.todos li'), ['Buy bread']);
  await grace.click('Buy bread: done');
  await grace.settled();
  assert.equal(ada.find('Buy bread: done').getAttribute('aria-pressed'), 'true');
  await ada.click('Remove Buy bread');
  await ada.settled();
  assert.deepEqual(grace.texts('.todos li'), []);
  assert.equal(grace.find('What is to be done').value, 'Half typed');
});
