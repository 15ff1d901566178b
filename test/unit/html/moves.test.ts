import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { movesToSort } from '../../../src/html/change/moves.js';
import { Random } from '../../fuzz/random.js';

function sorted(ranks: number[]): number[] {
  const list = [...ranks];
  const moves = movesToSort(ranks);
  for (let i = 0; i < moves.length; i += 2)
    list.splice(moves[i + 1] as number, 0, ...list.splice(moves[i] as number, 1));
  return list;
}

suite('movesToSort', () => {
  test('moves one item for one that is out of place', () => {
    assert.deepEqual(movesToSort([0, 1, 2]), []);
    assert.deepEqual(movesToSort([3, 0, 1, 2]), [0, 3]);
    assert.deepEqual(movesToSort([1, 2, 3, 0]), [3, 0]);
    assert.deepEqual(movesToSort([1, 0]).length, 2);
    assert.deepEqual(movesToSort([0, 4, 2, 3, 1, 5]).length, 4);
  });

  test('sorts any list', () => {
    const random = new Random(1);
    for (let run = 0; run < 500; run++) {
      const ranks = Array.from({ length: random.below(20) }, (_, i) => i);
      for (let i = ranks.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [ranks[i], ranks[j]] = [ranks[j] as number, ranks[i] as number];
      }
      assert.deepEqual(
        sorted(ranks),
        [...ranks].sort((a, b) => a - b),
      );
    }
  });
});
