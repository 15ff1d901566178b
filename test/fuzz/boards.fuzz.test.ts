import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertDiffs } from './check.js';
import { Random } from './random.js';
import { firstSeed } from './seed.js';

const runs = Number(process.env.ISSR_FUZZ_RUNS ?? 1000);
const first = firstSeed();

/** The numbers of the cards in each column. */
type Board = number[][];

/** Columns without ids, whose cards have ids, keys or named fields. */
class BoardMaker {
  readonly #random: Random;
  readonly #writeCard: (card: number) => string;
  readonly #filler: string;
  readonly #isTitled: boolean;
  #cards = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#writeCard = random.pick([
      (card: number) => `<li id="c${card}">${card % 3}</li>`,
      (card: number) => `<li key="c${card}">${card % 3}</li>`,
      (card: number) => `<li><input name="c${card}">${card % 3}</li>`,
    ]);
    this.#filler = 'x'.repeat(random.pick([5, 400]));
    this.#isTitled = random.chance(0.5);
  }

  create(): Board {
    const longest = this.#random.chance(0.1) ? 40 : 6;
    return Array.from({ length: 1 + this.#random.below(5) }, () =>
      Array.from({ length: this.#random.below(longest) }, () => this.#cards++),
    );
  }

  /** Moves cards, most of them from or to the top of a column, and adds and removes cards and columns. */
  changed(board: Board): Board {
    const random = this.#random;
    const columns = board.map((cards) => [...cards]);
    const place = (cards: number[]) => (random.chance(0.6) ? 0 : random.below(cards.length + 1));
    for (let change = random.below(3); change >= 0; change--) {
      const [from, to] = [random.pick(columns), random.pick(columns)];
      const kind = random.below(6);
      if (kind === 0) to.splice(place(to), 0, this.#cards++);
      else if (kind === 1) from.splice(place(from), 1);
      else if (kind === 2 && columns.length > 1) columns.splice(random.below(columns.length), 1);
      else if (kind === 3) columns.splice(random.below(columns.length), 0, []);
      else to.splice(place(to), 0, ...from.splice(place(from), 1));
    }
    return columns;
  }

  write(board: Board): string {
    const columns = board.map((cards, index) => {
      const title = this.#isTitled ? `<h2>Column ${index % 3}</h2>` : '';
      return `<section>${title}<ul>${cards.map(this.#writeCard).join('')}</ul>${this.#filler}</section>`;
    });
    return `<!DOCTYPE html><html><head></head><body><main>${columns.join('')}</main><p>${'y'.repeat(300)}</p></body></html>`;
  }
}

suite('diff of random boards', () => {
  test(`leads from each board to the next, ${runs} pairs from seed ${first}`, () => {
    for (let seed = first; seed < first + runs / 2; seed++) {
      const maker = new BoardMaker(new Random(seed));
      const board = maker.create();
      const next = maker.changed(board);
      const pages = [board, next, maker.changed(next)].map((each) => maker.write(each));
      try {
        assertDiffs(pages);
      } catch (error) {
        assert.fail(`seed ${seed}: ${pages.join('\n')}\n${error}`);
      }
    }
  });
});
