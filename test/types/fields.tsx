/**
 * Types of `fields`. Nothing here runs: lines after `@ts-expect-error` must not compile, all others must.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { fields } from 'fastify-issr';

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
];

fields(request, Type.Object({ email: Type.String() }), { email: Math.random() > 0.5 && 'taken' });
// @ts-expect-error the schema does not declare it
fields(request, Type.Object({ email: Type.String() }), { emial: 'taken' });
