import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { Field } from './field.js';
import { Layout } from './layout.js';

const account = Type.Object({
  name: Type.String({ title: 'User name', minLength: 3, maxLength: 20, pattern: '^[a-z]+$' }),
  email: Type.String({ title: 'E-mail', format: 'email' }),
  password: Type.String({ title: 'Password', format: 'password', minLength: 8 }),
  again: Type.String({ title: 'Password again', format: 'password', minLength: 8 }),
  birthday: Type.String({ title: 'Birthday', format: 'date' }),
  call: Type.String({ title: 'Best time to call', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', default: '09:00' }),
  seats: Type.Integer({ title: 'Seats', minimum: 1, maximum: 50, default: 1 }),
  phone: Type.String({ title: 'Phone (optional)', pattern: '^[+0-9 ]*$', default: '' }),
  plan: Type.Enum(['Free', 'Team', 'School'], { title: 'Plan' }),
  about: Type.String({ title: 'About you', maxLength: 200, default: '' }),
  news: Type.Boolean({ title: 'Send me news', default: false }),
  agree: Type.Literal(true, { title: 'I agree to the terms', errorMessage: 'Please agree to the terms' }),
});
const schema = { querystring: Type.Partial(account) };

const taken = new Set(['admin', 'ada']);
const isTaken = async (name: unknown) => taken.has(String(name));
const problemsOf = async ({ name, password, again }: Record<string, unknown>) => ({
  name: (await isTaken(name)) && 'This name is taken',
  again: Boolean(again) && again !== password && 'The passwords differ',
});

const actions = defineActions({
  create: {
    schema: account,
    async handler({ query, issr }, _value, reply) {
      const { name, again } = await problemsOf(query);
      // Without script, an action that returns something keeps the form as it was sent.
      if (name || again) return 'Please look at the marked fields';
      taken.add(query.name);
      issr.flash(`Welcome, ${query.name}`);
      return reply.redirect('/sign-up');
    },
  },
});

export default (async (fastify) => {
  fastify.issrRoute('/sign-up', { schema, actions }, async (request) => {
    const f = fields(request, account, await problemsOf(request.issr.raw));
    return (
      <Layout title="New account" lead="Twelve fields, one schema, and no script." source="sign-up.tsx">
        <output class="flash">{request.issr.result ?? request.issr.flashes[0]?.message}</output>
        <form class="panel account" {...actions.create.form()} data-rr="submit, change, input 300">
          {f.names.map((name) => (
            <Field key={name} of={f} name={name} />
          ))}
          <button class="primary">Create account</button>
        </form>
      </Layout>
    );
  });
}) satisfies FastifyPluginAsyncTypebox;
