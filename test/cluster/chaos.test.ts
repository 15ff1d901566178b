import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { useBrowser } from '../support/browser.js';
import { act, begin, end } from '../support/command-page.js';
import { assertOnce, type CommandReport } from '../support/command-report.js';
import { PageDriver } from '../support/page-driver.js';
import { startRecordCluster } from '../support/record-cluster.js';
import { Visitor } from '../support/visitor.js';
import { waitFor } from '../support/wait.js';

/** Milliseconds in which faults begin. */
const DURATION = 1000 * Number(process.env.ISSR_CHAOS_SECONDS ?? 12);
const SEED = Number(process.env.ISSR_CHAOS_SEED ?? Date.now() % 1_000_000);
const VISITORS = 8;
/** Milliseconds that a visitor thinks at most before the next command. */
const THINKING = 300;
/** Milliseconds after which a page gives a silent connection up. */
const SILENCE = 4000;

const browser = useBrowser();

type Cluster = Awaited<ReturnType<typeof startRecordCluster>>;
type Random = () => number;

/** A fault, which is over when it resolves. */
type Fault = (cluster: Cluster, random: Random, visitors: readonly Visitor[]) => Promise<void>;

const anyProcess = (random: Random) => Math.floor(3 * random());

const faults: Record<string, Fault> = {
  async kill({ processes, restart }, random) {
    const index = anyProcess(random);
    await processes[index]?.kill();
    await sleep(500 * random());
    await restart(index);
  },
  async deploy({ processes, restart }, random) {
    const index = anyProcess(random);
    await processes[index]?.close();
    await restart(index);
  },
  async freeze({ processes }, random) {
    const process = processes[anyProcess(random)];
    process?.pause();
    await sleep(4000 * random());
    process?.resume();
  },
  async restartRedis({ redis }, random) {
    await redis.stop();
    await sleep(1500 * random());
    await redis.start();
  },
  async freezeRedis({ redis }, random) {
    redis.pause();
    await sleep(2500 * random());
    redis.resume();
  },
  async cutRedis({ redis }, random) {
    await redis.run(`CLIENT KILL TYPE ${random() < 0.5 ? 'normal' : 'pubsub'}`);
    await sleep(300 * random());
  },
  async cutVisitors(_cluster, random, visitors) {
    for (const visitor of visitors) if (random() < 0.5) visitor.cut();
    await sleep(300 * random());
  },
};

/** Numbers from 0 to 1 that a seed decides. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('random faults lose no command, no text and no visitor', async (t) => {
  t.diagnostic(`ISSR_CHAOS_SEED=${SEED}`);
  const random = createRandom(SEED);
  const cluster = await startRecordCluster(
    t,
    { pingInterval: 2000 },
    { probeInterval: 500, commandTimeout: 1000 },
  );
  const closing = new AbortController();
  const { visitors, reports } = await openVisitors(t, cluster.origin, closing.signal);
  const { report } = await openBrowser(cluster.origin, closing.signal);
  const names = Object.keys(faults);
  const made: string[] = [];
  for (const over = performance.now() + DURATION; performance.now() < over; ) {
    const name = names[Math.floor(names.length * random())] ?? '';
    made.push(name);
    await faults[name]?.(cluster, random, visitors);
    await sleep(1500 * random());
  }
  closing.abort();
  t.diagnostic(made.join(' '));
  for (const one of await Promise.all([...reports(), report]))
    assertOnce(one, cluster.commands.values(), { isLostInOrder: false });
  await assertPresence(cluster, visitors.length);
  await browser.takeErrors();
});

/** Each process lists all visitors, and no page that is gone. */
async function assertPresence({ processes }: Cluster, visitors: number): Promise<void> {
  const open = (process: Cluster['processes'][number], index: number) =>
    PageDriver.open(process.origin, `/?who=process${index}`);
  const observers = await Promise.all(processes.map(open));
  const present = [
    ...Array.from(observers, (_, index) => `process${index}`),
    ...Array.from({ length: visitors }, (_, index) => `visitor${index}`),
  ];
  const text = `0${present.sort().join('+')}`;
  await waitFor(() => observers.every((observer) => observer.text === text), 'presence is right');
}

/** Pages that are present, with two commands under way. */
async function openVisitors(t: TestContext, origin: string, closing: AbortSignal) {
  const visitors: Visitor[] = [];
  const given: number[] = [];
  for (let index = 0; index < VISITORS; index++) {
    const give = () => {
      if (closing.aborted) return;
      given[index] = (given[index] ?? 0) + 1;
      visitor.act(`visitor${index} ${given[index]}`);
    };
    const onAnswer = () => setTimeout(give, THINKING * Math.random());
    const visitor = await Visitor.open(origin, onAnswer, `/?who=visitor${index}`);
    visitors.push(visitor);
    t.after(() => visitor.leave());
    give();
    give();
  }
  const heartbeat = setInterval(() => {
    for (const visitor of visitors) visitor.cutIfSilent(SILENCE);
  }, SILENCE / 4);
  t.after(() => clearInterval(heartbeat));
  const report = async (visitor: Visitor, index: number): Promise<CommandReport> => {
    await waitFor(() => visitor.isJoined && visitor.waiting === 0);
    const { answered, lost, errors } = visitor;
    return { name: `visitor${index}`, given: given[index] ?? 0, answered, lost, errors };
  };
  return { visitors, reports: () => visitors.map(report) };
}

/** Gives commands while it types, in a real browser. Resolves to a promise that ends with the run. */
async function openBrowser(
  origin: string,
  closing: AbortSignal,
): Promise<{ report: Promise<CommandReport> }> {
  const page = await browser.openPage(`${origin}/draft`);
  await begin(page);
  const run = async (): Promise<CommandReport> => {
    let given = 0;
    while (!closing.aborted) {
      await act(page, `browser ${++given}`);
      await page.waitForTimeout(THINKING * Math.random());
    }
    const { draft, focused, lost, errors } = await end(page);
    assert.equal(draft, 'x'.repeat(given), 'what was typed');
    assert.equal(focused, 'draft');
    return { name: 'browser', given, answered: [], lost, errors };
  };
  return { report: run() };
}
