import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../support/compile.js';

const START = `import Fastify from 'fastify';
import issrPlugin from 'fastify-issr';
const fastify = Fastify();
await fastify.register(issrPlugin);
`;

/** Calls with a mistake, and the end of the compiler's message. */
const MISTAKES = {
  "fastify.issrRoute('/', () => 5);": /Type 'number' is not assignable to type 'void \| Promise<void>/,
  "fastify.issrRoute('/', async () => [<p />]);":
    /Type 'Promise<Element\[\]>' is not assignable to type 'void/,
  "fastify.issrRoute('/', { handler: () => 5 });":
    /Type 'number' is not assignable to type 'void \| Promise<void>/,
  "fastify.issrRoute('/', { schema: {} });": /Property 'handler' is missing/,
  "fastify.issrRoute('/', { shema: {} }, () => <p />);":
    /'shema' does not exist.* Did you mean to write 'schema'/,
};

test('messages of the compiler name the mistake in a route', () => {
  const files = Object.keys(MISTAKES).map((code, index) => [`mistake-${index}.tsx`, START + code]);
  const messages = compile(Object.fromEntries(files));
  for (const [index, [code, message]] of Object.entries(MISTAKES).entries()) {
    const own = messages.split(/^(?=mistake)/m).filter((text) => text.startsWith(`mistake-${index}.tsx`));
    assert.match(own.join(''), message, code);
    assert.doesNotMatch(own.join(''), /No overload matches/, code);
  }
});
