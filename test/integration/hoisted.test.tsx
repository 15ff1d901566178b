import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type TestContext, test } from 'node:test';
import { Component, type ComponentChildren, createContext, type JSX } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import { memo } from '../../src/index.js';
import { createServer, listen } from '../support/server.js';

const user = new AsyncLocalStorage<string>();
const Theme = createContext('none');

const Sync = () => <i>{user.getStore()}</i>;
const Async = async () => {
  await new Promise(setImmediate);
  return <b>{user.getStore()}</b>;
};
const Slot = ({ children }: { children?: ComponentChildren }) => <section>{children}</section>;
const Stateful = () => <u>{useState(() => user.getStore())[0]}</u>;
class Classy extends Component {
  override state = { user: user.getStore() };
  render = () => <s>{this.state.user}</s>;
}
const Themed = async () => <em>{useContext(Theme)}</em>;
const Identified = () => <q>{useId()}</q>;
const Memoized = memo(({ text }: { text: string }) => <small>{text}</small>);

/** Elements that outlive every request. */
const constants: Record<string, JSX.Element> = {
  sync: <Sync />,
  async: <Async />,
  nested: (
    <main>
      <Slot>
        <p>
          <Async />
          <Sync />
        </p>
      </Slot>
    </main>
  ),
  'in a fragment': (
    <>
      <Async />
    </>
  ),
  stateful: <Stateful />,
  class: <Classy />,
};

for (const [name, constant] of Object.entries(constants)) {
  test(`shows each visitor their own content (constant: ${name})`, async (t) => {
    const get = await serve(t, () => <div>{constant}</div>);
    const root = await serve(t, () => constant);
    for (const visitor of ['alice', 'bob', 'carol']) {
      for (const html of [await get(visitor), await root(visitor)]) {
        assert.deepEqual([...new Set(html.match(/alice|bob|carol/g))], [visitor]);
      }
    }
    const visitors = Array.from({ length: 30 }, (_, i) => `visitor-${i}-`);
    const pages = await Promise.all(visitors.map(get));
    for (const [i, html] of pages.entries()) {
      assert.deepEqual([...new Set(html.match(/visitor-\d+-/g))], [visitors[i]]);
    }
  });
}

test('reads the context of each place of one constant', async (t) => {
  const themed = <Themed />;
  const get = await serve(t, () => (
    <div>
      <Theme.Provider value={`${user.getStore()}-a`}>
        <p>{themed}</p>
      </Theme.Provider>
      <Theme.Provider value={`${user.getStore()}-b`}>
        <p>{themed}</p>
      </Theme.Provider>
    </div>
  ));
  for (const visitor of ['alice', 'bob']) {
    assert.deepEqual(
      Array.from((await get(visitor)).matchAll(/<em>(.*?)<\/em>/g), ([, theme]) => theme),
      [`${visitor}-a`, `${visitor}-b`],
    );
  }
});

test('numbers ids from the start in every render of a constant', async (t) => {
  const constant = (
    <main>
      <Identified />
      <Slot>
        <Async />
        <Identified />
      </Slot>
    </main>
  );
  const get = await serve(t, () => constant);
  const ids = (html: string) => Array.from(html.matchAll(/<q>(.*?)<\/q>/g), ([, id]) => id);
  const first = ids(await get('alice'));
  assert.equal(new Set(first).size, 2);
  for (const html of await Promise.all(['bob', 'carol', 'dave'].map(get))) {
    assert.equal(new Set(ids(html)).size, 2);
  }
  const [next, last] = [ids(await get('bob')), ids(await get('carol'))];
  assert.deepEqual(next, last);
});

test('counts the ids of constants and of other elements together', async (t) => {
  const constant = <Identified />;
  const element = <p>{constant}</p>;
  const get = await serve(t, () => (
    <main>
      <Identified />
      {constant}
      {element}
      <Slot>{element}</Slot>
      <Identified />
      <Async />
    </main>
  ));
  for (const visitor of ['alice', 'bob', 'carol']) {
    const ids = (await get(visitor)).match(/<q>.*?<\/q>/g) ?? [];
    assert.equal(ids.length, 5);
    // The element that is there twice is one.
    assert.equal(new Set(ids).size, 5, ids.join());
  }
});

test('counts the ids of pages apart that are rendered at the same time', async (t) => {
  let started = 0;
  let open = Promise.resolve();
  let release = () => {};
  const Waiting = async ({ children }: { children: ComponentChildren }) => {
    if (++started === 8) release();
    await open;
    return <p>{children}</p>;
  };
  const constant = (
    <section>
      <Waiting>
        <Identified />
      </Waiting>
    </section>
  );
  const get = await serve(t, () => (
    <main>
      <Identified />
      {constant}
      <Slot>
        <Waiting>
          <Identified />
        </Waiting>
      </Slot>
    </main>
  ));
  await get('alice');
  started = 0;
  open = new Promise((resolve) => {
    release = resolve;
  });
  for (const html of await Promise.all(['bob', 'carol', 'dave', 'eve'].map(get))) {
    const ids = html.match(/<q>.*?<\/q>/g) ?? [];
    assert.equal(new Set(ids).size, 3, ids.join());
  }
});

test('keeps the HTML of a constant with a memo component', async (t) => {
  const constant = (
    <Slot>
      <Memoized text="a < b" />
      <Async />
    </Slot>
  );
  const get = await serve(t, () => constant);
  for (const visitor of ['alice', 'bob']) {
    const html = (await get(visitor)).replace(/<!--.*?-->/g, '');
    assert.equal(html, `<section><small>a &lt; b</small><b>${visitor}</b></section>`);
  }
});

test('calls an async component once in a render', async (t) => {
  let calls = 0;
  const Counted = async () => <b>{++calls}</b>;
  const counted = <Counted />;
  const get = await serve(t, () => (
    <main>
      {counted}
      <Async />
    </main>
  ));
  await get('alice');
  assert.equal(calls, 1);
  await get('bob');
  assert.equal(calls, 2);
});

async function serve(t: TestContext, view: () => JSX.Element): Promise<(visitor: string) => Promise<string>> {
  const fastify = await createServer(t);
  fastify.addHook('onRequest', (request, _reply, done) => user.run(String(request.headers.user), done));
  fastify.issrRoute('/', view);
  const origin = await listen(fastify);
  return async (visitor) => {
    const html = await (await fetch(origin, { headers: { user: visitor } })).text();
    return /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? html;
  };
}
