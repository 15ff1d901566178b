import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from '../../src/testing/open-page.js';
import { createServer } from '../support/server.js';

test('a key that edits a text belongs to the field', async (t) => {
  const fastify = await createServer(t);
  const pressed: string[] = [];
  const actions = {
    key: ({ issr }: { issr: { action: { value: string } } }) => void pressed.push(issr.action.value),
  };
  fastify.issrRoute('/', { actions }, () => (
    <main>
      {['enter', 'backspace', 'escape', 'f2', 'ctrl+enter', 'n'].map((key) => (
        <button key={key} data-rr={`key ${key}`} action="key" value={key}>
          {key}
        </button>
      ))}
      <textarea aria-label="text" name="text" />
      <input aria-label="own" action="key" value="own" data-rr="key enter, key n" />
      <input type="checkbox" aria-label="box" />
    </main>
  ));
  const page = await openPage(fastify, '/');
  const press = async (label: string) => {
    pressed.length = 0;
    for (const key of ['n', 'Backspace', 'Enter', 'Escape', 'F2', 'Control+Enter'])
      await page.press(key, { label });
    await page.settled();
    return pressed.join();
  };
  // The part for these triggers has loaded once a key arrives.
  await page.waitFor(async () => assert.equal(await press('box'), 'n,backspace,enter,escape,f2,ctrl+enter'));
  assert.equal(await press('text'), 'escape,f2,ctrl+enter');
  assert.equal((page.find({ label: 'text' }) as HTMLTextAreaElement).value, '\n');
  assert.equal(await press('own'), 'own,escape,f2,ctrl+enter');
});
