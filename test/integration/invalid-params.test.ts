import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest, RouteShorthandOptions } from 'fastify';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const show = (value: unknown) => `<p>${JSON.stringify(value)}</p>`;
const shown = ({ text }: PageDriver) => JSON.parse(text) as Record<string, unknown>;

const querystring = Type.Object({
  age: Type.Integer({ default: 1, minimum: 1 }),
  name: Type.Optional(Type.String({ minLength: 2, maxLength: 8 })),
  tags: Type.Array(Type.Integer(), { default: [] }),
});

async function openPage(t: TestContext, url = '/', options: RouteShorthandOptions = {}) {
  const fastify = await createServer(t);
  const ran: unknown[] = [];
  const attached: (string | undefined)[] = [];
  const actions = { save: (request: { query: unknown }) => void ran.push({ ...(request.query as object) }) };
  fastify.issrRoute(
    '/',
    { schema: { querystring }, actions, ...options },
    ({ query, issr, validationError }) => {
      const { errors, raw, action, refused } = issr;
      attached.push(validationError?.message);
      return show({ query, errors, raw, action: action?.name ?? null, refused });
    },
  );
  return { fastify, ran, attached, page: await PageDriver.open(await listen(fastify), url) };
}

test('a re-render goes on with the last valid value of an invalid param', async (t) => {
  const { page } = await openPage(t, '/?age=7');
  await page.rr({ changed: [['age', '']] });
  assert.deepEqual(shown(page), {
    query: { age: 7, tags: [] },
    errors: { age: 'must be integer' },
    raw: { age: '' },
    action: null,
    refused: false,
  });
  await page.rr({ changed: [['age', '8']] });
  await page.rr({ changed: [['age', 'x']] });
  await page.rr({ changed: [['age', 'y']] });
  assert.deepEqual(shown(page).query, { age: 8, tags: [] });
  await page.rr({ changed: [['age', '9']] });
  assert.deepEqual([shown(page).query, shown(page).errors], [{ age: 9, tags: [] }, {}]);
});

test('a param with several errors goes on with its last valid value', async (t) => {
  const fastify = await createServer(t);
  const querystring = Type.Object({
    seats: Type.Union([Type.Integer(), Type.Literal('all')]),
    tags: Type.Array(Type.String({ minLength: 2 }), { default: [] }),
  });
  fastify.issrRoute('/', { schema: { querystring } }, ({ query, issr }) =>
    show({ query, errors: issr.errors }),
  );
  const page = await PageDriver.open(await listen(fastify), '/?seats=all&tags=aa&tags=bb');
  await page.rr({
    changed: [
      ['seats', 'none'],
      ['tags', ['a', 'b', 'c']],
    ],
  });
  assert.deepEqual(shown(page).query, { seats: 'all', tags: ['aa', 'bb'] });
  assert.deepEqual(Object.keys(shown(page).errors as object), ['seats', 'tags']);
});

test('an invalid param falls back to its default or is absent', async (t) => {
  const { page } = await openPage(t);
  await page.rr({
    changed: [
      ['age', 'x'],
      ['name', 'a'],
      ['tags', ['1', 'b']],
    ],
  });
  assert.deepEqual(shown(page), {
    query: { age: 1, tags: [] },
    errors: {
      age: 'must be integer',
      name: 'must NOT have fewer than 2 characters',
      tags: 'must be integer',
    },
    raw: { age: 'x', name: 'a', tags: ['1', 'b'] },
    action: null,
    refused: false,
  });
});

test('a page with an invalid param keeps its pushes and actions', async (t) => {
  const { fastify, page } = await openPage(t, '/?age=7');
  await page.rr({ changed: [['age', 'x']] });
  assert.equal(await fastify.issr.rr('/'), 1);
  await page.settled();
  assert.deepEqual(shown(page).query, { age: 7, tags: [] });
  await page.drop();
  await page.connect();
  await page.join({ hash: 1, params: [['age', 'x']] });
  await page.next('page');
  assert.deepEqual(
    [shown(page).query, shown(page).errors],
    [{ age: 7, tags: [] }, { age: 'must be integer' }],
  );
});

test('a load with invalid params is 400', async (t) => {
  const { fastify, page } = await openPage(t);
  page.send(['params', [[['name', 'a']], []]]);
  await page.rr({ changed: [['age', '2']] });
  assert.deepEqual(shown(page).errors, {}, 'the visitor touched age only');
  assert.equal((await fastify.inject('/?age=x')).statusCode, 400);
});

test('a field named by an event counts as touched', async (t) => {
  const { page } = await openPage(t, '/?name=ab');
  page.send(['params', [[['name', 'a']], []]]);
  await page.rr({ changed: [['name', 'a']] });
  assert.deepEqual(Object.keys(shown(page).errors as object), ['name']);
});

for (const attachValidation of [false, true]) {
  test(`an invalid param refuses actions (attachValidation: ${attachValidation})`, async (t) => {
    const { page, ran, attached } = await openPage(t, '/', { attachValidation });
    page.send(['params', [[['name', 'a']], []]]);
    await page.click('save');
    assert.deepEqual(ran, []);
    const message = 'querystring/name must NOT have fewer than 2 characters';
    assert.equal(attached.at(-1), attachValidation ? message : undefined);
    const { errors, action, refused, query } = shown(page);
    assert.deepEqual(
      { action, refused, query },
      { action: 'save', refused: true, query: { age: 1, save: 't', tags: [] } },
    );
    assert.deepEqual(errors, { name: 'must NOT have fewer than 2 characters' });
    await page.rr();
    assert.deepEqual([shown(page).errors, shown(page).refused], [errors, false], 'the errors stay');
    await page.rr({ changed: [['name', 'abc']], actions: [['save', 't']] });
    assert.deepEqual(ran, [{ age: 1, name: 'abc', tags: [], save: 't' }]);
    assert.equal(shown(page).refused, false);
  });
}

test('an action that assigns an invalid value to state assigns nothing', async (t) => {
  const { page } = await openPage(t, '/?age=3');
  await page.click('age', 'x');
  assert.deepEqual(
    [shown(page).query, shown(page).errors],
    [{ age: 3, tags: [] }, { age: 'must be integer' }],
  );
  await page.rr();
  assert.deepEqual(shown(page).errors, {});
});

test('many invalid params cost a limited number of validations', async (t) => {
  const fastify = await createServer(t);
  const schema = { querystring: Type.Object({}, { additionalProperties: Type.Integer() }) };
  fastify.issrRoute('/', { schema }, ({ query }) => show(query));
  const page = await PageDriver.open(await listen(fastify), '/');
  const changed = Array.from({ length: 1000 }, (_, i): [string, string] => [`f${i}`, 'x']);
  const start = process.cpuUsage();
  assert.equal((await page.rr({ changed }))[0], 'error');
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});

test('names such as __proto__ are ordinary invalid params', async (t) => {
  const fastify = await createServer(t);
  const schema = { querystring: { type: 'object', additionalProperties: { type: 'integer' } } };
  fastify.issrRoute('/', { schema }, ({ query, issr }) => show([Object.keys(query as object), issr.errors]));
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.rr({
    changed: [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['n', '1'],
    ],
  });
  assert.match(page.text, /"n"/);
  assert.equal(({} as { x?: string }).x, undefined);
});

test('errors have the texts of the schema and of the route', async (t) => {
  const fastify = await createServer(t);
  const schema = {
    querystring: Type.Object({
      age: Type.Integer({ default: 1, errorMessage: 'A whole number, please' }),
      name: Type.String({
        default: 'abc',
        minLength: 2,
        maxLength: 4,
        errorMessage: { minLength: 'Too short' },
      }),
      city: Type.String({ default: 'abc', minLength: 2 }),
    }),
  };
  const errorMessage = ({ name, keyword }: { name: string; keyword: string }) =>
    name === 'city' ? `city: ${keyword}` : undefined;
  fastify.issrRoute('/', { schema, errorMessage }, ({ issr }) => show(issr.errors));
  const page = await PageDriver.open(await listen(fastify), '/');
  const changed: [string, string][] = [
    ['age', ''],
    ['name', 'a'],
    ['city', 'a'],
  ];
  await page.rr({ changed });
  assert.deepEqual(shown(page), {
    age: 'A whole number, please',
    name: 'Too short',
    city: 'city: minLength',
  });
  await page.rr({ changed: [['name', 'abcdef']] });
  assert.equal(shown(page).name, 'must NOT have more than 4 characters');
});

test('messages of errorMessage follow the language of the request', async (t) => {
  const fastify = await createServer(t);
  const sessions = new Map<string, string>();
  fastify.decorateRequest('language', 'en');
  fastify.addHook('preHandler', async (request) => {
    Object.assign(request, { language: sessions.get(request.issr.id) ?? 'en' });
  });
  const schema = { querystring: Type.Object({ age: Type.Integer({ default: 1 }) }) };
  const actions = {
    speak: {
      schema: Type.Object({}),
      handler: (request: FastifyRequest, language: string) => {
        sessions.set(request.issr.id, language);
        Object.assign(request, { language });
      },
    },
    save: { schema: schema.querystring, handler: () => {} },
  };
  const errorMessage = ({ keyword }: { keyword: string }, request: FastifyRequest) =>
    `${(request as FastifyRequest & { language: string }).language}: ${keyword}`;
  fastify.issrRoute('/', { schema, actions, errorMessage }, ({ issr }) => show(issr.errors));
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.rr({ changed: [['age', 'x']] });
  assert.deepEqual(shown(page), { age: 'en: type' });
  await page.rr({ actions: [['speak', 'de']] });
  assert.deepEqual(shown(page), { age: 'de: type' });
  await page.rr({ actions: [['save', '']] });
  assert.deepEqual(shown(page), { age: 'de: type' });
});

test('works with validators that return a value or an error with paths', async (t) => {
  const fastify = await createServer(t);
  fastify.setValidatorCompiler(() => (data: { age?: string; min?: string; max?: string }) => {
    const { age = '1', min = '0', max = '9' } = data;
    const issues = [
      ...(Number.isInteger(+age) && age !== ''
        ? []
        : [{ path: ['age'], code: 'custom', message: 'no number' }]),
      ...(+min <= +max ? [] : [{ path: [], code: 'custom', message: 'min above max' }]),
    ];
    return issues.length > 0
      ? { error: { issues } as never }
      : { value: { age: +age, min: +min, max: +max } };
  });
  fastify.issrRoute('/', { schema: { querystring: {} } }, ({ query, issr }) => show([query, issr.errors]));
  const page = await PageDriver.open(await listen(fastify), '/?min=1&max=5');
  await page.rr({ changed: [['age', 'x']] });
  assert.deepEqual(JSON.parse(page.text), [{ age: 1, min: 1, max: 5 }, { age: 'no number' }]);
  await page.rr({ changed: [['min', '7']] });
  assert.deepEqual(JSON.parse(page.text), [{ age: 1, min: 1, max: 5 }, { age: 'no number' }]);
});
