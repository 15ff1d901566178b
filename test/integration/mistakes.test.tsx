import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { type ComponentChildren, type ComponentType, h } from 'preact';
import { defineActions, type IssrOptions, memo } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const props = { onClick: () => {} } as object;
const Save = () => <button {...props}>save</button>;

/** A server whose log is read. */
async function start(t: TestContext, options: IssrOptions = { showErrors: true }) {
  const warnings: string[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      warnings.push(JSON.parse(String(line)).msg);
      done();
    },
  });
  const fastify = await createServer(t, options, { logger: { level: 'warn', stream } });
  return { fastify, warnings };
}

async function open(
  t: TestContext,
  showErrors: boolean,
  view: () => ComponentChildren,
  options: IssrOptions = {},
) {
  const { fastify, warnings } = await start(t, { ...options, showErrors });
  fastify.issrRoute('/page', () => <main>{view()}</main>);
  const page = await PageDriver.open(await listen(fastify), '/page');
  return { page, warnings };
}

test('warns of a function handler once, with its place', async (t) => {
  const { page, warnings } = await open(t, true, () => (
    <>
      <Save />
      <Save />
      <a {...({ onfocus: () => {} } as object)}>a</a>
    </>
  ));
  await page.rr();
  const rest =
    'is a function, which stays on the server. Write text, as in onclick="rr(this)" (ISSR_WARN_HANDLER, see fastify-issr\'s docs/warnings.md#issr_warn_handler)';
  assert.deepEqual(warnings, [
    `issr: the page '/page': onClick of <button> in <Save> ${rest}`,
    `issr: the page '/page': onfocus of <a> ${rest}`,
  ]);
});

test('warns of objects that show nothing, with their place', async (t) => {
  const Due = ({ at }: { at: Date }) => (
    <p>
      due <time>{at}</time>
    </p>
  );
  const { page, warnings } = await open(t, true, () => (
    <>
      <Due at={new Date(0)} />
      <i>{[1, 'a', null, false, [<b key="b">b</b>], Promise.resolve('c'), new Map()]}</i>
      <u>{(() => 'd') as never}</u>
    </>
  ));
  await page.rr();
  const rest =
    "which shows nothing. Write text, as in {date.toISOString()} (ISSR_WARN_CHILD, see fastify-issr's docs/warnings.md#issr_warn_child)";
  assert.deepEqual(warnings.sort(), [
    `issr: the page '/page': <i> contains a value of type Map, ${rest}`,
    `issr: the page '/page': <time> in <Due> contains a value of type Date, ${rest}`,
    `issr: the page '/page': <u> contains a value of type function, ${rest}`,
  ]);
});

test('warns of a handler that neither returns nor answers', async (t) => {
  const { fastify, warnings } = await start(t);
  const replies: FastifyReply[] = [];
  fastify.issrRoute('/forgot', (_request, reply) => void replies.push(reply));
  fastify.issrRoute('/answers', (_request, reply) => void setImmediate(() => reply.send(<p>late</p>)));
  const forgotten = fastify.inject('/forgot');
  assert.match((await fastify.inject('/answers')).body, /<p>late<\/p>/);
  await waitFor(() => warnings.length > 0);
  assert.deepEqual(warnings, [
    "issr: the page '/forgot': the handler returned nothing and has not answered (ISSR_WARN_RETURN, see fastify-issr's docs/warnings.md#issr_warn_return)",
  ]);
  replies[0]?.send(<p>found</p>);
  assert.match((await forgotten).body, /<p>found<\/p>/);
});

test('warns of an id of several elements once, with its place', async (t) => {
  const { page, warnings } = await open(t, true, () => (
    <>
      <p id="a">id="b"</p>
      <i id="b" />
      <template>
        <i id="b" />
      </template>
      <b id="a" class="x" />
    </>
  ));
  await page.rr();
  assert.deepEqual(warnings, [
    `issr: the page '/page': the id 'a' is on several elements: <p id="a"> and <b id="a" class="x"> (ISSR_WARN_ID, see fastify-issr's docs/warnings.md#issr_warn_id)`,
  ]);
});

test('warns of keys that children share, also in two lists', async (t) => {
  const Row = ({ of: [id] }: { of: string }) => (
    <li key={id}>
      <input />
    </li>
  );
  const { page, warnings } = await open(t, true, () => (
    <>
      <ul>
        {['a1', 'b1'].map((row) => Row({ of: row }))}
        {['b2', 'c2', 'b3'].map((row) => Row({ of: row }))}
        <p key="a">
          <i />
        </p>
      </ul>
      <ul class="next">{['a1'].map((row) => Row({ of: row }))}</ul>
      <ul>{['a1', 'a2'].map(() => h('li', { key: 'a' }, 'text holds nothing of the visitor'))}</ul>
    </>
  ));
  await page.rr();
  assert.deepEqual(warnings, [
    `issr: the page '/page': the key 'b' is on several <li Key="b"> in <ul> (ISSR_WARN_ID, see fastify-issr's docs/warnings.md#issr_warn_id)`,
  ]);
});

test('warns of components that are none, with their place', async (t) => {
  const [Missing, Empty] = [undefined, null] as unknown as ComponentType[];
  const List = () => <ul>{h(Missing as never, null)}</ul>;
  const { warnings } = await open(t, true, () => [<List key="1" />, h(Empty as never, null)]);
  const rest =
    "Check its import (ISSR_WARN_COMPONENT, see fastify-issr's docs/warnings.md#issr_warn_component)";
  assert.deepEqual(warnings, [
    `issr: the page '/page': a component in <List> is undefined. ${rest}`,
    `issr: the page '/page': a component is null. ${rest}`,
  ]);
});

test('warns of attributes that are objects, with their place', async (t) => {
  const Link = ({ to }: { to: unknown }) => <a href={to as string}>home</a>;
  const { warnings } = await open(t, true, () => [
    <Link key="1" to={Promise.resolve('/')} />,
    <p
      key="2"
      {...({ class: { on: true }, lang: ['a', 'b'], 'data-at': new Date(0), title: null } as object)}
    />,
    <p key="3" style={{ color: 'red' }} {...{ 'data-to': new URL('http://a/') }} />,
    <p key="4" dangerouslySetInnerHTML={{ __html: '' }} />,
    <button key="5" type="button" {...({ form: () => ({}) } as object)} />,
  ]);
  const rest = "Write text (ISSR_WARN_VALUE, see fastify-issr's docs/warnings.md#issr_warn_value)";
  assert.deepEqual(warnings.sort(), [
    `issr: the page '/page': class of <p> is a value of type Object. ${rest}`,
    `issr: the page '/page': form of <button> is a value of type function. ${rest}`,
    `issr: the page '/page': href of <a> in <Link> is a value of type Promise. ${rest}`,
  ]);
});

test('explains a component that is an object', async (t) => {
  const { fastify } = await start(t);
  fastify.issrRoute('/page', () => h({ default: Save } as never, null));
  assert.match((await fastify.inject('/page')).body, /A component is an object. Check its import/);
});

test('explains a memo of an async component', async (t) => {
  const { fastify } = await start(t);
  const Slow = memo((async () => <p>a</p>) as never);
  fastify.issrRoute('/page', () => <Slow />);
  assert.match((await fastify.inject('/page')).body, /Await the data outside of it, and pass it as a prop/);
});

const codeOf = (warning: string): string => /ISSR_WARN_\w+/.exec(warning)?.[0] ?? warning;

test('warns of a table row without tbody, with its place', async (t) => {
  const { warnings } = await open(t, true, () => (
    <table>
      <tr class="x">
        <td>1</td>
      </tr>
    </table>
  ));
  assert.match(warnings[0] ?? '', /<tr class="x"> is not in a <tbody>.*ISSR_WARN_TBODY/);
  assert.equal(warnings.length, 1);
});

test('warns of more fields than maxParams allows', async (t) => {
  for (const [count, expected] of [
    [3, []],
    [4, ['ISSR_WARN_FIELDS']],
  ] as const) {
    const { warnings } = await open(
      t,
      true,
      () => Array.from({ length: count }, (_, n) => <input name={`field-${n}`} key={n} />),
      { maxParams: 3 },
    );
    assert.deepEqual(warnings.filter((text) => /WARN/.test(text)).map(codeOf), expected);
  }
});

test('warns of a page over 1 MB', async (t) => {
  for (const [length, expected] of [
    [2 ** 20 - 1000, []],
    [2 ** 20, ['ISSR_WARN_SIZE']],
  ] as const) {
    const { warnings } = await open(t, true, () => <p>{'x'.repeat(length)}</p>);
    assert.deepEqual(warnings.map(codeOf), expected);
  }
});

test('warns of a list in place of one value, by its name', async (t) => {
  const { fastify, warnings } = await start(t);
  const text = { type: 'string' };
  const list = { type: 'array', items: { type: 'integer' }, maxItems: 2 };
  const querystring = { type: 'object', properties: { title: text, chosen: list, many: list } };
  const add = { schema: { type: 'object', properties: { note: text } }, handler: () => {} };
  fastify.issrRoute('/page', { schema: { querystring }, actions: { add } }, () => <main />);
  const page = await PageDriver.open(await listen(fastify), '/page');
  await page.rr({
    changed: [
      ['chosen', ['1', 'x']],
      ['many', ['1', '2', '3']],
      ['free', ['a', 'b']],
    ],
  });
  assert.deepEqual(warnings, []);
  await page.rr({ changed: [['title', ['filter', 'draft']]] });
  await page.rr({ changed: [['title', ['filter', 'drafts']]] });
  assert.deepEqual(warnings, [
    "issr: the page '/page': several elements have the name 'title', so its value is a list, which the schema refuses (ISSR_WARN_LIST, see fastify-issr's docs/warnings.md#issr_warn_list)",
  ]);
  await page.rr({ changed: [['note', ['a', 'b']]], actions: [['add', 't']] });
  assert.match(warnings[1] ?? '', /the name 'note'.*ISSR_WARN_LIST/);
  assert.equal(warnings.length, 2);
});

test('warns of undeclared actions, and of actions that are state', async (t) => {
  const { fastify, warnings } = await start(t);
  const querystring = { type: 'object', properties: { sort: { type: 'string' }, tab: { type: 'string' } } };
  const actions = { add: () => {}, sort: () => {}, remove: () => {} };
  fastify.issrRoute('/page', { schema: { querystring }, actions }, () => (
    <main>
      <button action="add" data-rr="click" />
      <button action="ad" data-rr="click" class="wrong" />
      <button action="tab" data-rr="click" type="button" />
      <button action="page" data-rr="click" type="button" />
      <input name="page" />
      <input name="remove" />
    </main>
  ));
  await PageDriver.open(await listen(fastify), '/page');
  assert.deepEqual(warnings.map(codeOf).sort(), ['ISSR_WARN_ACTION', 'ISSR_WARN_STATE', 'ISSR_WARN_STATE']);
  assert.match(
    warnings.join(),
    /no action 'ad' is declared, which <button action="ad" data-rr="click" class="wrong"> sends/,
  );
  assert.match(warnings.join(), /'remove' is also the name of <input name="remove"/);
  assert.match(warnings.join(), /'sort' is also in schema\.querystring/);
});

test('warns of commands of defineActions on a route without actions', async (t) => {
  const { add, remove } = defineActions({ add: () => {}, remove: () => {} });
  const { warnings } = await open(t, true, () => (
    <form {...add.form()}>
      <button {...remove()} class="row">
        remove
      </button>
      <button type="button" data-rr="click" action="tab" value="2" formaction="?tab=2">
        2
      </button>
    </form>
  ));
  assert.match(warnings[0] ?? '', /no action 'add' is declared, which <form .*ISSR_WARN_ACTION/);
  assert.match(warnings[1] ?? '', /no action 'remove' is declared, which <button .*class="row"/);
  assert.equal(warnings.length, 2);
});

test('warns of triggers that are not of the grammar', async (t) => {
  const right = [
    'click',
    'input 300, change',
    'input throttle 200',
    'every 1.5s',
    'key ctrl+s once',
    'key ?',
    'load',
    'issr:patch',
    'off',
  ];
  const wrong = ['input delay:300ms', 'click 300ms', 'every 15', 'every', 'click[ctrlKey]', 'input throttle'];
  const { warnings } = await open(t, true, () => [...right, ...wrong].map((text) => <p data-rr={text} />));
  const expected = wrong.map((text) => `'${text}' is not a trigger of data-rr: <p data-rr="${text}">`);
  assert.deepEqual(
    warnings.map((text) => / '\/page': (.*) \(ISSR_WARN_TRIGGER/.exec(text)?.[1]),
    expected,
  );
});

test('warns of HTML that a handler sends by reply', async (t) => {
  const { fastify, warnings } = await start(t);
  const html = '<p>page</p>';
  fastify.addHook('preHandler', async ({ url }, reply) => {
    if (url === '/hook') return reply.type('text/html').send(html);
  });
  fastify.issrRoute('/sent', (_request, reply) => reply.type('text/html').send(html));
  fastify.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? `${payload}<!-- changed -->` : payload,
  );
  fastify.issrRoute('/jsx', (_request, reply) => reply.send(<p />));
  fastify.issrRoute('/error', (_request, reply) => reply.code(404).type('text/html').send(html));
  fastify.issrRoute('/text', (_request, reply) => reply.send('text'));
  fastify.issrRoute('/hook', () => html);
  fastify.issrRoute('/file', (_request, reply) =>
    reply.type('text/html').header('content-disposition', 'attachment').send(html),
  );
  fastify.get('/plain', (_request, reply) => reply.type('text/html').send(html));
  for (const url of ['/sent', '/sent', '/jsx', '/error', '/text', '/hook', '/file', '/plain'])
    await fastify.inject(url);
  assert.deepEqual(warnings, [
    "issr: the page '/sent': the handler sent HTML by reply, so the page has no script. Return the HTML (ISSR_WARN_REPLY, see fastify-issr's docs/warnings.md#issr_warn_reply)",
  ]);
});

test('warns of a handler that is slow twice in a row', async (t) => {
  const { fastify, warnings } = await start(t);
  let time = 120;
  fastify.issrRoute('/page', async () => {
    await sleep(time);
    return <main />;
  });
  const page = await PageDriver.open(await listen(fastify), '/page');
  assert.deepEqual(warnings, []);
  await page.rr();
  await page.rr();
  assert.deepEqual(warnings.map(codeOf), ['ISSR_WARN_SLOW']);
  time = 0;
  await page.rr();
  assert.equal(warnings.length, 1);
});

test('warns of rows without keys that change their order', async (t) => {
  for (const [attribute, expected] of [
    ['class', ['ISSR_WARN_KEYS']],
    ['id', []],
  ] as const) {
    const rows = ['a', 'b', 'c', 'd', 'e'];
    const { page, warnings } = await open(t, true, () => (
      <ul>{rows.map((row) => h('li', { [attribute]: row }, `The row ${row}`))}</ul>
    ));
    rows.splice(3, 0, 'new');
    await page.rr();
    assert.deepEqual(warnings, [], 'an inserted row moves none');
    rows.push(...rows.splice(0, 1));
    await page.rr();
    assert.deepEqual(warnings.map(codeOf), expected);
  }
});

test('warns of a page that was changed before it joined', async (t) => {
  const { fastify, warnings } = await start(t);
  fastify.issrRoute('/page', () => <main />);
  const page = await PageDriver.load(await listen(fastify), '/page');
  await page.connect();
  await page.join({ hash: 1 });
  await page.next('base');
  assert.deepEqual(warnings.map(codeOf), ['ISSR_WARN_CHANGED']);
});

test('warns of scripts that a patch inserts, with their place', async (t) => {
  let view = <p />;
  const { page, warnings } = await open(t, true, () => (
    <>
      <script src="/first.js" />
      {view}
    </>
  ));
  for (view of [
    <p>a</p>,
    <template>
      <script src="/kept.js" />
    </template>,
    <script type="application/json">{'{}'}</script>,
  ])
    await page.rr();
  assert.deepEqual(warnings, []);
  view = (
    <section>
      <script type="module" src="/chart.js" />
    </section>
  );
  await page.rr();
  view = <section />;
  await page.rr();
  assert.deepEqual(warnings.map(codeOf), ['ISSR_WARN_SCRIPT']);
  assert.match(warnings[0] ?? '', /inserted <script type="module" src="\/chart.js"> into <section>/);
});

test('warns of a hook that redirects the script of a page', async (t) => {
  const { fastify, warnings } = await start(t);
  fastify.addHook('preHandler', async ({ url }, reply) => {
    if (url !== '/sign-in') return reply.redirect('/sign-in');
  });
  fastify.issrRoute('/sign-in', () => <main />);
  await fastify.inject('/sign-in');
  assert.deepEqual(warnings, []);
  const headers = { referer: 'http://localhost/sign-in' };
  for (const url of ['/issr.js', '/issr.js?v=1', '/issr-patch.js']) await fastify.inject({ url, headers });
  assert.deepEqual(warnings, [
    "issr: the page 'http://localhost/sign-in': a hook of the app answered its script with 302, so the page does not connect (ISSR_WARN_HOOK, see fastify-issr's docs/warnings.md#issr_warn_hook)",
  ]);
});

test('looks for no mistakes without showErrors', async (t) => {
  const { warnings } = await open(t, false, () => (
    <>
      <Save />
      <p id="a" />
      <p id="a" />
    </>
  ));
  assert.deepEqual(warnings, []);
});

test('warns of actions that nothing sends, with the reason', async (t) => {
  const { fastify, warnings } = await start(t);
  const element = (name: string, props: object) => h(name as 'button', props);
  fastify.issrRoute('/page', { actions: { add: () => {}, buy: () => {} } }, () => (
    <main>
      <button action="add" />
      <button action="add" type="button" form="other" onclick="rr()" />
      <form>
        <button action="add" class="get" />
      </form>
      {element('form', { action: 'add', onsubmit: 'rr(this)' })}
      <article data-rr="off">
        <button action="add" class="fenced" />
      </article>
      <form onsubmit="rr(this)">
        <button action="add" />
      </form>
      <form data-rr="submit">
        <button action="add" />
      </form>
      <form method="post" action="?add">
        <button action="add" />
      </form>
      <form>
        <button action="buy" formmethod="post" formaction="?buy" />
        <button action="buy" type="button" onclick="if (ready) rr(this, { name: 'a' })" />
        <button action="buy" do="submit closest form" type="button" />
      </form>
      <button action="buy" form="other" />
      <select action="buy" onchange="save(); rr()" />
      <p action="buy">for a script</p>
    </main>
  ));
  await PageDriver.open(await listen(fastify), '/page');
  const reasons = warnings.map((text) => / '\/page': (.*) \(ISSR_WARN_UNSENT/.exec(text)?.[1]);
  assert.deepEqual(reasons, [
    'nothing sends the action \'add\': no form is around it. Write onclick="rr(this)" or data-rr="click", in <button action="add">',
    'nothing sends the action \'add\': rr() does not know the element. Write \'rr(this)\', in <button action="add" type="button" form="other" onclick="rr()">',
    'nothing sends the action \'add\': its form loads a page. Write onsubmit="rr(this)" on the form, in <button action="add" class="get">',
    'action of a form is its URL. Write action="?add", in <form action="add" onsubmit="rr(this)">',
    'nothing sends the action \'buy\': rr() does not know the element. Write \'rr(this)\', in <select action="buy" onchange="save(); rr()">',
  ]);
});

test('warns of elements that browsers do not leave where they are', async (t) => {
  const { warnings } = await open(t, true, () => (
    <form>
      <p>a</p>
      <form class="inner">
        <input name="a" />
      </form>
    </form>
  ));
  assert.deepEqual(warnings, [
    "issr: the page '/page': browsers move, split or drop <form class=\"inner\">, as it cannot be where it is. Each change sends the whole page (ISSR_WARN_NESTING, see fastify-issr's docs/warnings.md#issr_warn_nesting)",
  ]);
});

test('warns of escaped texts of scripts and styles', async (t) => {
  const { warnings } = await open(t, true, () => (
    <>
      <style>{'p::before { content: "a" }'}</style>
      <style>{'a > b { color: red }'}</style>
      <script>if (a {'&&'} b) rr();</script>
      <script dangerouslySetInnerHTML={{ __html: 'if (a && b) rr("c")' }} />
    </>
  ));
  const rest =
    "which JSX escapes and browsers do not read there. Write dangerouslySetInnerHTML={{ __html: text }} (ISSR_WARN_ESCAPED, see fastify-issr's docs/warnings.md#issr_warn_escaped)";
  assert.deepEqual(warnings, [
    `issr: the page '/page': <style> contains a ", ${rest}`,
    `issr: the page '/page': <script> contains a &, ${rest}`,
  ]);
});

test('warns of lists and dates whose text no browser understands', async (t) => {
  const element = (name: string, props: object) => h(name as 'p', props);
  const { warnings } = await open(t, true, () => [
    element('p', { class: ['a', 'b'] }),
    element('input', { value: new Date(0) }),
    element('p', { style: [{ color: 'red' }] }),
    element('p', { dangerouslySetInnerHTML: '<b>a</b>' }),
    element('p', { title: new Date(0), 'data-list': [1, 2], style: { color: 'red' } }),
    element('p', { dangerouslySetInnerHTML: undefined }),
  ]);
  const mistakes = warnings.map((text) => / '\/page': (.*) \(ISSR_WARN_VALUE/.exec(text)?.[1]);
  assert.deepEqual(mistakes, [
    'class of <p> is a value of type Array. Write text',
    'value of <input> is a value of type Date. Write text',
    'style of <p> is a value of type Array. Write text',
    'dangerouslySetInnerHTML of <p> shows nothing. Write {{ __html: html }}',
  ]);
});

test('warns of params that an action assigned and no element has', async (t) => {
  const { fastify, warnings } = await start(t);
  const assign = ({ query }: { query: unknown }) => void Object.assign(query as object, { x: 1, y: 1 });
  const add = { schema: { type: 'object' }, handler: assign };
  fastify.issrRoute('/page', { actions: { read: () => {}, add, assign } }, ({ query }) => (
    <input type="hidden" name="y" value={(query as { y?: number }).y ?? 0} />
  ));
  const page = await PageDriver.open(await listen(fastify), '/page?x=0');
  await page.click('read');
  assert.deepEqual(warnings, []);
  await page.click('assign');
  await page.click('add');
  assert.deepEqual(warnings, [
    "issr: the page '/page': an action assigned request.query.x, which lasts for its event only. Show the value in an element of that name (ISSR_WARN_ASSIGNED, see fastify-issr's docs/warnings.md#issr_warn_assigned)",
  ]);
});
