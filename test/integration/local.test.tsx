import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from '../../src/testing/open-page.js';
import { createServer } from '../support/server.js';

const WRONG = ['hide closest [', 'class + #17', 'attr onclick=x', 'attr 1=x', 'explode'];

test('an event is sent whatever its pending says, and errors are reported', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  const actions = {
    like: ({ issr }: { issr: { action: { value: string } } }) => void ran.push(issr.action.value),
  };
  fastify.issrRoute('/', { actions }, () => (
    <main>
      {WRONG.map((target) => (
        <button key={target} data-rr="click" action="like" value={target} pending={target as 'hide'}>
          {target}
        </button>
      ))}
    </main>
  ));
  const page = await openPage(fastify, '/');
  for (const name of WRONG) await page.click({ role: 'button', name });
  await page.settled();
  assert.deepEqual(ran, WRONG);
  for (const error of page.errors) assert.match(error, /^ISSR_DO \(page author\)/);
  assert.deepEqual(page.findAll({ selector: '[aria-busy]' }), []);
});

test('a target names any id and class, also one that is not a selector', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => (
    <main>
      <p id="17" />
      <p class="md:flex w-1/2" />
      <button type="button" do="hide #17; hide .md:flex; attr title=x .w-1/2">
        change
      </button>
    </main>
  ));
  const page = await openPage(fastify, '/');
  await page.click('change');
  await page.waitFor(() => assert.deepEqual(page.findAll({ selector: 'p:not([hidden])' }), []));
  assert.equal(page.find({ selector: '.md\\:flex' }).getAttribute('title'), 'x');
  assert.deepEqual(page.errors, []);
});

test('attr takes the value after the present one', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => (
    <button type="button" aria-expanded="false" do="attr aria-expanded=true|false title=a=b|c">
      menu
    </button>
  ));
  const page = await openPage(fastify, '/');
  const shown = () => ['aria-expanded', 'title'].map((name) => page.find('menu').getAttribute(name));
  for (const expected of [
    ['true', 'a=b'],
    ['false', 'c'],
    ['true', 'a=b'],
  ]) {
    await page.click('menu');
    await page.waitFor(() => assert.deepEqual(shown(), expected));
  }
  assert.deepEqual(page.errors, []);
});
