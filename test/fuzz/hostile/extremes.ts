import { PROTOCOL_VERSION } from '../../../src/protocol.js';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Characters of the longest messages. A message of the attacked site has 16 KiB at most. */
const SIZE = 15_000;
const nested = JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as Json;

/** Values of another type than any field has. */
export const OTHER_TYPES: Json[] = [null, true, 0, 'x', {}, { length: 1 }, [[]], [null], nested];

type Extremes = Record<'texts' | 'numbers' | 'urls' | 'params' | 'changes' | 'actions' | 'files', Json[]>;

const known = new Map<number, Extremes>();

/** The extremes of each kind of field, in at most `size` characters. */
function extremesBySize(size: number): Extremes {
  const list = (itemSize: number, item: Json): Json[] => Array(Math.floor(size / itemSize)).fill(item);
  const long = 'x'.repeat(size);
  const wide = '中'.repeat(size / 3);
  const params: Json[] = [
    [[long, '']],
    [[wide, wide]],
    [['a', list(3, '')]],
    list(10, ['a', '']),
    list(13, '').map((_, i) => [`p${i}`, '']),
    [['__proto__', '1']],
  ];
  return {
    texts: ['', long, wide, '\ud800'.repeat(size / 6), '%'.repeat(size / 3), '\u0000', '__proto__'],
    numbers: [-1, 0.5, 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 1e308],
    urls: [`/?${'a&'.repeat(size / 2)}`, `/${long}`, `/?${wide}`, `/?${'%'.repeat(size)}`, '/%', '//x', ''],
    params,
    changes: [...params.map((changed) => [changed, []]), [[], list(4, 'a')], [[], [long]]],
    actions: [
      Array<Json>(100).fill(['run', '']),
      list(12, ['run', '']),
      [[wide, wide]],
      [['run', long]],
      [['__proto__', '']],
    ],
    files: [[['photo', list(4, 'a')]], list(14, ['photo', []]), [[wide, [wide]]], [['photo', [long]]]],
  };
}

/** The values of each operand of each verb: a valid one first, then those at an extreme of the field. */
export function fieldsOf(token: string, number: number, size = SIZE): Record<string, Json[][]> {
  const extremes = known.get(size) ?? extremesBySize(size);
  known.set(size, extremes);
  const { texts, numbers, urls, params, changes, actions, files } = extremes;
  const counts = [0, ...numbers];
  return {
    join: [
      [PROTOCOL_VERSION, ...numbers],
      [token, ...texts],
      ['/', ...urls],
      [[], ...params],
      counts,
      counts,
      counts,
      ['', ...texts],
      ['', ...texts],
    ],
    event: [
      [number, ...numbers],
      [[[], []], ...changes],
      [[], ...actions],
      ['/', ...urls],
    ],
    params: [[[[], []], ...changes]],
    files: [[[], ...files]],
    resync: [],
    ping: [],
    bye: [],
  };
}

/** A message of each verb for each extreme of each operand, with valid values in the others. */
export function extremesOf(token: string, number: number, size = SIZE): Json[][] {
  return Object.entries(fieldsOf(token, number, size)).flatMap(([verb, operands]) => {
    const valid = operands.map(([first]) => first as Json);
    const each = operands.flatMap((values, i) =>
      [...values, ...OTHER_TYPES].map((value) => [verb, ...valid.with(i, value)]),
    );
    const shortened = valid.map((_, i) => [verb, ...valid.slice(0, i)]);
    return [[verb, ...valid], [verb, ...valid, 'more'], ...shortened, ...each];
  });
}
