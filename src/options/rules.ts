/** The values that an option allows. */
export interface OptionRule {
  /** In words, after "must be". */
  expected: string;
  /** The value is never shown in an error. */
  isSecret?: boolean;
  allows(value: unknown): boolean;
}

/** The longest delay of Node's timers. Longer ones fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

const isText = (value: unknown): value is string => typeof value === 'string';
const isMediaType = (value: unknown): boolean =>
  isText(value) && /^[\w.+-]+\/[\w.+*-]+$|^\*\/\*$/.test(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';

function integer(from: number, to: number, expected: string): OptionRule {
  return {
    expected,
    allows: (value) => Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to,
  };
}

export const positive = integer(1, Number.MAX_SAFE_INTEGER, 'an integer above 0');
/** Browsers refuse cookies above 4096 bytes, and name, signature and attributes take some of them. */
export const cookieLength = integer(1, 3800, 'an integer from 1 to 3800');
/** The delay of a timer. */
export const timer = integer(1, MAX_TIMER, `an integer from 1 to ${MAX_TIMER}`);
export const timerOrNone = integer(0, MAX_TIMER, `an integer from 0 to ${MAX_TIMER}`);

export const flag: OptionRule = {
  expected: 'true or false',
  allows: (value) => typeof value === 'boolean',
};

export const optionalFunction: OptionRule = {
  expected: 'a function',
  allows: (value) => value === undefined || isFunction(value),
};

export const func: OptionRule = { expected: 'a function', allows: isFunction };

export const mediaTypes: OptionRule = {
  expected: "a list of types such as 'image/*'",
  allows: (value) => Array.isArray(value) && value.length > 0 && value.every(isMediaType),
};

export const adapter: OptionRule = {
  expected: 'an adapter, such as redisAdapter(client)',
  allows: (value) =>
    value === undefined ||
    (typeof value === 'object' &&
      value !== null &&
      ['open', 'publish', 'claim'].every((name) => name in value)),
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
  isSecret: true,
  expected: 'a string of 32 characters or more, or a list of such strings',
  allows: (value) =>
    value !== undefined &&
    [value].flat().length > 0 &&
    [value].flat().every((one) => isText(one) && one.length >= 32),
};

export const origins: OptionRule = {
  expected: "'same-host', a list of origins, or a function",
  allows: (value) =>
    value === 'same-host' || isFunction(value) || (Array.isArray(value) && value.every(isText)),
};

export function falseOr(value: string): OptionRule {
  return { expected: `false or '${value}'`, allows: (given) => given === false || given === value };
}

export function flagOr(value: string): OptionRule {
  return {
    expected: `true, false or '${value}'`,
    allows: (given) => typeof given === 'boolean' || given === value,
  };
}

export function oneOf(...values: string[]): OptionRule {
  return {
    expected: `one of ${values.join(', ')}`,
    allows: (value) => isText(value) && values.includes(value),
  };
}
