import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import { fields } from '../../src/index.js';
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
