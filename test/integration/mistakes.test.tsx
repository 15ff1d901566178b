import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { ComponentChildren } from 'preact';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const props = { onClick: () => {} } as object;
const Save = () => <button {...props}>save</button>;

/** A server whose log is read. */
async function open(t: TestContext, showErrors: boolean, view: () => ComponentChildren) {
  const warnings: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      warnings.push(JSON.parse(String(line)).msg);
      done();
    },
  });
  const fastify = await createServer(t, { showErrors }, { logger: { level: 'warn', stream } });
  fastify.issrRoute('/page', () => <main>{view()}</main>);
  const page = await PageDriver.open(await listen(fastify), '/page');
  return { page, warnings };
}

test('warns of a function handler once, with its place', async (t) => {
  const { page, warnings } = await open(t, true, () => (
    <>
      <Save />
      <Save />
      <a {...({ onfocus: () => {} } as object)}>a</a>
    </>
  ));
  await page.rr();
  const rest = 'is a function, which stays on the server. Write text, as in onclick="rr(this)"';
  assert.deepEqual(warnings, [
    `issr: the page '/page': onClick of <button> in <Save> ${rest}`,
    `issr: the page '/page': onfocus of <a> ${rest}`,
  ]);
});

test('warns of an id of several elements once, with its place', async (t) => {
  const { page, warnings } = await open(t, true, () => (
    <>
      <p id="a">id="b"</p>
      <i id="b" />
      <template>
        <i id="b" />
      </template>
      <b id="a" class="x" />
      <b key="c">
        <i />
      </b>
      <b key="c">
        <i />
      </b>
    </>
  ));
  await page.rr();
  assert.deepEqual(warnings, [
    `issr: the page '/page': the id 'a' is on several elements: <p id="a"> and <b id="a" class="x">`,
  ]);
});

test('looks for no mistakes without showErrors', async (t) => {
  const { warnings } = await open(t, false, () => (
    <>
      <Save />
      <p id="a" />
      <p id="a" />
    </>
  ));
  assert.deepEqual(warnings, []);
});
