import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { connected, shows, useBrowser } from '../support/browser.js';
import { forkBundled } from '../support/fork-bundled.js';
import { Visitor } from '../support/visitor.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();
const VISITORS = 200;
const ACTS = 15;

/** Starts the process, and starts it again on its port. */
async function startServer(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'issr-kill-'));
  const record = join(folder, 'actions');
  writeFileSync(record, '');
  let child: ChildProcess;
  const start = async (port: string) => {
    const file = join(import.meta.dirname, '../support/mortal-server.tsx');
    child = await forkBundled(file, [port, record]);
    return String((await once(child, 'message'))[0]);
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  t.after(async () => {
    await kill();
    rmSync(folder, { recursive: true });
  });
  const origin = await start('0');
  return {
    origin,
    kill,
    restart: () => start(new URL(origin).port),
    recorded: () => readFileSync(record, 'utf8').split('\n').slice(0, -1),
  };
}

/** Pages that have joined, and now act: two actions under way at any time, until all are done. */
async function openVisitors(t: TestContext, origin: string): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  t.after(() => {
    for (const visitor of visitors) visitor.leave();
  });
  const begin: (() => void)[] = [];
  for (let name = 0; name < VISITORS; name++) {
    let count = 0;
    const act = () => {
      if (count < ACTS) visitor.act(`${name} ${count++}`);
    };
    const visitor = await Visitor.open(origin, act);
    visitors.push(visitor);
    begin.push(act, act);
  }
  await waitFor(() => visitors.every(({ isJoined }) => isJoined));
  for (const act of begin) act();
  return visitors;
}

/** A page in the middle of everything: typed in, opened, moved to another address, and acting all the time. */
async function openPage(origin: string, name: string): Promise<Page> {
  const page = await browser.openPage(origin);
  page.setDefaultTimeout(60_000);
  await page.evaluate(() => window.rr({ action: 'tab', value: 'b' }));
  await shows(page, 'h1', 'b');
  await page.click('summary');
  await page.fill('textarea', `half of what ${name} wan`);
  await page.evaluate((name) => {
    document.querySelector('dialog')?.showModal();
    const tally = {
      count: 0,
      done: 0,
      lost: [] as string[],
      stop: false,
      async act(): Promise<void> {
        for (; !tally.stop; tally.done++)
          await window.rr({ action: 'add', value: `${name} ${tally.count++}` });
      },
    };
    Object.assign(window, { tally });
    document.addEventListener('issr:lost', (event) => {
      const { actions } = (event as CustomEvent<{ actions: { value: string }[] }>).detail;
      tally.lost.push(...actions.map(({ value }) => value));
    });
    // Two under way at any time.
    void tally.act();
    void tally.act();
  }, name);
  await page.fill('[name=inside]', `${name} in the dia`);
  return page;
}

async function stateOf(page: Page) {
  return page.evaluate(() => ({
    text: document.querySelector('textarea')?.value,
    inside: document.querySelector<HTMLInputElement>('[name=inside]')?.value,
    isOpen: document.querySelector('details')?.open,
    isModal: document.querySelector('dialog')?.matches(':modal'),
    address: location.href,
    tab: document.querySelector('h1')?.textContent,
    focus: document.activeElement?.getAttribute('name'),
    hasTally: 'tally' in window,
  }));
}

type Tally = { count: number; done: number; lost: string[]; stop: boolean };
const tallyOf = (page: Page) => page.evaluate(() => (window as unknown as { tally: Tally }).tally);

test('a killed server regains its pages and repeats no action', async (t) => {
  const server = await startServer(t);
  const names = ['ann', 'bob', 'cy'];
  const pages = await Promise.all(names.map((name) => openPage(server.origin, name)));
  const before = await Promise.all(pages.map(stateOf));
  const visitors = await openVisitors(t, server.origin);
  await waitFor(() => server.recorded().length > (VISITORS * ACTS) / 3);
  await server.kill();
  const ranBefore = server.recorded().length;
  await Promise.all(pages.map((page) => page.waitForSelector('html[data-issr=reconnecting]')));
  await server.restart();

  await waitFor(() => visitors.every(({ waiting, isJoined }) => isJoined && waiting === 0));
  for (const page of pages) {
    const { done } = await tallyOf(page);
    await page.waitForFunction((done) => (window as unknown as { tally: Tally }).tally.done > done, done);
    await page.evaluate(() => {
      (window as unknown as { tally: Tally }).tally.stop = true;
    });
    await connected(page);
  }
  assert.deepEqual(await Promise.all(pages.map(stateOf)), before);
  for (const [i, page] of pages.entries()) {
    await page.evaluate(() => window.rr());
    const query = JSON.parse((await page.textContent('pre')) ?? '');
    assert.deepEqual(query, { tab: 'b', text: before[i]?.text, inside: before[i]?.inside });
  }

  const recorded = server.recorded();
  assert.equal(new Set(recorded).size, recorded.length, 'no action ran twice');
  const ran = new Set(recorded);
  const lost = visitors.flatMap((visitor) => visitor.lost);
  for (const [name, visitor] of visitors.entries()) {
    assert.equal(visitor.joins, 2);
    assert.equal(visitor.answered.length + visitor.lost.length, ACTS);
    assert.ok(visitor.answered.every((value) => ran.has(value)));
    const order = recorded
      .filter((value) => value.startsWith(`${name} `))
      .map((value) => Number(value.split(' ')[1]));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  }
  for (const [i, page] of pages.entries()) {
    const { count, lost } = await tallyOf(page);
    for (let n = 0; n < count; n++) {
      const value = `${names[i]} ${n}`;
      assert.ok(
        ran.has(value) || lost.includes(value),
        `${value} ran, or the page was told that it may not have`,
      );
    }
  }
  t.diagnostic(
    `${recorded.length} actions ran, ${ranBefore} before the kill; ${lost.length} of ${VISITORS * ACTS} may or may not have`,
  );
  await browser.takeErrors();
});
