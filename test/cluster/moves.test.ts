import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startRecordCluster } from '../support/record-cluster.js';
import { Visitor } from '../support/visitor.js';
import { waitFor } from '../support/wait.js';

const IS_FULL = process.env.ISSR_MOVES === 'full';
const VISITORS = IS_FULL ? 300 : 100;
/** Cuts of each visitor's connection. */
const CUTS = IS_FULL ? 50 : 10;
/** Answers between two cuts. */
const CUT_EVERY = IS_FULL ? 1 : 4;
/** Commands of each visitor. */
const ACTS = CUTS * CUT_EVERY;

for (const { title, kills } of [
  { title: 'pages that move at each cut run each action once, in order', kills: false },
  { title: 'a process killed amid actions runs none twice and reports doubts', kills: true },
]) {
  test(title, async (t) => {
    const { processes, origin, commands } = await startRecordCluster(t);
    const visitors = await openVisitors(t, origin);
    if (kills) {
      await waitFor(() => commands.count > (VISITORS * ACTS) / 3);
      await processes[0]?.kill();
    }
    await allDone(visitors);

    const ran = commands.values();
    for (const [name, { answered, errors }] of visitors.entries()) {
      assert.deepEqual(errors, [], 'no action ran twice');
      const ofVisitor = ran.filter((value) => value.startsWith(`${name} `));
      assert.ok(answered.every((value) => ofVisitor.includes(value)));
      const numbers = ofVisitor.map((value) => Number(value.split(' ')[1]));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    }
    const joins = visitors.reduce((sum, visitor) => sum + visitor.joins, 0);
    const lost = visitors.reduce((sum, visitor) => sum + visitor.lost.length, 0);
    if (!kills) assert.equal(ran.length, VISITORS * ACTS);
    t.diagnostic(`${ran.length} actions ran, ${joins} joins, ${lost} of ${VISITORS * ACTS} in doubt`);
  });
}

/** Resolves when all commands are answered or lost. Only a standstill fails the test. */
async function allDone(visitors: Visitor[]): Promise<void> {
  const count = () => visitors.reduce((sum, { done }) => sum + done, 0);
  for (let before = count(); before < VISITORS * ACTS; before = count())
    await waitFor(() => count() > before);
  await waitFor(() => visitors.every(({ waiting }) => waiting === 0));
}

/** Pages with two actions under way at any time, which drop their connection again and again. */
async function openVisitors(t: TestContext, origin: string): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  t.after(() => {
    for (const visitor of visitors) visitor.leave();
  });
  for (let name = 0; name < VISITORS; name++) {
    let count = 0;
    let nextCut = CUT_EVERY;
    const visitor = await Visitor.open(origin, () => {
      if (count < ACTS) visitor.act(`${name} ${count++}`);
      if (visitor.answered.length < nextCut) return;
      nextCut += CUT_EVERY;
      visitor.cut();
    });
    visitors.push(visitor);
    visitor.act(`${name} ${count++}`);
    visitor.act(`${name} ${count++}`);
  }
  return visitors;
}
