import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { defineActions, fields } from '../../src/index.js';
import { createServer } from '../support/server.js';

const schema = Type.Object({
  email: Type.String({ title: 'E-mail', description: 'We never share it', format: 'email', maxLength: 254 }),
  plan: Type.Enum(['free', 'paid'], { default: 'free' }),
  kinds: Type.Array(Type.Union([Type.Literal('a'), Type.Literal('b')]), { default: [] }),
  text: Type.String({ maxLength: 101, default: '' }),
  line: Type.String({ maxLength: 100, default: '' }),
  news: Type.Boolean({ default: false }),
  agree: Type.Literal(true, { default: true }),
});

test('a schema makes labels, hints and the elements of its fields', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request) => {
    const f = fields(request, schema, { line: 'Taken', text: false });
    return (
      <main>
        {f.label('email', { class: 'wide' })}
        {f.control('email', { autocomplete: 'email' })}
        <i {...f.hint('email')} />
        <i {...f.error('line')} />
        {f.names.map((name) => f.control(name))}
      </main>
    );
  });
  const { body } = await fastify.inject('/');
  const [main = ''] = /<main>.*<\/main>/s.exec(body) ?? [];
  const described = 'aria-describedby="email-error email-hint"';
  const expected = [
    '<label class="wide" for="email-field">E-mail</label>',
    `<input type="email" id="email-field" name="email" required ${described} maxlength="254" autocomplete="email"/>`,
    '<i id="email-hint">We never share it</i>',
    '<i id="line-error" role="alert">Taken</i>',
  ];
  assert.ok(main.startsWith(`<main>${expected.join('')}`), main);
  const elements = [
    ...main.slice(main.indexOf('Taken')).matchAll(/<(input type="\w+"|select|textarea) id="(\w+)/g),
  ];
  assert.deepEqual(
    elements.map(([, element, name]) => `${name}: ${element}`),
    [
      'email: input type="email"',
      'plan: select',
      'kinds: select',
      'text: textarea',
      'line: input type="text"',
      'news: input type="checkbox"',
      'agree: input type="checkbox"',
    ],
  );
  assert.match(main, /id="line-field" name="line" aria-invalid="true"/);
});

const NOTHING = Type.Null();
const KINDS: [schema: TSchema, field: string][] = [
  [Type.Union([Type.Integer({ minimum: 1 }), NOTHING]), 'input type="number" min="1"'],
  [Type.Union([Type.Literal(''), Type.String({ format: 'email' })]), 'input type="email"'],
  [Type.Unsafe({ type: ['number', 'null'] }), 'input type="number" step="any"'],
  [Type.Unsafe({ type: ['string', 'null'], maxLength: 101 }), 'textarea maxlength="101"'],
  [Type.Union([Type.Literal('a'), Type.Literal('b'), NOTHING]), 'select'],
  [Type.Union([Type.Integer(), Type.String()]), 'input type="text" required'],
  [
    Type.Integer({ exclusiveMinimum: 0, exclusiveMaximum: 10 }),
    'input type="number" required min="1" max="9"',
  ],
  [Type.Integer({ minimum: 1, multipleOf: 5 }), 'input type="number" required min="5" step="5"'],
  [Type.Number({ minimum: 0.07, multipleOf: 0.01 }), 'input type="number" required min="0.07" step="0.01"'],
  [Type.String({ format: 'iso-time' }), 'input type="time" required step="1"'],
  // Browsers leave out seconds that are zero.
  [Type.String({ format: 'iso-date-time' }), 'input type="text" required'],
  // Both demand an offset from UTC.
  [Type.String({ format: 'time' }), 'input type="text" required'],
  [Type.String({ format: 'date-time' }), 'input type="text" required'],
  [Type.String({ pattern: '^[\\w.-]+$' }), 'input type="text" required pattern="[\\w\\.\\-]+"'],
  [Type.String({ pattern: 'a[b' }), 'input type="text" required'],
];

test('a field takes what its schema accepts', async (t) => {
  const fastify = await createServer(t);
  const one = { kind: Type.String() as TSchema };
  fastify.issrRoute('/', (request) => <p>{fields(request, Type.Object(one)).control('kind')}</p>);
  for (const [kind, expected] of KINDS) {
    one.kind = kind;
    const { body } = await fastify.inject('/');
    const [, field] = /<p><([^>]*?)\/?>/.exec(body) ?? [];
    assert.equal(field?.replace(/ (id|name|aria-describedby)="[^"]*"/g, ''), expected);
  }
});

const converted = z.object({
  name: z.string().min(2).max(40).meta({ title: 'Full name', description: 'As on the card' }),
  age: z.coerce.number().int().min(18).max(99),
  plan: z.enum(['free', 'paid']).default('free'),
  news: z.stringbool().default(false),
  since: z.coerce.date().optional(),
  note: z.string().transform((text) => [text]),
});
const unconverted = mini.object({
  name: mini.string(),
  plan: mini._default(mini.enum(['free', 'paid']), 'free'),
});

test('a schema that converts itself to JSON schema makes fields, and any other has names and values', async (t) => {
  const fastify = await createServer(t);
  fastify.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  const add = (path: string, schema: typeof converted | typeof unconverted) =>
    fastify.issrRoute(path, { schema: { querystring: schema } }, (request) => {
      const f = fields<z.core.$ZodObject>(request, schema);
      return (
        <main>
          {f.names.map((name) => [f.label(name), f.control(name)])}
          <i {...f.hint('name')} />
        </main>
      );
    });
  add('/converted', converted);
  add('/unconverted', unconverted);
  const read = async (url: string) =>
    [...(await fastify.inject(url)).body.matchAll(/<(?:label|input|option|select|i)\b[^>]*>[^<]*/g)].map(
      ([tag]) => tag.replace(/ (?:id|for|aria-describedby)="[^"]*"|\/?>$/g, ''),
    );
  assert.deepEqual(await read('/converted?name=Ann&age=18&since=2026-11-28&note=a'), [
    '<label>Full name',
    '<input type="text" name="name" required value="Ann" minlength="2" maxlength="40"',
    '<label>age',
    '<input type="number" name="age" required value="18" min="18" max="99"',
    '<label>plan',
    '<select name="plan"',
    '<option value="free" selected>free',
    '<option value="paid">paid',
    '<label>news',
    '<input type="checkbox" name="news" value="true"',
    '<label>since',
    '<input type="text" name="since" value="2026-11-28"',
    '<label>note',
    '<input type="text" name="note" required value="a"',
    '<i>As on the card',
  ]);
  assert.deepEqual(await read('/unconverted?name=Ann'), [
    '<label>name',
    '<input type="text" name="name" value="Ann"',
    '<label>plan',
    '<input type="text" name="plan" value="free"',
    '<i',
  ]);
});

test('a choice may be left empty only if its schema accepts nothing', async (t) => {
  const fastify = await createServer(t);
  const letters = [Type.Literal('a'), Type.Literal('b')];
  const either = Type.Object({ one: Type.Union(letters), none: Type.Union([...letters, NOTHING]) });
  fastify.issrRoute('/', (request) => {
    const f = fields(request, either);
    return (
      <p>
        <select {...f.select('one')} /> <select {...f.select('none')} />
      </p>
    );
  });
  const values = async (url: string) =>
    [...(await fastify.inject(url)).body.matchAll(/<select.*?<\/select>/g)].map(([select]) =>
      [...select.matchAll(/value(?:="(\w)")?( selected)?>/g)].map(
        ([, value = '', selected = '']) => value + selected,
      ),
    );
  assert.deepEqual(await values('/'), [
    ['', 'a', 'b'],
    ['', 'a', 'b'],
  ]);
  assert.deepEqual(await values('/?one=b&none=b'), [
    ['a', 'b selected'],
    ['', 'a', 'b selected'],
  ]);
});

test('a name with spaces makes ids without', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request) => (
    <p>{fields(request, Type.Object({ 'a b': Type.String() })).control('a b')}</p>
  ));
  assert.match(
    (await fastify.inject('/')).body,
    /id="a_b-field" name="a b" required aria-describedby="a_b-error"/,
  );
});

test('fields may have names that every object inherits', async (t) => {
  const fastify = await createServer(t);
  const named = Type.Object({ constructor: Type.String(), ['__proto__']: Type.String() });
  fastify.issrRoute('/', (request) => {
    const f = fields(request, named);
    return <main>{['constructor', '__proto__'].map((name) => f.control(name as 'constructor'))}</main>;
  });
  const values = async (url: string) =>
    [...(await fastify.inject(url)).body.matchAll(/<input[^>]* name="\w+" required ([^>]*)\/>/g)].map(
      ([, rest]) => rest,
    );
  assert.deepEqual(await values('/'), [
    'aria-describedby="constructor-error"',
    'aria-describedby="__proto__-error"',
  ]);
  assert.deepEqual(await values('/?constructor=a&__proto__=b'), [
    'aria-describedby="constructor-error" value="a"',
    'aria-describedby="__proto__-error" value="b"',
  ]);
});

test('fields show a record, and all of a refused form as it was sent', async (t) => {
  const fastify = await createServer(t);
  const person = Type.Object({
    name: Type.String({ minLength: 3, default: 'Ann' }),
    plan: Type.Enum(['free', 'paid']),
    kinds: Type.Array(Type.Enum(['a', 'b']), { default: [] }),
    news: Type.Boolean({ default: false }),
  });
  const actions = defineActions({ save: { schema: person, handler: () => {} } });
  fastify.issrRoute('/', { schema: { querystring: Type.Partial(person) }, actions }, (request) => {
    const values = { name: null, plan: 'paid', kinds: ['b'], news: true } as const;
    const f = fields(request, person, {}, { values });
    return <main>{f.names.map((name) => f.control(name))}</main>;
  });
  const load = await fastify.inject('/?name=Bob&plan=free&kinds=a&news=false');
  assert.match(
    load.body,
    /name="name" aria-describedby="name-error" minlength="3"/,
    'null is an empty field',
  );
  assert.match(load.body, /<option value="free">free<\/option><option value="paid" selected>/);
  assert.match(load.body, /<option value="a">a<\/option><option value="b" selected>/);
  assert.match(load.body, /value="true" checked/);
  const refused = await post(fastify, '/?save', 'name=Al&plan=free');
  assert.match(refused.body, /name="name" aria-invalid="true" [^>]*value="Al"/);
  assert.match(refused.body, /<option value="free" selected>/);
  assert.match(refused.body, /value="true"\/>/, 'a box that was not ticked');
});

test('fields translate the texts of their schema', async (t) => {
  const fastify = await createServer(t);
  const german: Record<string, string> = { Plan: 'Tarif', free: 'gratis', 'Choose one': 'Bitte wählen' };
  const plan = Type.Enum(['free', 'paid'], {
    title: 'Plan',
    description: 'Choose one',
    errorMessage: 'Choose one',
  });
  const schema = Type.Object({ plan });
  const actions = defineActions({ save: { schema, handler: () => {} } });
  fastify.issrRoute('/', { actions }, (request) => {
    const f = fields(request, schema, {}, { text: (text) => german[text] ?? text });
    return (
      <main>
        {f.label('plan')}
        {f.control('plan')}
        <i {...f.hint('plan')} />
        <b {...f.error('plan')} />
      </main>
    );
  });
  const { body } = await post(fastify, '/?save', 'plan=gold');
  assert.match(body, /<label for="plan-field">Tarif<\/label>/);
  assert.match(body, /<option value="free">gratis<\/option><option value="paid">paid<\/option>/);
  assert.match(body, /<i id="plan-hint">Bitte wählen<\/i><b id="plan-error" role="alert">Bitte wählen<\/b>/);
});

/** Sends a form as a browser without script does. */
function post(fastify: FastifyInstance, url: string, payload: string) {
  const headers = { origin: 'http://localhost:80', 'content-type': 'application/x-www-form-urlencoded' };
  return fastify.inject({ method: 'POST', url, headers, payload });
}
