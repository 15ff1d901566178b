import { errors } from '../errors.js';
import type { OptionRule } from './rules.js';

/** Definition of an option: its check, its unit and its default. */
export interface OptionDefinition<Value, Base, Options> {
  rule: OptionRule;
  unit?: 'milliseconds' | 'bytes' | 'characters';
  default?: Value;
  /** Computes the default from the base and from the given options. */
  derive?: (base: Base, given: Options) => Value;
}

/** All options of one group. The resolved options, their checks and the documents' tables come from it. */
export type OptionTable<Options, Base = undefined> = {
  [Name in keyof Options]-?: OptionDefinition<Options[Name], Base, Options>;
};

/** Throws the error of an option whose value is not allowed. */
export type RefuseOption = (name: string, expected: string, value: string) => never;

interface ResolveSettings<Base> {
  /** Passed to `derive`. */
  base: Base;
  /** Names that are allowed beside the table's. `'any'`: the options stand among those of a Fastify route. */
  others?: readonly string[] | 'any';
  refuse?: RefuseOption;
}

/**
 * Fills in the defaults of a table and checks every value. An `undefined` option counts as left out.
 *
 * @throws ISSR_ERR_OPTION, or the error of `refuse`, with the option's name, the allowed values and the given one
 */
export function resolveTable<Options extends object, Base>(
  table: OptionTable<Options, Base>,
  given: Options,
  { base, others = [], refuse = refuseOption }: ResolveSettings<Base>,
): Options {
  if (others !== 'any') assertKnown(Object.keys(given), [...Object.keys(table), ...others], refuse);
  const resolved: Record<string, unknown> = {};
  for (const name of Object.keys(table) as (keyof Options & string)[]) {
    const { rule, unit, derive } = table[name];
    const value = given[name] === undefined ? (derive?.(base, given) ?? table[name].default) : given[name];
    if (!rule.allows(value)) {
      const expected = unit ? `${rule.expected} (${unit})` : rule.expected;
      refuse(name, expected, rule.isSecret ? '(not shown)' : String(value));
    }
    resolved[name] = value;
  }
  return resolved as Options;
}

function assertKnown(names: string[], known: string[], refuse: RefuseOption): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(unknown, `one of ${known.join(', ')}`, unknown);
}

function refuseOption(name: string, expected: string, value: string): never {
  throw new errors.ISSR_ERR_OPTION(name, expected, value);
}
