import assert from 'node:assert/strict';
import { test } from 'node:test';
import helmet from '@fastify/helmet';
import { Type } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { defineActions, fields } from '../../src/index.js';
import { shows, typeOver, useBrowser } from '../support/browser.js';
import { browserName, unless } from '../support/browsers/driver.js';
import { codeSpans, tableRows } from '../support/documents.js';
import { createGate } from '../support/gate.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { uploadFolder } from '../support/uploads.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

test('a reload that keeps typed values shows what the server disables', async (t) => {
  const fastify = await createServer(t);
  let isOpen = false;
  fastify.issrRoute<{ Querystring: { q?: string } }>('/', ({ query }, reply) => {
    // Firefox keeps no values of a page that is `no-store`, which is the default.
    void reply.header('cache-control', 'private, no-cache');
    return (
      <main>
        <input name="q" />
        <button type="button" disabled={!isOpen}>
          buy
        </button>
        <output>{query.q}</output>
      </main>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  isOpen = true;
  await fastify.issr.rr('/');
  await page.waitForSelector('button:enabled');
  await page.fill('input', 'typed');
  isOpen = false;
  await page.reload();
  await page.waitForSelector('button:disabled');
  const kept = await page.inputValue('input');
  if (browserName === 'firefox') assert.equal(kept, 'typed');
  await shows(page, 'output', kept);
  assert.equal(await page.inputValue('input'), kept);
  await browser.takeErrors();
});

test('a form that is disabled while its action runs keeps what was written', async (t) => {
  const fastify = await createServer(t);
  const { opened, open } = createGate(t);
  const actions = defineActions({
    async *save() {
      yield 'running';
      await opened;
      return 'saved';
    },
  });
  let pushes = 0;
  fastify.issrRoute<{ Querystring: Record<string, string> }>('/', { actions }, ({ query, issr }) => (
    <main>
      <form {...actions.save.form()}>
        <fieldset disabled={issr.result === 'running'}>
          <input name="title" value={query.title} />
          <textarea name="text">{query.text}</textarea>
          <input type="checkbox" name="box" checked={!!query.box} />
          <select name="choice">
            <option>a</option>
            <option selected={query.choice === 'b'}>b</option>
          </select>
          <input name="empty" value={query.empty ?? 'default'} />
          <button>save</button>
        </fieldset>
      </form>
      <output>{issr.result as string}</output>
      <i>{pushes}</i>
      <pre>{JSON.stringify(query)}</pre>
    </main>
  ));
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const page = await browser.openPage(proxy.origin);
  const written = ['one', 'two', true, 'b', ''];
  const pushed = async () => {
    pushes++;
    await fastify.issr.rr('/');
    await shows(page, 'i', `${pushes}`);
    const states = await page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLInputElement>('input,textarea,select'), (field) =>
        field.type === 'checkbox' ? field.checked : field.value,
      ),
    );
    assert.deepEqual(states, written);
  };
  await page.fill('[name=title]', 'one');
  await page.fill('[name=text]', 'two');
  await page.check('[name=box]');
  await page.selectOption('select', 'b');
  await page.fill('[name=empty]', '');
  await page.click('text=save');
  await page.waitForSelector('fieldset:disabled');
  await pushed();
  const before = proxy.connections;
  for (const connection of before) connection.cut();
  await waitFor(() => proxy.connections.some((connection) => !before.includes(connection)));
  await page.waitForSelector('html[data-issr=connected]');
  await pushed();
  open();
  await shows(page, 'output', 'saved');
  await page.waitForSelector('fieldset:enabled');
  await pushed();
  await page.evaluate(() => window.rr());
  assert.deepEqual(JSON.parse((await page.textContent('pre')) ?? ''), {
    title: 'one',
    text: 'two',
    box: 'on',
    choice: 'b',
    empty: '',
  });
});

test('an event sends nothing of a field that is disabled meanwhile', async (t) => {
  const fastify = await createServer(t);
  let isLocked = false;
  fastify.issrRoute('/', ({ query }) => (
    <main>
      <input name="title" disabled={isLocked} />
      <output>{JSON.stringify(query)}</output>
    </main>
  ));
  const page = await browser.openPage(await listen(fastify));
  await page.fill('input', 'typed');
  for (const [locked, shown] of [
    [false, '{"title":"typed"}'],
    [true, '{"title":"typed"}'],
    [true, '{}'],
    [false, '{}'],
    [false, '{"title":"typed"}'],
  ] as const) {
    isLocked = locked;
    await page.evaluate(() => window.rr());
    await shows(page, 'output', shown);
    assert.equal(await page.inputValue('input'), 'typed');
  }
});

test('each type of input sends what its schema of the documents accepts', async (t) => {
  const rows = tableRows('docs/forms.md', 'Types of input').flatMap(
    ([types = '', sends = '', schema = '']) => {
      const [text = ''] = codeSpans(sends);
      const property: TSchema = new Function('Type', `return ${codeSpans(schema)[0]}`)(Type);
      const [attribute = ''] = types.match(/(?<=with `)[^`]+/) ?? [];
      const names = codeSpans(types).filter((span) => span !== attribute);
      return names.map((type) => ({ type, attribute, text, property }));
    },
  );
  assert.ok(rows.length > 10);
  const names = rows.map((_, i) => `field-${i}`);
  const querystring = Type.Partial(
    Type.Object(Object.fromEntries(rows.map(({ property }, i) => [names[i], property]))),
  );
  const fastify = await createServer(t);
  fastify.issrRoute('/', { schema: { querystring }, actions: { save: () => 'saved' } }, ({ issr }) => {
    const inputs = rows.map(
      ({ type, attribute }, i) => `<input type="${type}" name="${names[i]}" ${attribute}>`,
    );
    const errors = JSON.stringify(issr.errors).replaceAll('<', '&lt;');
    return `<form onsubmit="rr(this)">${inputs.join('')}<button action="save">save</button></form><output>${issr.refused ? errors : issr.result}</output>`;
  });
  const page = await browser.openPage(await listen(fastify));
  for (const [i, { type, text }] of rows.entries()) {
    const field = `[name=${names[i]}]`;
    if (type === 'checkbox') await page.check(field);
    else
      await page.evaluate(
        ([field, text]) => {
          (document.querySelector(field) as HTMLInputElement).value = text;
        },
        [field, text] as const,
      );
    assert.equal(await page.inputValue(field), text, type);
  }
  await page.click('button');
  await shows(page, 'output', 'saved');
});

const person = Type.Object({
  email: Type.String({ format: 'email', maxLength: 40, errorMessage: 'Please give an address' }),
  age: Type.Integer({ minimum: 18 }),
  plan: Type.Union([Type.Literal('free', { title: 'Free' }), Type.Literal('paid', { title: 'Paid' })]),
  text: Type.String({ minLength: 2, default: '' }),
  agree: Type.Boolean({ default: false }),
});

for (const way of ['with script, under a strict policy', 'without script']) {
  test(`fields show their errors and keep what was typed ${way}`, {
    skip: way === 'without script' && unless('noScript'),
  }, async (t) => {
    const fastify = await createServer(t);
    await fastify.register(helmet, {
      contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    });
    const saved: unknown[] = [];
    const actions = defineActions({
      save: {
        schema: person,
        handler: ({ query: { email, age, plan, text, agree } }) =>
          void saved.push({ email, age, plan, text, agree }),
      },
    });
    fastify.issrRoute('/', { actions }, (request) => {
      const f = fields(request, person);
      return (
        <form {...actions.save.form()} novalidate>
          <input {...f.input('email')} />
          <p {...f.error('email')} />
          <input {...f.input('age')} />
          <p {...f.error('age')} />
          <select {...f.select('plan')} />
          <textarea {...f.textarea('text')} />
          <input {...f.checkbox('agree')} />
          <button>save</button>
          <output>{saved.length}</output>
        </form>
      );
    });
    const url = await listen(fastify);
    const page = await (way === 'without script' ? browser.openPlainPage(url) : browser.openPage(url));
    await shows(page, '#email-error', '');
    await page.fill('[name=email]', 'ann');
    await page.fill('[name=age]', '17');
    await page.fill('[name=text]', 'hello');
    await page.selectOption('[name=plan]', 'paid');
    await page.check('[name=agree]');
    await page.click('button');
    await shows(page, '#email-error', 'Please give an address');
    // Chromium logs the status of a page.
    for (const error of await browser.takeErrors()) assert.match(error, /422/);
    const email = page.locator('[name=email]');
    assert.equal(await email.inputValue(), 'ann');
    assert.equal(await email.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('[name=text]').inputValue(), 'hello');
    assert.equal(await page.locator('[name=plan]').inputValue(), 'paid');
    assert.equal(await page.locator('[name=agree]').isChecked(), true);
    await typeOver(page, '[name=email]', 'ann@example.org');
    await typeOver(page, '[name=age]', '18');
    await page.click('button');
    await shows(page, 'output', '1');
    await shows(page, '#email-error', '');
    assert.deepEqual(saved, [
      { email: 'ann@example.org', age: 18, plan: 'paid', text: 'hello', agree: true },
    ]);
  });
}

test('a refused command empties no field with update', async (t) => {
  const fastify = await createServer(t, { uploadFolder: uploadFolder(t) });
  const added: unknown[] = [];
  const actions = defineActions({
    add: {
      schema: Type.Object({ text: Type.String({ maxLength: 5 }) }),
      handler: ({ query, issr }) => void added.push([query.text, issr.files.photo?.map(({ name }) => name)]),
    },
  });
  fastify.issrRoute('/', { actions, uploads: { photo: {} } }, ({ issr }) => {
    const isAdded = issr.action?.name === 'add';
    return (
      <form method="post" action="?add" enctype="multipart/form-data" onsubmit="rr(this)">
        <input name="text" value="" update={isAdded} />
        <input name="photo" type="file" update={isAdded} />
        <button action="add">add</button>
        <p>{issr.errors.text}</p>
        <output>{added.length}</output>
      </form>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  await page.setInputFiles('[name=photo]', {
    name: 'a.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('a'),
  });
  await page.fill('[name=text]', 'too long');
  await page.click('button');
  await shows(page, 'p', 'must NOT have more than 5 characters');
  assert.equal(await page.inputValue('[name=text]'), 'too long');
  assert.match(await page.inputValue('[name=photo]'), /a\.txt$/);
  await typeOver(page, '[name=text]', 'short');
  await page.click('button');
  await shows(page, 'output', '1');
  assert.deepEqual(added, [['short', ['a.txt']]]);
  assert.deepEqual([await page.inputValue('[name=text]'), await page.inputValue('[name=photo]')], ['', '']);
});

test('a form of a record keeps its draft and shows what others change', async (t) => {
  const fastify = await createServer(t);
  const schema = Type.Object({ name: Type.String({ minLength: 3 }), plan: Type.Enum(['free', 'paid']) });
  const record = { name: 'Ann', plan: 'free' } as { name: string; plan: 'free' | 'paid' };
  const actions = defineActions({
    save: { schema, handler: ({ query: { name, plan } }) => void Object.assign(record, { name, plan }) },
  });
  fastify.issrRoute('/', { actions, schema: { querystring: Type.Partial(schema) } }, (request) => {
    const f = fields(request, schema, {}, { values: record });
    return (
      <form {...actions.save.form()} data-rr="submit, input 50" novalidate>
        <input {...f.input('name')} />
        <p {...f.error('name')} />
        <select {...f.select('plan')} />
        <button>save</button>
        <output>{record.name}</output>
      </form>
    );
  });
  const page = await browser.openPage(await listen(fastify));
  const name = page.locator('[name=name]');
  await name.fill('Al');
  await page.waitForSelector('[name=name][aria-invalid]');
  await name.fill('Alfred');
  await page.waitForSelector('[name=name]:not([aria-invalid])');
  assert.equal(await name.inputValue(), 'Alfred');
  record.plan = 'paid';
  await fastify.issr.rr('/');
  await page.waitForFunction(() => document.querySelector('select')?.value === 'paid');
  assert.equal(await name.inputValue(), 'Alfred');
  await page.click('button');
  await shows(page, 'output', 'Alfred');
  assert.deepEqual(record, { name: 'Alfred', plan: 'paid' });
  record.name = 'Zoe';
  await fastify.issr.rr('/');
  await page.waitForFunction(() => document.querySelector('input')?.value === 'Zoe');
});

test('the browser checks the fields of a schema as the server does', async (t) => {
  const fastify = await createServer(t);
  const schema = Type.Object({
    code: Type.String({ pattern: '^[A-Z]{3}$' }),
    part: Type.String({ pattern: 'b|c' }),
    n: Type.Number({ minimum: 1, maximum: 2 }),
    secret: Type.String({ format: 'password', default: '' }),
  });
  fastify.issrRoute('/', (request) => {
    const f = fields(request, schema);
    return (
      <form>
        <input {...f.input('code')} />
        <input {...f.input('part')} />
        <input {...f.input('n')} />
        <input {...f.input('secret')} />
      </form>
    );
  });
  const page = await browser.openPage(`${await listen(fastify)}?secret=x`);
  const isValid = async (name: string, value: string) => {
    await typeOver(page, `[name=${name}]`, value);
    return page.locator(`[name=${name}]`).evaluate((field: HTMLInputElement) => field.validity.valid);
  };
  assert.deepEqual([await isValid('code', 'ABC'), await isValid('code', 'xABC')], [true, false]);
  assert.deepEqual([await isValid('part', 'abd'), await isValid('part', 'a')], [true, false]);
  assert.deepEqual(
    [await isValid('n', '1.5'), await isValid('n', '3'), await isValid('n', '')],
    [true, false, false],
  );
  assert.equal(await page.locator('[name=secret]').getAttribute('value'), null);
});
