import { errors } from '../errors.js';

/** What an option may be. */
export interface OptionRule {
  /** In words, after "must be". */
  expected: string;
  allows(value: unknown): boolean;
}

/** @throws ISSR_ERR_OPTION naming the first option that has a value which it cannot have */
export function assertOptions<Options extends object>(
  options: Options,
  rules: { [Name in keyof Options]-?: OptionRule },
): void {
  for (const [name, { expected, allows }] of Object.entries<OptionRule>(rules)) {
    const value = options[name as keyof Options];
    if (allows(value)) continue;
    throw new errors.ISSR_ERR_OPTION(name, expected, name === 'secret' ? '(not shown)' : String(value));
  }
}

/** Node's timers take no more, and fire at once where it is more. */
const MAX_TIMER = 2 ** 31 - 1;

const isText = (value: unknown): value is string => typeof value === 'string';
const isFunction = (value: unknown): boolean => typeof value === 'function';

function integer(from: number, to: number, expected: string): OptionRule {
  return {
    expected,
    allows: (value) => Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to,
  };
}

export const positive = integer(1, Number.MAX_SAFE_INTEGER, 'an integer above 0');
/** For what a timer waits. */
export const timer = integer(1, MAX_TIMER, `an integer from 1 to ${MAX_TIMER}`);
export const timerOrNone = integer(0, MAX_TIMER, `an integer from 0 to ${MAX_TIMER}`);

export const flag: OptionRule = {
  expected: 'true or false',
  allows: (value) => typeof value === 'boolean',
};

export const hook: OptionRule = {
  expected: 'a function',
  allows: (value) => value === undefined || isFunction(value),
};

export const prefix: OptionRule = {
  expected: "'' or a path such as '/live'",
  allows: (value) => isText(value) && /^(\/[^?#]*[^/?#])?$/.test(value),
};

export const folder: OptionRule = {
  expected: 'the path of a folder',
  allows: (value) => isText(value) && value !== '',
};

export const secret: OptionRule = {
  expected: 'a string of 32 characters or more',
  allows: (value) => isText(value) && value.length >= 32,
};

export const origins: OptionRule = {
  expected: "'same-host', a list of origins, or a function",
  allows: (value) =>
    value === 'same-host' || isFunction(value) || (Array.isArray(value) && value.every(isText)),
};

export function oneOf(...values: string[]): OptionRule {
  return {
    expected: `one of ${values.join(', ')}`,
    allows: (value) => isText(value) && values.includes(value),
  };
}
