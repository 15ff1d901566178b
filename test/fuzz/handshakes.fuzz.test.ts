import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hostileHandshake } from './hostile/handshakes.js';
import { Neighbours } from './hostile/neighbours.js';
import { hostileRequest, request } from './hostile/requests.js';
import { SiteProcess } from './hostile/site-process.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

/** `npm run fuzz` is the long run. */
const runs = Number(process.env.ISSR_FUZZ_HANDSHAKES ?? 600);
const first = firstSeed();
const AT_ONCE = 8;
const NEIGHBOURS = 2;

type Maker = (random: Random, port: number) => string | Buffer;

suite('a site under hostile requests', () => {
  for (const [what, make] of Object.entries<Maker>({
    handshakes: hostileHandshake,
    'requests of its own routes': hostileRequest,
  })) {
    test(`answers or refuses ${runs} ${what} (seed ${first})`, async (context) => {
      const site = await SiteProcess.start(context);
      const neighbours = await Neighbours.open(site.origin, NEIGHBOURS);
      neighbours.start();
      const statuses = new Map<number, number>();
      let seed = first;
      const attacker = async () => {
        while (seed < first + runs) {
          const own = seed++;
          const status = await request(site.port, make(new Random(own), site.port));
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          assert.ok(status < 500, `seed ${own}: ${status}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, attacker));
      await neighbours.stop();
      const { errors, prototype } = await site.quiet(NEIGHBOURS);
      context.diagnostic(
        `how often which status (0 is none): ${JSON.stringify(Object.fromEntries(statuses))}`,
      );
      assert.deepEqual([errors.length, errors[0], prototype], [0, undefined, 0]);
      await neighbours.close();
      assert.equal(await site.close(), 0);
    });
  }
});
