import { setTimeout as delay } from 'node:timers/promises';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { defineActions, fields } from 'fastify-issr';
import { Layout } from './layout.js';

const account = Type.Object({
  name: Type.String({ minLength: 3, maxLength: 20, pattern: '^[a-z]+$' }),
  email: Type.String({ format: 'email' }),
  password: Type.String({ format: 'password', minLength: 8 }),
  again: Type.String({ format: 'password', minLength: 8 }),
  birthday: Type.String({ format: 'date' }),
  call: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', default: '09:00' }),
  seats: Type.Integer({ minimum: 1, maximum: 50, default: 1 }),
  phone: Type.String({ pattern: '^[+0-9 ]*$', default: '' }),
  plan: Type.Union([Type.Literal('free', { title: 'Free' }), Type.Literal('team', { title: 'Team' })]),
  about: Type.String({ maxLength: 200, default: '' }),
  news: Type.Boolean({ default: false }),
  agree: Type.Literal(true, { errorMessage: 'Please agree to the terms' }),
});
type Name = keyof typeof account.properties;
const INPUTS = Object.entries({
  name: 'User name',
  email: 'E-mail',
  password: 'Password',
  again: 'Password again',
  birthday: 'Birthday',
  call: 'Best time to call',
  seats: 'Seats',
  phone: 'Phone (optional)',
}) as [Name, string][];

const taken = new Set(['admin', 'ada']);
const problemsOf = async ({ name = '', password, again }: Record<string, unknown>) => ({
  name: (await delay(20, taken.has(String(name)))) ? 'This name is taken' : undefined,
  again: again && again !== password ? 'The passwords differ' : undefined,
});
const actions = defineActions({
  create: {
    schema: account,
    async handler({ query, issr }, _value, reply) {
      const { name, again } = await problemsOf(query);
      // Without script, an action that returns something keeps the form as it was sent.
      if (name ?? again) return 'Please look at the marked fields';
      taken.add(query.name);
      issr.flash(`Welcome, ${query.name}`, 'success');
      return reply.redirect('/sign-up');
    },
  },
});

const accounts: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute(
    '/sign-up',
    { schema: { querystring: Type.Partial(account) }, actions },
    async (request) => {
      const [f, own] = [
        fields(request, account),
        (await problemsOf(request.issr.raw)) as Record<Name, string>,
      ];
      const Problem = ({ name }: { name: Name }) => (
        <small class="problem" {...f.error(name)}>
          {request.issr.errors[name] ?? own[name]}
        </small>
      );
      return (
        <Layout
          title="New account"
          lead="Twelve fields, one schema, and no script of its own."
          source="sign-up.tsx"
        >
          {request.issr.flashes.map(({ message, kind }) => (
            <p class={`flash ${kind}`} role="status">
              {message}
            </p>
          ))}
          {request.issr.result && (
            <p class="flash problem" role="alert">
              {request.issr.result}
            </p>
          )}
          <form class="panel account" {...actions.create.form()} data-rr="submit, change, input 300">
            {INPUTS.map(([name, label]) => (
              <label>
                {label}
                <input {...f.input(name)} />
                <Problem name={name} />
              </label>
            ))}
            <label>
              Plan
              <select {...f.select('plan')} />
              <Problem name="plan" />
            </label>
            <label>
              About you
              <textarea {...f.textarea('about')} />
              <Problem name="about" />
            </label>
            <label class="choice">
              <input {...f.checkbox('news')} />
              Send me news
            </label>
            <label class="choice">
              <input {...f.checkbox('agree')} />I agree to the terms
              <Problem name="agree" />
            </label>
            <button class="primary">Create account</button>
          </form>
        </Layout>
      );
    },
  );
};

export default accounts;
