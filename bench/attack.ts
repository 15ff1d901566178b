/**
 * Measures how long visitors wait for answers while the site is attacked, and while it is not. Site, attackers and
 * visitors are separate processes. Run: `npx tsx bench/attack.ts`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Neighbours, p99 } from '../test/fuzz/hostile/neighbours.js';
import { SiteProcess } from '../test/fuzz/hostile/site-process.js';
import { median } from './measure.js';

const VISITORS = 20;
const ROUNDS = 5;
const ROUND_MS = 3000;
/** Hostile connections a second. */
const RATES = [0, 50, 200, 400];

const ends: (() => void)[] = [];
const site = await SiteProcess.start({ after: (end: () => void) => void ends.push(end) });
const attacker = fork(new URL('./attacker.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
const visitors = await Neighbours.open(site.origin, VISITORS);

/** Sets the number of attackers. Returns the number of messages sent so far. */
async function attackAt(perSecond: number): Promise<number> {
  attacker.send({ port: site.port, perSecond });
  const [messages] = (await once(attacker, 'message')) as [number];
  return messages;
}

async function round(perSecond: number): Promise<{ p99: number; messages: number }> {
  await attackAt(perSecond);
  visitors.latencies.length = 0;
  visitors.start();
  await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  await visitors.stop();
  return { p99: p99(visitors.latencies), messages: ((await attackAt(0)) * 1000) / ROUND_MS };
}

await round(RATES.at(-1) ?? 0);
const rounds = RATES.map(() => [] as Awaited<ReturnType<typeof round>>[]);
for (let i = 0; i < ROUNDS; i++) {
  for (const [at, rate] of RATES.entries()) rounds[at]?.push(await round(rate));
}
console.log(`\n${VISITORS} visitors; medians of ${ROUNDS} rounds in turn\n`);
console.log(
  '| hostile connections a second | messages a second | p99 of the others | beside peace |\n| ---: | ---: | ---: | ---: |',
);
const quiet = median(rounds[0]?.map(({ p99 }) => p99) ?? []);
for (const [at, rate] of RATES.entries()) {
  const latency = median(rounds[at]?.map(({ p99 }) => p99) ?? []);
  const messages = median(rounds[at]?.map(({ messages }) => messages) ?? []);
  console.log(
    `| ${rate} | ${messages.toFixed(0)} | ${latency.toFixed(1)} ms | ${(latency / quiet).toFixed(1)} |`,
  );
}
await visitors.close();
attacker.disconnect();
await site.close();
for (const end of ends) end();
