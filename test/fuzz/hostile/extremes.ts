import { PROTOCOL_VERSION } from '../../../src/protocol.js';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A message of the attacked site has 16 KiB at most. */
const LONG = 15_000;
const long = 'x'.repeat(LONG);
const wide = '中'.repeat(LONG / 3);
const nested = JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as Json;

const TEXTS = ['', long, wide, '\ud800'.repeat(2000), '%'.repeat(5000), '\u0000', '__proto__'];
const NUMBERS = [-1, 0.5, 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 1e308];
const URLS = [`/?${'a&'.repeat(7000)}`, `/${long}`, `/?${wide}`, `/?${'%'.repeat(9000)}`, '/%', '//x', ''];
const PARAMS: Json[] = [
  [[long, '']],
  [[wide, wide]],
  [['a', Array<Json>(5000).fill('')]],
  Array<Json>(1500).fill(['a', '']),
  Array.from({ length: 1200 }, (_, i) => [`p${i}`, '']),
  [['__proto__', '1']],
];
const CHANGES: Json[] = [
  ...PARAMS.map((changed) => [changed, []]),
  [[], Array<Json>(3500).fill('a')],
  [[], [long]],
];
const ACTIONS: Json[] = [
  Array<Json>(100).fill(['run', '']),
  Array<Json>(1200).fill(['run', '']),
  [[wide, wide]],
  [['run', long]],
  [['__proto__', '']],
];
const FILES: Json[] = [
  [['photo', Array<Json>(3500).fill('a')]],
  Array<Json>(1000).fill(['photo', []]),
  [[wide, [wide]]],
  [['photo', [long]]],
];

/** Values of another type than any field has. */
export const OTHER_TYPES: Json[] = [null, true, 0, 'x', {}, { length: 1 }, [[]], [null], nested];

/** The values of each operand of each verb: a valid one first, then those at an extreme of the field. */
export function fieldsOf(token: string, number: number): Record<string, Json[][]> {
  const counts = [0, ...NUMBERS];
  return {
    join: [
      [PROTOCOL_VERSION, ...NUMBERS],
      [token, ...TEXTS],
      ['/', ...URLS],
      [[], ...PARAMS],
      counts,
      counts,
      counts,
      ['', ...TEXTS],
    ],
    event: [
      [number, ...NUMBERS],
      [[[], []], ...CHANGES],
      [[], ...ACTIONS],
      ['/', ...URLS],
    ],
    params: [[[[], []], ...CHANGES]],
    files: [[[], ...FILES]],
    resync: [],
    ping: [],
    bye: [],
  };
}

/** A message of each verb for each extreme of each operand, with valid values in the others. */
export function extremesOf(token: string, number: number): Json[][] {
  return Object.entries(fieldsOf(token, number)).flatMap(([verb, operands]) => {
    const valid = operands.map(([first]) => first as Json);
    const each = operands.flatMap((values, i) =>
      [...values, ...OTHER_TYPES].map((value) => [verb, ...valid.with(i, value)]),
    );
    const shortened = valid.map((_, i) => [verb, ...valid.slice(0, i)]);
    return [[verb, ...valid], [verb, ...valid, 'more'], ...shortened, ...each];
  });
}
