import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TokenSigner } from '../../src/signed/token.js';
import { PageDriver } from '../support/page-driver.js';
import { attackByHttp, attackBySocket, attackByUploads, faultOf } from './hostile/attack.js';
import { extremesOf, type Json } from './hostile/extremes.js';
import { Neighbours } from './hostile/neighbours.js';
import { type LongestBlock, SECRET, SiteProcess } from './hostile/site-process.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

const signer = new TokenSigner(SECRET, 60 * 60_000);
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

/** Milliseconds of CPU time for which any message may hold the event loop. */
const MAX_BLOCK = 50;
/** The same for a message that is slow to parse, in times of its `JSON.parse`. */
const MAX_BLOCK_BY_PARSE = 10;
const maxBlockOf = ({ parseMs }: LongestBlock): number => Math.max(MAX_BLOCK, MAX_BLOCK_BY_PARSE * parseMs);
/** Characters of the longest fields: two of them make a message that the default `maxMessageBytes` allows. */
const SIZE = 500_000;
/** A collection of garbage, or the engine's compiler, may fall into a block. */
const ATTEMPTS = 5;

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
    // The first messages also compile the site's code.
    await site.longestBlock();
    neighbours.start();
    await attack(wanted);
    await neighbours.stop();
    const { errors, prototype } = await site.quiet(NEIGHBOURS);
    const growth = (await site.heap()) - before;
    const block = await site.longestBlock();

    context.diagnostic(
      `${seed - first} connections; how they ended: ${JSON.stringify(Object.fromEntries(ends))}`,
    );
    context.diagnostic(`the heap, of ${before} bytes, grew by ${growth}`);
    context.diagnostic(`the longest block by a message: ${JSON.stringify(block)}`);
    assert.deepEqual([errors.length, errors[0], prototype], [0, undefined, 0]);
    assert.ok(growth < MAX_GROWTH, `the heap grew by ${growth}`);
    assert.ok(block.ms <= maxBlockOf(block), JSON.stringify(block));
    await neighbours.close();
    assert.equal(await site.close(), 0);
  });

  test('no field at an extreme holds the event loop for long', async (context) => {
    const limits = {
      maxMessageBytes: 2 ** 20,
      maxParams: 1000,
      maxParamNameLength: 1000,
      maxParamsLength: 2 ** 20,
    };
    const site = await SiteProcess.start(context, limits, 'turns');

    async function blockOf(message: Json[]): Promise<LongestBlock> {
      const page = await PageDriver.load(site.origin, '/');
      await page.connect();
      if (message[0] !== 'join') await page.join();
      await site.longestBlock();
      page.sendRaw(JSON.stringify(message));
      page.sendRaw('["bye"]');
      await page.closed();
      return site.longestBlock();
    }

    const worst: LongestBlock[] = [];
    for (const message of extremesOf(signer.sign('extreme'), 1, SIZE)) {
      let block = await blockOf(message);
      for (let attempt = 1; attempt < ATTEMPTS && block.ms > maxBlockOf(block); attempt++)
        block = await blockOf(message);
      assert.ok(block.ms <= maxBlockOf(block), JSON.stringify(block));
      worst.push(block);
    }
    worst.sort((a, b) => b.ms - a.ms);
    context.diagnostic(`the longest blocks of ${worst.length}: ${JSON.stringify(worst.slice(0, 3))}`);
    assert.deepEqual((await site.quiet(0)).errors, []);
    assert.equal(await site.close(), 0);
  });
});
