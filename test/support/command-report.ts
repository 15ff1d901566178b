import assert from 'node:assert/strict';

/** The commands of one page, each of them `name number`, and what became of them. */
export interface CommandReport {
  name: string;
  given: number;
  answered: string[];
  lost: string[];
  errors: unknown[];
}

/**
 * Each command ran once, in order, or is reported as in doubt.
 *
 * @param ran the commands of all pages
 * @param options `isLostInOrder: false` if one in doubt may run late
 */
export function assertOnce(
  { name, given, answered, lost, errors }: CommandReport,
  ran: string[],
  { isLostInOrder = true } = {},
): void {
  assert.deepEqual(errors, [], `no command of ${name} ran twice`);
  const own = ran.filter((value) => value.startsWith(`${name} `));
  const ordered = own.filter((value) => isLostInOrder || !lost.includes(value));
  const numbers = ordered.map((value) => Number(value.split(' ')[1]));
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
    `the order of ${name}`,
  );
  assert.deepEqual(
    answered.filter((value) => !own.includes(value)),
    [],
    'each answered command ran',
  );
  assert.equal(new Set([...own, ...lost]).size, given, `each command of ${name} ran or is reported`);
}
