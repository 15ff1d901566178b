/**
 * Types of `fields`. Nothing here runs: lines after `@ts-expect-error` must not compile, all others must.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { fields } from 'fastify-issr';
import { z } from 'zod';

declare const request: FastifyRequest;

const typed = fields(request, Type.Object({ email: Type.String(), age: Type.Optional(Type.Integer()) }));
const literal = fields(request, {
  type: 'object',
  properties: { status: { enum: ['open', 'closed'] } },
  required: ['status'],
});

export const right = [
  <input {...typed.input('email')} />,
  <p {...typed.error('age')} />,
  <select {...literal.select('status')} />,
  <textarea {...typed.textarea('email')} />,
  <input {...typed.checkbox('email')} />,
  typed.label('email'),
  typed.control('age', { autocomplete: 'off' }),
  <p {...typed.hint('email')} />,
  ...typed.names.map((name: 'email' | 'age') => typed.control(name)),
];

export const wrong = [
  // @ts-expect-error the schema does not declare it
  typed.input('emial'),
  // @ts-expect-error nor this
  typed.error('status'),
  // @ts-expect-error nor this
  literal.select('state'),
  // @ts-expect-error nor this
  typed.control('status'),
  // @ts-expect-error a wrong name in each of the others
  typed.label('emial'),
  // @ts-expect-error a hint
  typed.hint('emial'),
  // @ts-expect-error a text area
  typed.textarea('emial'),
  // @ts-expect-error a check box
  typed.checkbox('emial'),
  // @ts-expect-error a name of a zod schema
  fields(request, z.object({ email: z.string() })).input('emial'),
];

/** A zod schema names its fields too. */
export const zod = <input {...fields(request, z.object({ email: z.string() })).input('email')} />;

fields(request, Type.Object({ email: Type.String() }), { email: Math.random() > 0.5 && 'taken' });
// @ts-expect-error the schema does not declare it
fields(request, Type.Object({ email: Type.String() }), { emial: 'taken' });

fields(
  request,
  Type.Object({ age: Type.Integer() }),
  {},
  { values: { age: 7 }, text: (text) => text.trim() },
);
fields(request, Type.Object({ age: Type.Integer() }), {}, { values: { age: null } });
// @ts-expect-error the schema has a number
fields(request, Type.Object({ age: Type.Integer() }), {}, { values: { age: '7' } });
