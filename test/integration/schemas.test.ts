import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { h } from 'preact';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const integer = { type: 'integer', default: 0 };
const counter = { type: 'object', properties: { x: integer } };
const optional = Type.Optional(Type.Integer());
const count = z.coerce.number().int().default(0);

/** Ways to declare the integer `x`, each with schemas that the app has added. */
const jsonSchemas: Record<string, [querystring: object, ...added: object[]]> = {
  '$ref to an added schema': [{ $ref: 'counter' }, { $id: 'counter', ...counter }],
  '$ref that ends with #': [{ $ref: 'counter#' }, { $id: 'counter', ...counter }],
  '$ref by path into an added schema': [
    { $ref: 'shared#/definitions/counter' },
    { $id: 'shared', definitions: { counter } },
  ],
  '$ref by path into the schema itself': [{ $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': counter } }],
  '$ref by path into a list': [{ $ref: 'shared#/allOf/0' }, { $id: 'shared', allOf: [counter] }],
  '$ref to a name of the schema itself': [
    { $ref: '#counter', $defs: { c: { $id: '#counter', ...counter } } },
  ],
  '$ref to an $id within the schema': [{ $ref: 'inner', $defs: { c: { $id: 'inner', ...counter } } }],
  '$ref to an absolute $id': [
    { $ref: 'http://example.com/counter.json#' },
    { $id: 'http://example.com/counter.json', ...counter },
  ],
  '$ref relative to the $id of its schema': [
    { $id: 'http://example.com/a/page.json', $ref: '../counter.json' },
    { $id: 'http://example.com/counter.json', ...counter },
  ],
  '$ref from one added schema to another': [
    { $ref: 'first#' },
    { $id: 'first', allOf: [{ $ref: 'second#/$defs/c' }] },
    { $id: 'second', $defs: { c: { $ref: '#/$defs/d' }, d: counter } },
  ],
  'a property by $ref': [
    { type: 'object', properties: { x: { $ref: 'shared#/definitions/integer' } } },
    { $id: 'shared', definitions: { integer } },
  ],
  allOf: [{ allOf: [{ type: 'object', properties: { y: integer } }, counter] }],
  'allOf with $ref': [
    { type: 'object', allOf: [{ $ref: 'counter#' }] },
    { $id: 'counter', ...counter },
  ],
  'a schema by a key that is present': [{ type: 'object', dependentSchemas: { x: counter } }],
  'TypeBox Object': [Type.Object({ x: Type.Integer({ default: 0 }) })],
  'TypeBox Intersect': [Type.Intersect([Type.Object({ y: optional }), Type.Object({ x: optional })])],
  'TypeBox Ref': [Type.Ref('counter'), { $id: 'counter', ...counter }],
  'TypeBox Cyclic': [Type.Cyclic({ Counter: Type.Object({ x: optional }) }, 'Counter')],
};

const zodSchemas: Record<string, unknown> = {
  object: z.object({ x: count }),
  'extended object': z.object({ y: count }).extend({ x: count }),
  'checked object': z.object({ x: count }).refine(() => true),
  intersection: z.object({ y: count }).and(z.object({ x: count })),
  union: z.union([z.object({ kind: z.literal('a') }), z.object({ x: count })]),
  'transformed object': z.object({ x: count }).transform(({ x }) => ({ x, y: x + 1 })),
  'preprocessed object': z.preprocess((query) => query, z.object({ x: count })),
  'object with a default': z.object({ x: count }).default({ x: 0 }),
  'lazy object': z.lazy(() => z.object({ x: count })),
  'object of zod/mini': mini.object({ x: mini._default(mini.coerce.number(), 0) }),
};

/** Clicks the counter's button twice, as the action `x`, and runs an event without an action. */
async function assertKept(fastify: FastifyInstance, querystring: unknown): Promise<void> {
  fastify.issrRoute('/', { schema: { querystring } }, ({ query }) =>
    h('p', null, (query as { x?: number }).x ?? 0),
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.click('x', '1');
  assert.ok(
    page.messages.some(([verb]) => verb === 'state'),
    'the browser receives the state',
  );
  assert.equal(page.text, '1');
  await page.click('x', '2');
  await page.rr();
  assert.equal(page.text, '2');
}

for (const [name, [querystring, ...added]] of Object.entries(jsonSchemas)) {
  test(`keeps an assigned param declared by ${name}`, async (t) => {
    const fastify = await createServer(t, {}, { ajv: { customOptions: { strict: false } } });
    for (const schema of added) fastify.addSchema(schema);
    await assertKept(fastify, querystring);
  });
}

for (const [name, schema] of Object.entries(zodSchemas)) {
  test(`keeps an assigned param declared by zod: ${name}`, async (t) => {
    const fastify = await createServer(t);
    fastify.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
    await assertKept(fastify, schema);
  });
}
