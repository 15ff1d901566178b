import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Component, type ComponentChildren, createContext, Fragment, h, type JSX, options } from 'preact';
import { useContext, useId } from 'preact/hooks';
import { createServer, listen } from '../support/server.js';

const Theme = createContext('none');
const Themed = () => <em>{useContext(Theme)}</em>;
const Identified = () => <q>{useId()}</q>;
const Slot = ({ children }: { children?: ComponentChildren }) => <section>{children}</section>;
const Broken = (): JSX.Element => {
  throw new Error('broken');
};

/** A promise as a child, which the types of preact do not have. */
const later = (value: unknown, ticks = 1) => turns(ticks).then(() => value) as unknown as JSX.Element;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

async function serve(t: TestContext, view: () => JSX.Element) {
  const fastify = await createServer(t);
  fastify.issrRoute('/', view);
  const origin = await listen(fastify);
  return async () => {
    const response = await fetch(origin);
    const html = (await response.text()).replace(/<!--.*?-->/g, '');
    return { status: response.status, body: /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? html };
  };
}

test('a promise in a provider has its context, and so have later pages', async (t) => {
  let isPromise = true;
  const get = await serve(t, () => (
    <Theme.Provider value="dark">{isPromise ? later(<Themed />) : <Themed />}</Theme.Provider>
  ));
  assert.equal((await get()).body, '<em>dark</em>');
  isPromise = false;
  assert.equal((await get()).body, '<em>dark</em>');
});

test('classes, consumers and nested Fragments have what they return awaited', async (t) => {
  class Listed extends Component {
    override render() {
      return [<i key="i">list</i>, later(<b>list</b>)] as unknown as JSX.Element;
    }
  }
  class Own extends Component {
    override render = () => <>{later('own')}</>;
  }
  class Async extends Component {
    override async render() {
      return (await later(<b>async</b>)) as never;
    }
  }
  const Consuming = ({ show }: { show: (theme: string) => unknown }) => (
    <Theme.Consumer>{show as (theme: string) => JSX.Element}</Theme.Consumer>
  );
  const get = await serve(t, () => (
    <main>
      <Listed />
      <Own />
      <Async />
      <Consuming show={(theme) => [later(theme)]} />
      <Consuming show={async (theme) => <u>{theme}</u>} />
      {h(Fragment, null, h(Fragment, null, later('nested')))}
    </main>
  ));
  const html = '<main><i>list</i><b>list</b>own<b>async</b>none<u>none</u>nested</main>';
  for (let load = 0; load < 2; load++) assert.equal((await get()).body, html);
});

test('async components start together, and each once', async (t) => {
  const events: string[] = [];
  const Async = async ({ name }: { name: string }) => {
    events.push(`${name} starts`);
    await turns(2);
    events.push(`${name} ends`);
    return <b>{name}</b>;
  };
  const Page = () => (
    <main>
      <Async name="a" />
      <Async name="b" />
      <Slot>
        <Async name="c" />
      </Slot>
    </main>
  );
  const get = await serve(t, () => <Page />);
  assert.equal((await get()).body, '<main><b>a</b><b>b</b><section><b>c</b></section></main>');
  assert.deepEqual(events, ['a starts', 'b starts', 'c starts', 'a ends', 'b ends', 'c ends']);
});

// A promise that rejects without a handler would end the process, and fails the test.
test('a page that fails ends no process by the promises that it drops', async (t) => {
  const settled: unknown[] = [];
  const fail = (ticks: number) =>
    turns(ticks).then(() => {
      settled.push(ticks);
      throw new Error('rejected');
    }) as unknown as JSX.Element;
  const Failing = async ({ ticks }: { ticks: number }) => fail(ticks);
  const Suspending = ({ until }: { until: Promise<unknown> }): JSX.Element => {
    throw until;
  };
  const views = [
    () => [<Failing key="a" ticks={3} />, <Broken key="b" />],
    () => [<Slot key="a">{fail(3)}</Slot>, <Broken key="b" />],
    () => [later('slow', 9), fail(1)],
    () => [<Failing key="a" ticks={3} />, <Failing key="b" ticks={1} />],
    () => [<Suspending key="a" until={fail(3) as never} />, <Broken key="b" />],
  ];
  for (const view of views) {
    settled.length = 0;
    const get = await serve(t, () => <main>{view()}</main>);
    assert.equal((await get()).status, 500);
    while (settled.length === 0) await turns(1);
    await turns(9);
  }
});

test('async components inside each other have no depth at which they are lost', async (t) => {
  const Nested = async ({ depth }: { depth: number }): Promise<JSX.Element> =>
    depth === 0 ? (
      <b>innermost</b>
    ) : (
      <Slot>
        <Nested depth={depth - 1} />
      </Slot>
    );
  const get = await serve(t, () => (<Nested depth={60} />) as JSX.Element);
  assert.equal((await get()).body, `${'<section>'.repeat(60)}<b>innermost</b>${'</section>'.repeat(60)}`);
});

test('ids do not depend on which promise settles first', async (t) => {
  const constant = <Identified />;
  const Async = async ({ ticks, children }: { ticks: number; children?: ComponentChildren }) => {
    await turns(ticks);
    return (
      <p>
        {children}
        <Identified />
        {constant}
      </p>
    );
  };
  let ticks = [1, 6];
  const get = await serve(t, () => {
    const [first = 0, second = 0] = ticks;
    return (
      <main>
        <Async ticks={first}>
          <Async ticks={second} />
        </Async>
        <Async ticks={second} />
        {later(<Identified />, first)}
        {constant}
      </main>
    );
  });
  await get();
  const { body } = await get();
  const ids = body.match(/<q>.*?<\/q>/g) ?? [];
  assert.equal(new Set(ids).size, 8, ids.join());
  ticks = [6, 1];
  assert.equal((await get()).body, body);
});

test('an error boundary shows what it waits for', async (t) => {
  const hooks = options as { errorBoundaries?: boolean };
  hooks.errorBoundaries = true;
  t.after(() => {
    hooks.errorBoundaries = undefined;
  });
  class Boundary extends Component<{ children: ComponentChildren }> {
    override state = { failed: false };
    static override getDerivedStateFromError = () => ({ failed: true });
    override render() {
      return this.state.failed ? <u>failed</u> : this.props.children;
    }
  }
  const Async = async () => <b>async</b>;
  const get = await serve(t, () => (
    <main>
      <Boundary>
        <Async />
      </Boundary>
      <Boundary>{later('promise')}</Boundary>
      <Boundary>
        <Broken />
      </Boundary>
    </main>
  ));
  assert.equal((await get()).body, '<main><b>async</b>promise<u>failed</u></main>');
});
