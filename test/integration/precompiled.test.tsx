import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComponentChildren, JSX } from 'preact';
import { jsxTemplate } from 'preact/jsx-runtime';
import { Later } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** JSX as Deno compiles it with `"jsx": "precompile"`. */
const template = (texts: string[], ...expressions: ComponentChildren[]) =>
  jsxTemplate(texts, ...(expressions as never[])) as JSX.Element;

test('precompiled JSX holds late parts in places of their own, and adds no keys', async (t) => {
  const fastify = await createServer(t);
  const computed: string[] = [];
  const Part = ({ name }: { name: string }) => <Later>{() => computed.push(name) && name}</Later>;
  fastify.issrRoute<{ Querystring: { on?: string } }>('/', ({ query: { on } }) =>
    template(
      ['<main>', '', '', '', '</main>'],
      <p>
        <b>{on ?? 'off'}</b>
      </p>,
      <Part name="1" />,
      [on && <Part name="0" />, [<Part key="2" name="2" />], <Part key="3" name="3" />],
      <Part name="4" />,
    ),
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  await waitFor(() => page.text === 'off1234', page.html);
  await page.rr({ changed: [['on', 'on']] });
  await waitFor(() => page.text === 'on10234', page.html);
  assert.equal(computed.join(' '), '1 2 3 4 0');
  assert.match(page.html, /<main><p><b>on/);
});
