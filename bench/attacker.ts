/** A process of its own that attacks a site at a given rate, for `attack.ts`; says how many messages it has sent. */

import { attackByHttp, attackBySocket } from '../test/fuzz/hostile/attack.js';
import { Random } from '../test/fuzz/random.js';

const TICK_MS = 20;
const AT_ONCE = 64;
const underWay = new Set<Promise<void>>();
let seed = 1;
let messages = 0;
let timer: NodeJS.Timeout | undefined;

async function attack(port: number): Promise<void> {
  const random = new Random(seed++);
  const outcome = await (random.chance(0.15) ? attackByHttp : attackBySocket)(port, random);
  messages += outcome.messages;
}

function begin(port: number): void {
  if (underWay.size >= AT_ONCE) return;
  const attacking = attack(port).finally(() => underWay.delete(attacking));
  underWay.add(attacking);
}

process.on('message', async ({ port, perSecond }: { port: number; perSecond: number }) => {
  clearInterval(timer);
  await Promise.all(underWay);
  process.send?.(messages);
  messages = 0;
  let due = 0;
  timer = setInterval(() => {
    for (due += (perSecond * TICK_MS) / 1000; due >= 1; due--) begin(port);
  }, TICK_MS);
});
process.on('disconnect', () => process.exit());
