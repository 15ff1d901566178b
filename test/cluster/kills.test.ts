import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { useBrowser } from '../support/browser.js';
import type { ClusterProcess } from '../support/cluster.js';
import { act, begin, end } from '../support/command-page.js';
import { assertOnce, type CommandReport } from '../support/command-report.js';
import { PageDriver } from '../support/page-driver.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { Visitor } from '../support/visitor.js';
import { waitFor } from '../support/wait.js';

const KILLS = Number(process.env.ISSR_KILLS ?? 20);
const VISITORS = 12;
const BROWSER_PAGES = 1;
/** Commands that run between the start of a process and the next kill. */
const COMMANDS = 20;
/** Milliseconds that a visitor thinks at most before the next command. */
const THINKING = 600;
/** Milliseconds until the records of a killed process and of a closed one are gone. */
const [DEATH, CLOSE] = [15_000, 5000];

const browser = useBrowser();

test(`${KILLS} kills amid commands run none twice and report the lost`, async (t) => {
  const { processes, origin, commands, restart } = await startRecordCluster(t, { pingInterval: 3000 });
  const closing = new AbortController();
  const visitors = await openVisitors(t, origin, closing.signal);
  const browsers = await openBrowsers(origin, closing.signal);
  const present = new Map<ClusterProcess, PageDriver>();
  const appear = async (process: ClusterProcess, who: string) =>
    present.set(process, await PageDriver.open(process.origin, `/?who=${who}`));
  for (const [index, process] of processes.entries()) await appear(process, `first${index}`);

  for (let kill = 0; kill < KILLS; kill++) {
    const [index, before] = [kill % processes.length, commands.count];
    await waitFor(() => commands.count >= before + COMMANDS);
    const process = processes[index] as ClusterProcess;
    present.delete(process);
    await process.kill();
    if (kill < KILLS - 1) await appear(await restart(index), `after${kill}`);
  }
  await assertPresence(t, present);
  closing.abort();

  const reports = await Promise.all([...visitors, ...browsers]);
  const ran = commands.values();
  for (const report of reports) assertOnce(report, ran);
  const lost = reports.flatMap((report) => report.lost);
  assert.ok(lost.length > 0, 'a kill hit a command');
  t.diagnostic(`${ran.length} commands ran, ${lost.length} in doubt after ${KILLS} kills`);
  await browser.takeErrors();
});

/** After a kill, and after a close, the pages that are left see each other and no others. */
async function assertPresence(t: TestContext, present: Map<ClusterProcess, PageDriver>): Promise<void> {
  const areAlone = () => {
    const pages = [...present.values()];
    const names = pages.map(({ url }) => url.replace('/?who=', '')).sort();
    return pages.every(({ text }) => text === `0${names.join('+')}`);
  };
  const killed = performance.now();
  await waitFor(areAlone, 'presence after a kill');
  const afterKill = performance.now() - killed;
  const [process] = present.keys();
  assert.ok(process);
  present.delete(process);
  await process.close();
  const closed = performance.now();
  await waitFor(areAlone, 'presence after a close');
  const afterClose = performance.now() - closed;
  t.diagnostic(
    `presence right ${Math.round(afterKill)} ms after a kill, ${Math.round(afterClose)} ms after a close`,
  );
  assert.ok(afterKill < DEATH);
  assert.ok(afterClose < CLOSE);
}

/** Pages with two commands under way. Each resolves when its last command is answered. */
async function openVisitors(
  t: TestContext,
  origin: string,
  closing: AbortSignal,
): Promise<Promise<CommandReport>[]> {
  const reports: Promise<CommandReport>[] = [];
  const closed = once(closing, 'abort');
  for (let i = 0; i < VISITORS; i++) {
    const name = `visitor${i}`;
    let given = 0;
    const give = () => {
      if (!closing.aborted) visitor.act(`${name} ${given++}`);
    };
    const visitor = await Visitor.open(origin, () => setTimeout(give, THINKING * Math.random()));
    t.after(() => visitor.leave());
    give();
    give();
    const run = async (): Promise<CommandReport> => {
      await closed;
      await waitFor(() => visitor.waiting === 0);
      const { answered, lost, errors } = visitor;
      return { name, given, answered, lost, errors };
    };
    reports.push(run());
  }
  return reports;
}

/** Real pages that give commands while their visitors type. */
async function openBrowsers(origin: string, closing: AbortSignal): Promise<Promise<CommandReport>[]> {
  const reports: Promise<CommandReport>[] = [];
  for (let i = 0; i < BROWSER_PAGES; i++) {
    const page = await browser.openPage(`${origin}/draft`);
    await begin(page);
    const name = `browser${i}`;
    const run = async (): Promise<CommandReport> => {
      let given = 0;
      while (!closing.aborted) {
        await act(page, `${name} ${given++}`);
        await page.waitForTimeout(THINKING * Math.random());
      }
      const { draft, focused, lost, errors } = await end(page);
      assert.equal(draft, 'x'.repeat(given));
      assert.equal(focused, 'draft');
      return { name, given, answered: [], lost, errors };
    };
    reports.push(run());
  }
  return reports;
}
