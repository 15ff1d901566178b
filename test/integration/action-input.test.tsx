import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defineActions, type IssrOptions } from '../../src/index.js';
import type { PageError } from '../../src/protocol.js';
import { openPage as openBrowserPage } from '../../src/testing/open-page.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const shown = ({ text }: PageDriver) => JSON.parse(text) as Record<string, unknown>;

async function openPage(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  const ran: unknown[] = [];
  const actions = defineActions({
    add: {
      schema: Type.Object({ title: Type.String({ minLength: 2 }), n: Type.Integer({ default: 1 }) }),
      handler: (request) => {
        ran.push(['add', request.query.title, request.query.n]);
        return { added: request.query.title };
      },
    },
    remove: {
      value: Type.Integer(),
      preHandler: (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
        if (request.headers.user === 'guest') void reply.code(403).send({ message: 'not yours' });
        else done();
      },
      handler: (_request, id) => void ran.push(['remove', id]),
    },
    clear: () => void ran.push(['clear']),
  });
  const schema = {
    querystring: Type.Object({ age: Type.Integer({ default: 1 }), tab: Type.String({ default: '' }) }),
  };
  fastify.issrRoute('/', { schema, actions }, ({ query, issr }) => {
    const { errors, refused, result, action } = issr;
    return <p>{JSON.stringify({ query, errors, refused, result, action: action?.name })}</p>;
  });
  const origin = await listen(fastify);
  const open = async (user = 'owner') => PageDriver.open(origin, '/', { headers: { user } });
  return { fastify, origin, ran, open };
}

test('an action with a schema needs only the params that it names', async (t) => {
  const { ran, open } = await openPage(t);
  const page = await open();
  await page.rr({
    changed: [
      ['age', 'x'],
      ['title', 'tea'],
    ],
    actions: [['add', 't']],
  });
  assert.deepEqual(ran, [['add', 'tea', 1]]);
  assert.deepEqual(shown(page).result, { added: 'tea' });
  await page.click('clear');
  assert.equal(ran.length, 1, 'without a schema all params must be valid');
  assert.equal(shown(page).refused, true);
});

test('a refused action shows the errors of its schema until it runs', async (t) => {
  const { fastify, ran, open } = await openPage(t);
  const page = await open();
  await page.rr({ changed: [['title', '']], actions: [['add', 't']] });
  const errors = { title: 'must NOT have fewer than 2 characters' };
  assert.deepEqual([shown(page).errors, shown(page).refused, shown(page).action], [errors, true, 'add']);
  await fastify.issr.rr('/');
  await page.settled();
  assert.deepEqual([shown(page).errors, shown(page).refused], [errors, false]);
  await page.rr({ changed: [['title', 'tea']] });
  assert.deepEqual(shown(page).errors, {});
  await page.rr({ actions: [['add', 't']] });
  page.send(['params', [[['title', '']], []]]);
  await page.rr();
  assert.deepEqual([ran, shown(page).errors], [[['add', 'tea', 1]], {}]);
});

test('a refused action shows the errors of all its params', async (t) => {
  const fastify = await createServer(t);
  const schema = Type.Object({
    agree: Type.Literal(true),
    title: Type.String({ minLength: 2, errorMessage: 'Too short' }),
    n: Type.Integer({ default: 1 }),
    size: Type.Optional(Type.Integer({ maximum: 9, errorMessage: 'Too large' })),
    again: Type.Optional(Type.Unsafe<string>({ $ref: '#/properties/title' })),
    tags: Type.Array(Type.String(), { default: [] }),
  });
  const actions = defineActions({ add: { schema, handler: () => 'added' } });
  fastify.issrRoute('/', { actions }, ({ issr: { errors, result } }) => (
    <p>{JSON.stringify({ errors, result })}</p>
  ));
  const page = await PageDriver.open(await listen(fastify), '/');
  const errors = { agree: "must have required property 'agree'", title: 'Too short', size: 'Too large' };
  const changed: [string, string][] = [
    ['title', ''],
    ['size', '10'],
    ['tags', 'one'],
  ];
  await page.rr({ changed, actions: [['add', 't']] });
  assert.deepEqual(shown(page).errors, errors);
  await page.rr({ changed: [['agree', 'true']] });
  assert.deepEqual(shown(page).errors, { title: errors.title, size: errors.size });
  const valid: [string, string][] = [
    ['title', 'tea'],
    ['size', '9'],
  ];
  await page.rr({ changed: valid, actions: [['add', 't']] });
  assert.deepEqual(shown(page), { errors: {}, result: 'added' });
});

test('the value of an action is coerced, and a wrong one refuses it', async (t) => {
  const { ran, open } = await openPage(t);
  const page = await open();
  await page.click('remove', '17');
  assert.deepEqual(ran, [['remove', 17]]);
  for (const value of ['x', '', '1.5', '[1]']) {
    await page.click('remove', value);
    assert.deepEqual([shown(page).refused, shown(page).errors], [true, { remove: 'must be integer' }], value);
  }
  assert.equal(ran.length, 1);
});

test('the preHandler of an action may answer for it', async (t) => {
  const { ran, open } = await openPage(t);
  const page = await open('guest');
  const [verb, , error] = await page.click('remove', '1');
  assert.deepEqual([verb, (error as PageError).status, ran], ['error', 403, []]);
});

test('an async preHandler that takes `done` may reject', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  const preHandler = async (_request: FastifyRequest, _reply: FastifyReply, _done: () => void) => {
    throw Object.assign(new Error('not yours'), { statusCode: 403 });
  };
  const actions = { remove: { preHandler, handler: () => void ran.push('remove') } };
  fastify.issrRoute('/', { actions }, () => <p />);
  const page = await PageDriver.open(await listen(fastify), '/');
  const [verb, , error] = await page.click('remove');
  assert.deepEqual([verb, (error as PageError).status, ran], ['error', 403, []]);
});

test('an action does not run behind the answer of its preHandler', async (t) => {
  const fastify = await createServer(t);
  // A session plugin saves in such a hook: `reply.sent` is false until it has.
  fastify.addHook('onSend', () => new Promise((resolve) => setImmediate(resolve)));
  const ran: string[] = [];
  const refuse = (reply: FastifyReply) => void reply.code(403).send('no');
  const actions = defineActions({
    awaited: {
      preHandler: async (_request, reply) => refuse(reply),
      handler: () => void ran.push('awaited'),
    },
    called: { preHandler: (_request, reply, _done) => refuse(reply), handler: () => void ran.push('called') },
    move: (_request, reply) => void reply.redirect('/other'),
  });
  fastify.issrRoute('/', { actions }, ({ issr }) => {
    if (!issr.firstTime) ran.push('handler');
    return <p />;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  for (const name of ['awaited', 'called']) {
    const [verb, , error] = await page.click(name);
    assert.deepEqual([verb, (error as PageError).status, ran], ['error', 403, []], name);
  }
  const moved = await page.click('move');
  assert.deepEqual([moved[0], moved[2], ran], ['redirect', '/other', []]);
});

test('an undeclared action is an error that names the known ones', async (t) => {
  for (const showErrors of [true, false]) {
    const { open } = await openPage(t, { showErrors });
    const page = await open();
    const [verb, , error] = await page.click('remov', '1');
    const message = "Unknown action 'remov'. Declared: add, remove, clear, age, tab";
    assert.deepEqual([verb, (error as PageError).status], ['error', 400]);
    assert.equal((error as PageError).message, showErrors ? message : undefined);
    assert.equal((await page.click('tab', 'b'))[0], 'patch', 'state is assigned');
  }
});

test('the result stays through pushes until the next action or visit', async (t) => {
  const { fastify, open } = await openPage(t);
  const page = await open();
  await page.rr({ changed: [['title', 'tea']], actions: [['add', 't']] });
  await fastify.issr.rr('/');
  await page.settled();
  await page.rr({ changed: [['age', '2']] });
  assert.deepEqual(shown(page).result, { added: 'tea' });
  await page.click('tab', 'b');
  assert.equal(shown(page).result, undefined);
  await page.rr({ actions: [['add', 't']] });
  assert.deepEqual(shown(page).result, { added: 'tea' });
  await page.rr({ url: '/?tab=c' });
  assert.equal(shown(page).result, undefined);
});

test('a form without script shows what was refused', async (t) => {
  const { origin, ran } = await openPage(t);
  const post = (query: string, body: string) =>
    fetch(`${origin}/${query}`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
      body,
      redirect: 'manual',
    });
  const refused = await post('?add', 'title=');
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /title&quot;:&quot;must NOT have fewer than 2 characters/);
  assert.match(await (await post('?remove=x', '')).text(), /remove&quot;:&quot;must be integer/);
  assert.match(await (await post('?clear', 'age=x')).text(), /refused&quot;:true/);
  assert.deepEqual(ran, []);
  assert.equal((await post('?remove=5', 'age=2')).status, 303);
  assert.deepEqual(ran, [['remove', 5]]);
});

test('props of defineActions work with and without script', () => {
  const todo = defineActions({
    remove: { value: Type.Integer(), handler: () => {} },
    clear: () => {},
    'a & b': { lock: true, handler: () => {} },
  });
  assert.deepEqual(todo.remove(17), {
    'data-rr': 'click',
    action: 'remove',
    value: '17',
    formaction: '?remove=17',
    formmethod: 'post',
  });
  assert.deepEqual(todo.clear(), {
    'data-rr': 'click',
    action: 'clear',
    formaction: '?clear',
    formmethod: 'post',
  });
  assert.deepEqual(todo['a & b'].form(), {
    'data-rr': 'submit',
    'data-rr-action': 'a%20%26%20b',
    method: 'post',
    action: '?a%20%26%20b',
    lock: true,
  });
});

test('the value of an action comes back as it was given', async (t) => {
  const fastify = await createServer(t);
  const got: unknown[] = [];
  const actions = defineActions({
    text: { value: Type.String(), handler: (_request, value) => void got.push(value) },
    move: { value: Type.Union([Type.Integer(), Type.Null()]), handler: (_request, id) => void got.push(id) },
  });
  fastify.issrRoute('/', { actions }, () => (
    <main>
      <button {...actions.text('a=1&b;\u00e9 "q" #+ %')}>separators</button>
      <button {...actions.text('cut \ud83d')}>half a character</button>
      <button {...actions.text('')}>empty</button>
      <button {...actions.move(null)}>null</button>
      <form {...actions.text.form('')}>
        <button>empty form</button>
      </form>
    </main>
  ));
  const page = await openBrowserPage(fastify, '/');
  for (const name of page.texts({ selector: 'button' })) await page.click({ role: 'button', name });
  await page.settled();
  assert.deepEqual(got, ['a=1&b;\u00e9 "q" #+ %', 'cut \ufffd', '', null, '']);
  assert.deepEqual([actions.text('').formaction, actions.move(null).formaction], ['?text=', '?move=']);
});

test('a route refuses a malformed action', async (t) => {
  const fastify = await createServer(t);
  const declare = (action: unknown) => () =>
    fastify.issrRoute('/', { actions: { add: action as () => void } }, () => '<p></p>');
  assert.throws(declare(1), { code: 'ISSR_ERR_ROUTE', message: /'add' must be a function or .* not number/ });
  assert.throws(declare({ handle() {} }), { code: 'ISSR_ERR_ROUTE', message: /unknown field 'handle'/ });
  assert.throws(declare({ schema: {} }), {
    code: 'ISSR_ERR_ROUTE',
    message: /needs a handler .* not undefined/,
  });
});

test('a wrong schema of an action is an error that names the action', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  const wrong = { type: 'objct' };
  const actions = { save: { schema: wrong, handler() {} }, remove: { value: wrong, handler() {} } };
  fastify.issrRoute('/people', { actions }, () => <main />);
  const page = await PageDriver.open(await listen(fastify), '/people');
  for (const name of Object.keys(actions)) {
    page.sendEvent({ actions: [[name, 't']] });
    const [, , { message = '' }] = await page.next('error');
    assert.match(message, new RegExp(`^The route '/people': the action '${name}': .*(schema|type)`));
  }
});
