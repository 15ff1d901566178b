import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startRecordCluster } from '../support/record-cluster.js';
import { Visitor } from '../support/visitor.js';
import { waitFor } from '../support/wait.js';

const VISITORS = Number(process.env.ISSR_MOVES_VISITORS ?? 100);
const ACTS = Number(process.env.ISSR_MOVES_ACTS ?? 40);
/** Answers between two cuts of a visitor's connection. */
const CUT_EVERY = Number(process.env.ISSR_MOVES_CUT_EVERY ?? 4);

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
    await waitFor(() => visitors.every(({ waiting, done }) => waiting === 0 && done === ACTS));

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
