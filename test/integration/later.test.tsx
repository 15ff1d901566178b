import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type IssrOptions, Later, memo } from '../../src/index.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** A part under way: the test decides when it is done. */
interface Job {
  name: string;
  signal: AbortSignal;
  resolve(text: string): void;
  reject(error: Error): void;
}

/** Work of parts, in the order in which it started. */
class Jobs {
  readonly all: Job[] = [];

  start = (name: string, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => void this.all.push({ name, signal, resolve, reject }));

  get names(): string {
    return this.all.map(({ name }) => name).join(' ');
  }

  /** Waits for the start of a part, the last one of that name. */
  async find(name: string, count = 1): Promise<Job> {
    const found = () => this.all.filter((job) => job.name === name);
    await waitFor(() => found().length >= count, `${count} of ${name} in ${this.names}`);
    return found().at(-1) as Job;
  }
}

const NAMES = ['a', 'b', 'c'];
const SKELETON = (name: string) => `<div aria-live="polite" aria-busy="true"><i>${name} …</i></div>`;
const READY = (text: string) => `<div aria-live="polite"><b>${text}</b></div>`;

/** A page of three parts, a counter, and a part for each week. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const jobs = new Jobs();
  const lines: { reqId?: string; msg: string; err?: { message: string } }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const fastify = await createServer(t, options, { logger: { level: 'error', stream } });
  let renders = 0;
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query }) => {
    renders++;
    return (
      <main>
        <output>{query.x ?? 0}</output>
        {NAMES.map((name) => (
          <Later key={name} fallback={<i>{name} …</i>} failed={(error) => <u>{String(error)}</u>}>
            {async (signal) => <b>{await jobs.start(name, signal)}</b>}
          </Later>
        ))}
      </main>
    );
  });
  fastify.issrRoute<{ Querystring: { week?: string } }>('/weeks', ({ query: { week = '1' } }) => (
    <main>
      <Later fallback="…" when={[week]}>
        {(signal) => jobs.start(`week ${week}`, signal)}
      </Later>
    </main>
  ));
  const Cached = memo(() => <Later>{() => 'x'}</Later>);
  fastify.issrRoute<{ Params: { view: string } }>('/view/:view', ({ params: { view } }) => (
    <p>
      {view === 'three' && [1, 2, 3].map((key) => <Later key={key}>{() => 'x'}</Later>)}
      {view === 'four' && [1, 2, 3, 4].map((key) => <Later key={key}>{() => 'x'}</Later>)}
      {view === 'memo' && <Cached />}
      {view === 'object' && <Later when={[{}]}>{() => 'x'}</Later>}
    </p>
  ));
  fastify.issrRoute('/other', () => <p>other</p>);
  return { fastify, jobs, lines, origin: await listen(fastify), renders: () => renders };
}

/** Waits until the page shows a text. */
async function shows(page: PageDriver, text: string): Promise<void> {
  await waitFor(() => bodyOf(page.html).includes(text), `${text} in ${page.html}`);
}

/** The body without the keys of its elements. */
const bodyOf = (html: string) => html.replaceAll(/ key="."/gi, '').replace(/.*(?=<main)/, '');

test('sends the page first, each part when it is ready, and computes each once', async (t) => {
  const { jobs, origin, renders } = await openSite(t);
  const page = await PageDriver.load(origin, '/?x=1');
  assert.ok(bodyOf(page.loaded).includes(NAMES.map(SKELETON).join('')), page.loaded);
  assert.match(
    page.loaded,
    /<head><noscript><meta http-equiv="refresh" content="0;url=\?x=1&amp;issr-whole">/,
  );
  await page.connect();
  (await jobs.find('b')).resolve('early');
  await page.join();
  await shows(page, READY('early'));
  assert.doesNotMatch(page.html, /noscript/);
  await page.rr({ changed: [['x', '2']] });
  (await jobs.find('c')).resolve('then');
  await shows(page, READY('then'));
  await page.click('x', '3');
  (await jobs.find('a')).resolve('last');
  await shows(page, READY('last'));
  await page.rr();
  assert.equal(
    bodyOf(page.html),
    `<main><output>3</output>${['last', 'early', 'then'].map(READY).join('')}</main></body></html>`,
  );
  assert.equal(jobs.names, 'a b c');
  assert.equal(renders(), 1 + 3 + 3, 'the load, three events, three parts');
});

test('a change of when keeps the old content, busy, and the last change wins', async (t) => {
  const { jobs, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/weeks');
  (await jobs.find('week 1')).resolve('first');
  await shows(page, '<div aria-live="polite">first</div>');
  await page.rr({ changed: [['week', '2']] });
  assert.match(page.html, /<div aria-live="polite" aria-busy="true">first<\/div>/);
  const second = await jobs.find('week 2');
  await page.rr({ changed: [['week', '3']] });
  const third = await jobs.find('week 3');
  assert.deepEqual([second.signal.aborted, third.signal.aborted], [true, false]);
  second.resolve('second');
  await page.rr();
  assert.match(page.html, /aria-busy="true">first</);
  third.resolve('third');
  await shows(page, '<div aria-live="polite">third</div>');
  await page.rr({ changed: [['week', '4']] });
  await page.rr({ changed: [['week', '3']] });
  assert.match(page.html, /<div aria-live="polite">third<\/div>/, 'the content is that of this week');
  assert.equal((await jobs.find('week 4')).signal.aborted, true);
  assert.equal(jobs.names, 'week 1 week 2 week 3 week 4');
});

test('a page that closes, moves on or never joins aborts its parts', async (t) => {
  const { jobs, origin } = await openSite(t, { maxUnjoinedPages: 4 });
  const left = await PageDriver.open(origin, '/weeks?week=left');
  const signals = [(await jobs.find('week left')).signal];
  left.send(['bye']);
  const visitor = await PageDriver.open(origin, '/weeks?week=moves');
  signals.push((await jobs.find('week moves')).signal);
  await visitor.rr({ url: '/other' });
  await PageDriver.load(origin, '/weeks?week=unjoined');
  signals.push((await jobs.find('week unjoined')).signal);
  for (let load = 0; load < 4; load++) await PageDriver.load(origin, '/other');
  const stays = await PageDriver.open(origin, '/weeks?week=stays');
  await stays.drop();
  for (const signal of signals) if (!signal.aborted) await once(signal, 'abort');
  assert.equal((await jobs.find('week stays')).signal.aborted, false);
});

test('a part that was ready while its page was away comes when the page is back', async (t) => {
  const { jobs, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/weeks');
  const job = await jobs.find('week 1');
  await page.drop();
  job.resolve('done');
  await page.connect();
  assert.deepEqual(await page.join(), ['joined', 0, true]);
  await shows(page, '>done</div>');
  assert.equal(jobs.names, 'week 1');
});

test('a page that was loaded before a restart gets its parts from the new process', async (t) => {
  const secret = 'x'.repeat(32);
  const before = await openSite(t, { secret });
  const page = await PageDriver.load(before.origin, '/weeks');
  const lost = await before.jobs.find('week 1');
  await before.fastify.close();
  assert.equal(lost.signal.aborted, true);
  const after = await openSite(t, { secret });
  const again = new PageDriver(after.origin, '/weeks', {}, page.answer);
  await again.connect();
  await again.join();
  (await after.jobs.find('week 1')).resolve('again');
  await shows(again, '>again</div>');
});

test('a failure shows in its part only, and is logged with the request id', async (t) => {
  const { jobs, lines, origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/');
  (await jobs.find('a')).reject(new Error('no report'));
  (await jobs.find('b')).resolve('fine');
  await shows(page, '<div aria-live="polite"><u>Error: no report</u></div>');
  await shows(page, READY('fine'));
  assert.deepEqual(
    lines.map(({ msg, err, reqId }) => [msg, err?.message, reqId]),
    [['issr: a part of a page failed', 'no report', 'req-1']],
  );
});

test('a failed that fails too is logged, and the other parts come', async (t) => {
  const lines: { msg: string; err: { message: string } }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const fastify = await createServer(t, {}, { logger: { level: 'error', stream } });
  const fail = (message: string) => () => {
    throw new Error(message);
  };
  fastify.issrRoute('/', () => (
    <main>
      <Later failed={fail('again')}>{fail('no report')}</Later>
      <Later>{async () => <b>fine</b>}</Later>
    </main>
  ));
  const page = await PageDriver.open(await listen(fastify), '/');
  await shows(page, `<div aria-live="polite"></div>${READY('fine')}`);
  assert.deepEqual(
    [lines[0], lines[1]].map((line) => line?.err.message),
    ['no report', 'again'],
  );
});

test('a part that takes longer than lateTimeout fails and is aborted', async (t) => {
  const { jobs, origin } = await openSite(t, { lateTimeout: 20 });
  const page = await PageDriver.open(origin, '/');
  await shows(page, '<u>FastifyError [ISSR_ERR_LATE_TIMEOUT]: No content within 20 ms (see lateTimeout)</u>');
  assert.equal((await jobs.find('a')).signal.aborted, true);
});

test('without script the page comes with its content, computed side by side', async (t) => {
  const fastify = await createServer(t);
  const jobs = new Jobs();
  const strict = Type.Object({ q: Type.Optional(Type.String()) }, { additionalProperties: false });
  const Section = ({ name }: { name: string }) => (
    <Later as="section" fallback="…">
      {async (signal) => (
        <p>
          {await jobs.start(name, signal)}
          <Later as="span">{() => 'inner'}</Later>
        </p>
      )}
    </Later>
  );
  fastify.issrRoute('/', { schema: { querystring: strict }, actions: { say: () => 'said' } }, ({ issr }) => (
    <main>
      <Section name="a" />
      <Section name="b" />
      {issr.result}
    </main>
  ));
  const origin = await listen(fastify);
  const section = (text: string) =>
    `<section aria-live="polite"><p>${text}<span aria-live="polite">inner</span></p></section>`;
  const contentOf = (body: string) => body.replaceAll(/<!--.*?-->/g, '').replace(/.*(?=<main>)/, '');
  const load = get(`${origin}/?issr-whole`);
  (await jobs.find('b')).resolve('2');
  (await jobs.find('a')).resolve('1');
  const { body, status } = await load;
  assert.equal(status, 200);
  assert.equal(contentOf(body), `<main>${section('1')}${section('2')}</main></body></html>`);
  assert.doesNotMatch(body, /noscript/);
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
  const form = get(`${origin}/?say`, { method: 'POST', headers });
  (await jobs.find('b', 2)).resolve('4');
  (await jobs.find('a', 2)).resolve('3');
  assert.equal(contentOf((await form).body), `<main>${section('3')}${section('4')}said</main></body></html>`);
  assert.equal(jobs.names, 'a b a b');
  await get(origin, { method: 'HEAD' });
  await get(origin);
  await jobs.find('b', 3);
  assert.equal(jobs.all.length, 6, 'a HEAD starts nothing');
});

test('a part keeps its place while elements before it come and go', async (t) => {
  const fastify = await createServer(t);
  const jobs = new Jobs();
  const Name = createContext('nothing');
  const Inside = () => <b>{useContext(Name)}</b>;
  const Two = () => (
    <>
      <Later>{(signal) => jobs.start('first', signal)}</Later>
      <Later>{(signal) => jobs.start('second', signal)}</Later>
    </>
  );
  fastify.issrRoute<{ Querystring: { on?: string } }>('/', ({ query: { on } }) => (
    <main>
      {on && <Later>{(signal) => jobs.start('before', signal)}</Later>}
      <Two />
      {on && Promise.resolve(<hr />)}
      <Name.Provider value="context">
        <Later>{() => <Inside />}</Later>
      </Name.Provider>
    </main>
  ));
  const page = await PageDriver.open(await listen(fastify), '/');
  (await jobs.find('first')).resolve('1');
  (await jobs.find('second')).resolve('2');
  await shows(page, '>1</div><div aria-live="polite">2</div>');
  await shows(page, '<b>context</b>');
  await page.rr({ changed: [['on', '1']] });
  (await jobs.find('before')).resolve('0');
  await shows(page, '>0</div>');
  assert.match(page.html, />0<\/div><div aria-live="polite">1<\/div><div aria-live="polite">2<\/div>/);
  await page.rr({ removed: ['on'] });
  assert.equal(page.text, '12context');
  assert.equal(jobs.names, 'first second before');
});

test('a part that is a constant is another one in each page and place', async (t) => {
  const fastify = await createServer(t);
  const jobs = new Jobs();
  const [part, other] = [1, 2].map(() => (
    <Later fallback="…">{(signal: AbortSignal) => jobs.start('part', signal)}</Later>
  ));
  const section = (
    <section>
      <p>{part}</p>
    </section>
  );
  const Box = ({ children }: { children: ComponentChildren }) => <div>{children}</div>;
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', ({ query: { x = '0' } }) => (
    <main>
      <Box>{section}</Box>
      {section}
      <i>
        {part}
        {other}
      </i>
      {x}
    </main>
  ));
  const origin = await listen(fastify);
  for (const count of [4, 8, 12]) {
    const page = await PageDriver.open(origin, '/');
    await jobs.find('part', count);
    for (const [index, job] of jobs.all.slice(-4).entries()) job.resolve(String(index + 1));
    await waitFor(() => page.text === '12340', page.html);
    await page.rr({ changed: [['x', '1']] });
    assert.equal(page.text, '12341');
    assert.equal(jobs.all.length, count);
  }
});

test('an element that memo renders too may hold a part', async (t) => {
  const fastify = await createServer(t);
  let isMemo = false;
  const Part = () => (isMemo ? <u>none</u> : <Later>{() => 'part'}</Later>);
  const Reset = () => {
    isMemo = false;
    return null;
  };
  const Shared = () => shared;
  const Cached = memo(() => {
    if (isMemo) return null;
    isMemo = true;
    return (
      <>
        <Shared />
        <Reset />
      </>
    );
  });
  const shared = (
    <p>
      <Cached />
      <i>
        <Part />
      </i>
    </p>
  );
  fastify.issrRoute('/', () => (
    <main>
      <Shared />
    </main>
  ));
  const origin = await listen(fastify);
  for (let load = 0; load < 3; load++) {
    const page = await PageDriver.open(origin, '/');
    await waitFor(() => page.text === 'nonepart', page.html);
  }
});

test('late parts have limits, and what cannot work is an error', async (t) => {
  const { jobs, origin } = await openSite(t, {
    maxLateParts: 3,
    maxRunningLateParts: 2,
    maxLateBytesPerPage: 100,
  });
  const page = await PageDriver.open(origin, '/');
  await jobs.find('b');
  assert.equal(jobs.names, 'a b', 'the third waits for maxRunningLateParts');
  (await jobs.find('a')).resolve('a'.repeat(43));
  await shows(page, READY('a'.repeat(43)));
  (await jobs.find('b')).resolve('');
  await shows(page, 'for 114 bytes of one page, at most 100 (see maxLateBytesPerPage)');
  await jobs.find('c');

  const statusOf = async (view: string) => (await get(`${origin}/view/${view}`)).status;
  assert.deepEqual(await Promise.all(['three', 'four', 'memo'].map(statusOf)), [200, 500, 500]);
  const loop = await PageDriver.open(origin, '/view/object');
  assert.equal(
    (await loop.next('error'))[2].message,
    "Later cannot be used with a 'when' that differs at each render, as a new object does",
  );
});

test('Later without a function as its child is an error that shows one', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => <Later>{(<p />) as never}</Later>);
  const { status, body } = await get(`${await listen(fastify)}/`);
  assert.equal(status, 500);
  assert.match(body, /ISSR_ERR_LATE.*without a function .*\(\) =>/);
});
