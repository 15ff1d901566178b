import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fragment, h } from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import { renderView } from '../../src/render/render.js';
import { KnownTemplates } from '../../src/render/vnodes/known-template.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';
import { asItIs, TreeMaker } from './trees.js';

const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 1000);
const first = firstSeed();
const seeds = Array.from({ length: runs }, (_, index) => first + index);

const make = (seed: number, canSuspend: boolean) => new TreeMaker(new Random(seed), canSuspend).element();

/** Makes about the same as another generator of its seed. */
class Similar extends Random {
  readonly #other: Random;

  constructor(seed: number, other: Random) {
    super(seed);
    this.#other = other;
  }

  override next(): number {
    const same = super.next();
    return this.#other.chance(0.01) ? this.#other.next() : same;
  }
}

/** Promises that settle in another order than they were made. */
function makeWithPromises(seed: number) {
  const random = new Random(seed + 1);
  const later = <Value>(value: Value): Value => {
    if (random.chance(0.3)) return value;
    let promise: Promise<unknown> = Promise.resolve();
    for (let ticks = random.below(9); ticks > 0; ticks--) promise = promise.then(() => {});
    return promise.then(() => value) as Value;
  };
  return new TreeMaker(new Random(seed), true, later).element();
}

/** The HTML, or the message of the error. The attribute for keys is the plugin's own, and ids may be counted from another number. */
async function outcome(render: () => unknown): Promise<string> {
  const ids: string[] = [];
  const idOf = (id: string): string => {
    if (!ids.includes(id)) ids.push(id);
    return `P${ids.indexOf(id)}`;
  };
  try {
    return String(await render())
      .replace(/ Key="[\w:]*"/g, '')
      .replace(/P\d+(-\d+)+/g, idOf);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The HTML as it is, or the message of the error. */
async function exactOutcome(render: () => unknown): Promise<string> {
  try {
    return String(await render());
  } catch (error) {
    return (error as Error).message;
  }
}

/** Leaves out the comments around what was suspended, and end tags of void elements whose children came to nothing. */
const unmarked = (html: string): string =>
  html.replace(/<!--\/?\$s-->/g, '').replace(/(?<!\/)><\/(br|col|hr|img|input)>/g, '/>');

suite('pages are rendered as the renderer alone does', async () => {
  // Before the renderer is extended, for all of the process.
  const expected = new Map<string, string>();
  for (const seed of seeds) {
    expected.set(`${seed}`, await outcome(() => renderToString(make(seed, false))));
    expected.set(
      `${seed} async`,
      await outcome(() => renderToStringAsync(h(Fragment, null, make(seed, true)))),
    );
  }
  for (const seed of seeds) {
    const view = new TreeMaker(new Random(seed), true, asItIs).element();
    expected.set(
      `${seed} awaited`,
      unmarked(await outcome(() => renderToStringAsync(h(Fragment, null, view)))),
    );
  }

  test(`${runs} trees`, async () => {
    for (const seed of seeds) {
      const html = await outcome(() => renderView(make(seed, false), undefined));
      assert.equal(html, expected.get(`${seed}`), `ISSR_FUZZ_SEED=${seed}`);
    }
  });

  test(`${runs} trees whose components may suspend`, async () => {
    for (const seed of seeds) {
      const view = make(seed, true);
      const html = await outcome(() => renderView(view, undefined));
      assert.equal(html, expected.get(`${seed} async`), `ISSR_FUZZ_SEED=${seed}`);
    }
  });

  test(`${runs} trees with promises, as with their values`, async () => {
    for (const seed of seeds) {
      const html = unmarked(await outcome(() => renderView(makeWithPromises(seed), undefined)));
      assert.equal(html, expected.get(`${seed} awaited`), `ISSR_FUZZ_SEED=${seed}`);
    }
  });

  test(`${runs} trees, each after others that are much like it`, async () => {
    for (const seed of seeds) {
      const known = new KnownTemplates();
      for (let version = 0; version < 6; version++) {
        const similar = () =>
          new TreeMaker(new Similar(seed, new Random(7 * seed + version)), seed % 4 === 0).element();
        const html = await exactOutcome(() => renderView(similar(), undefined, known));
        const alone = await exactOutcome(() => renderView(similar(), undefined));
        assert.equal(html, alone, `ISSR_FUZZ_SEED=${seed}, version ${version}`);
      }
    }
  });
});
