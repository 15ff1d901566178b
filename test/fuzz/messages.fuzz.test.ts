import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { attackByHttp, attackBySocket, attackByUploads, faultOf } from './hostile/attack.js';
import { Neighbours } from './hostile/neighbours.js';
import { SiteProcess } from './hostile/site-process.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

/** `npm run fuzz` is the long run. */
const wanted = Number(process.env.ISSR_FUZZ_MESSAGES ?? 4000);
const first = firstSeed();
/** Most often by a websocket. */
const WAYS = [...Array(8).fill(attackBySocket), attackByHttp, attackByUploads];
const AT_ONCE = 16;
const NEIGHBOURS = 5;
/** Messages after which the heap is measured first. */
const WARM_UP = 5000;
/**
 * Allowed growth of the heap in bytes: 3 MB of code and type feedback that the engine gathers, and per message less
 * than the smallest object.
 */
const MAX_GROWTH = 4 * 1024 * 1024 + 16 * wanted;

suite('a site under hostile messages', () => {
  test(`answers or refuses each of ${wanted} (seed ${first})`, async (context) => {
    const site = await SiteProcess.start(context);
    const neighbours = await Neighbours.open(site.origin, NEIGHBOURS);
    let seed = first;
    const ends = new Map<string, number>();

    const attack = async (count: number): Promise<void> => {
      let messages = 0;
      const attacker = async () => {
        while (messages < count) {
          const own = seed++;
          const random = new Random(own);
          const by = random.pick(WAYS);
          const outcome = await by(site.port, random);
          messages += outcome.messages;
          ends.set(outcome.end, (ends.get(outcome.end) ?? 0) + 1);
          assert.equal(faultOf(outcome), undefined, `seed ${own}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, attacker));
    };

    neighbours.start();
    await attack(Math.min(wanted / 2, WARM_UP));
    await neighbours.stop();
    await site.quiet(NEIGHBOURS);
    const before = await site.heap();
    neighbours.start();
    await attack(wanted);
    await neighbours.stop();
    const { errors, prototype } = await site.quiet(NEIGHBOURS);
    const growth = (await site.heap()) - before;

    context.diagnostic(
      `${seed - first} connections; how they ended: ${JSON.stringify(Object.fromEntries(ends))}`,
    );
    context.diagnostic(`the heap, of ${before} bytes, grew by ${growth}`);
    assert.deepEqual([errors.length, errors[0], prototype], [0, undefined, 0]);
    assert.ok(growth < MAX_GROWTH, `the heap grew by ${growth}`);
    await neighbours.close();
    assert.equal(await site.close(), 0);
  });
});
