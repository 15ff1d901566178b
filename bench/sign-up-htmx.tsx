import formbody from '@fastify/formbody';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import Value from 'typebox/value';
import { Layout } from '../examples/layout.js';

const account = Type.Object({
  name: Type.String({ minLength: 3, maxLength: 20, pattern: '^[a-z]+$' }),
  email: Type.String({ format: 'email' }),
  password: Type.String({ minLength: 8 }),
  again: Type.String({ minLength: 8 }),
  birthday: Type.String({ format: 'date' }),
  call: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', default: '09:00' }),
  seats: Type.Integer({ minimum: 1, maximum: 50, default: 1 }),
  phone: Type.String({ pattern: '^[+0-9 ]*$', default: '' }),
  plan: Type.Enum(['Free', 'Team', 'School']),
  about: Type.String({ maxLength: 200, default: '' }),
  news: Type.Boolean({ default: false }),
  agree: Type.Literal(true, { errorMessage: 'Please agree to the terms' }),
});
type Values = Record<string, unknown>;

const taken = new Set(['admin', 'ada']);
const isTaken = async (name: unknown) => taken.has(String(name));
const problemsOf = async (values: Values): Promise<Record<string, string>> => ({
  ...Object.fromEntries(
    Value.Errors(account, values).flatMap(({ instancePath, message, params }) => {
      const missing = 'requiredProperties' in params ? params.requiredProperties : undefined;
      return (missing ?? [instancePath.slice(1)]).map((name) => [name, missing ? 'is required' : message]);
    }),
  ),
  ...((await isTaken(values.name)) && { name: 'This name is taken' }),
  ...(Boolean(values.again) && values.again !== values.password && { again: 'The passwords differ' }),
});

function Form({ values, problems }: { values: Values; problems: Record<string, string> }) {
  const propsOf = (name: string) => ({
    id: `${name}-field`,
    name,
    'aria-describedby': `${name}-error`,
    'aria-invalid': problems[name] ? ('true' as const) : undefined,
    'hx-post': '/sign-up/check',
    'hx-trigger': 'change, input delay:300ms',
    'hx-target': `#${name}-error`,
  });
  const Field = ({ name, label, children }: { name: string; label: string; children: JSX.Element }) => (
    <div>
      <label for={`${name}-field`}>{label}</label> {children}{' '}
      <small class="problem" id={`${name}-error`} role="alert">
        {problems[name]}
      </small>
    </div>
  );
  const Input = ({ label, ...props }: { label: string; name: string; [attribute: string]: unknown }) => (
    <Field name={props.name} label={label}>
      <input {...propsOf(props.name)} value={String(values[props.name] ?? '')} {...props} />
    </Field>
  );
  return (
    <form class="panel account" method="post" action="/sign-up" hx-post="/sign-up" hx-swap="outerHTML">
      <Input name="name" label="User name" required minlength={3} maxlength={20} pattern="[a-z]+" />
      <Input name="email" label="E-mail" type="email" required />
      <Input name="password" label="Password" type="password" value="" required minlength={8} />
      <Input name="again" label="Password again" type="password" value="" required minlength={8} />
      <Input name="birthday" label="Birthday" type="date" required />
      <Input name="call" label="Best time to call" pattern="([01]\d|2[0-3]):[0-5]\d" />
      <Input name="seats" label="Seats" type="number" min={1} max={50} />
      <Input name="phone" label="Phone (optional)" pattern="[+0-9 ]*" />
      <Field name="plan" label="Plan">
        <select {...propsOf('plan')} value={String(values.plan ?? '')} required>
          {['', 'Free', 'Team', 'School'].map((plan) => (
            <option>{plan}</option>
          ))}
        </select>
      </Field>
      <Field name="about" label="About you">
        <textarea {...propsOf('about')} maxlength={200} value={String(values.about ?? '')} />
      </Field>
      <Input name="news" label="Send me news" type="checkbox" value="true" checked={values.news === true} />
      <Input name="agree" label="I agree to the terms" type="checkbox" value="true" required />
      <button class="primary">Create account</button>
    </form>
  );
}

const Page = ({ message, children }: { message: string; children: JSX.Element }) => (
  <Layout title="New account" lead="Twelve fields, with htmx.">
    <script src="/htmx.min.js" defer />
    <output class="flash">{message}</output>
    {children}
  </Layout>
);

const accounts: FastifyPluginAsyncTypebox = async (fastify) => {
  await fastify.register(formbody);
  const send = (reply: FastifyReply, view: JSX.Element) => reply.type('text/html').send(renderToString(view));
  const read = (body: unknown) => Value.Convert(account, Value.Default(account, body)) as Values;

  fastify.get('/sign-up', (request, reply) => {
    const { welcome } = request.query as { welcome?: string };
    const form = <Form values={read({})} problems={{}} />;
    return send(reply, <Page message={welcome ? `Welcome, ${welcome}` : ''}>{form}</Page>);
  });

  fastify.post('/sign-up/check', async (request, reply) => {
    const problems = await problemsOf(read(request.body));
    return reply.type('text/html').send(problems[String(request.headers['hx-trigger-name'])] ?? '');
  });

  fastify.post('/sign-up', async (request, reply) => {
    const values = read(request.body);
    const problems = await problemsOf(values);
    const isHtmx = request.headers['hx-request'] !== undefined;
    if (Object.keys(problems).length > 0) {
      const form = <Form values={values} problems={problems} />;
      return send(reply, isHtmx ? form : <Page message="Please look at the marked fields">{form}</Page>);
    }
    taken.add(String(values.name));
    const to = `/sign-up?welcome=${encodeURIComponent(String(values.name))}`;
    return isHtmx ? reply.header('hx-location', to).send() : reply.redirect(to, 303);
  });
};

export default accounts;
