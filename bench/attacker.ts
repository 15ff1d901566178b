/** A process of its own that attacks a site at a given rate, for `attack.ts`; says how many messages it has sent. */

import { attackByHttp, attackBySocket } from '../test/fuzz/hostile/attack.js';
import { Random } from '../test/fuzz/random.js';

const TICK_MS = 20;
let seed = 1;
let messages = 0;
let timer: NodeJS.Timeout | undefined;

async function attack(port: number): Promise<void> {
  const random = new Random(seed++);
  const outcome = await (random.chance(0.15) ? attackByHttp : attackBySocket)(port, random);
  messages += outcome.messages;
}

process.on('message', ({ port, perSecond }: { port: number; perSecond: number }) => {
  clearInterval(timer);
  process.send?.(messages);
  messages = 0;
  let due = 0;
  timer = setInterval(() => {
    for (due += (perSecond * TICK_MS) / 1000; due >= 1; due--) void attack(port);
  }, TICK_MS);
});
process.on('disconnect', () => process.exit());
