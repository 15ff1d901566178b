import { htmlPatternOf } from './html-pattern.js';

/** A property of a JSON schema, as far as its field needs it. */
export interface Property {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  title?: string;
  description?: string;
  default?: unknown;
  anyOf?: Property[];
  oneOf?: Property[];
  items?: Property;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

export type InputType = 'date' | 'email' | 'number' | 'password' | 'text' | 'time' | 'url';

export interface LengthRules {
  minlength?: number;
  maxlength?: number;
}

/** Attributes by which a browser checks an input. */
export interface TextRules extends LengthRules {
  min?: number;
  max?: number;
  step?: number | 'any';
  pattern?: string;
}

/** Characters of the longest text that one line is for. */
const MAX_LINE = 100;

/**
 * Types of input by the format of a text. The formats `time` and `date-time` demand an offset from UTC, which no input of a
 * browser has. `iso-date-time` demands seconds, and `datetime-local` leaves out those that are zero:
 * https://html.spec.whatwg.org/#concept-datetime-local-normalized
 */
const INPUT_TYPES: Record<string, InputType> = {
  email: 'email',
  uri: 'url',
  url: 'url',
  date: 'date',
  'iso-time': 'time',
  password: 'password',
};

/** The element that a property asks for. */
export function elementOf(property: Property): 'checkbox' | 'input' | 'select' | 'textarea' {
  if (property.const === true || kindOf(property) === 'boolean') return 'checkbox';
  if (property.type === 'array' || choicesOf(property)) return 'select';
  const { maxLength = 0, format, pattern } = filled(property);
  return maxLength > MAX_LINE && !format && !pattern ? 'textarea' : 'input';
}

/** The values of a choice, with their titles. Undefined if the property is not a choice. */
export function choicesOf(property: Property): Property[] | undefined {
  const { enum: values, const: only, type } = property;
  if (values) return values.map((value) => ({ const: value }));
  if (only !== undefined) return [property];
  if (type === 'null') return [{ ...property, const: null }];
  const members = membersOf(property)?.map(choicesOf);
  if (!members?.every((choices) => choices !== undefined)) return undefined;
  return members.flat();
}

/** The property accepts `null`, which an empty field stands for, or the empty text. */
export function takesNothing(property: Property): boolean {
  return (
    [property.type].flat().includes('null') ||
    [property.const, ...(property.enum ?? [])].some((value) => value === null || value === '') ||
    (membersOf(property) ?? []).some(takesNothing)
  );
}

export function inputTypeOf(property: Property): InputType {
  const { format = '' } = filled(property);
  const kind = kindOf(property);
  return kind === 'integer' || kind === 'number' ? 'number' : (INPUT_TYPES[format] ?? 'text');
}

export function textRulesOf(property: Property): TextRules {
  const { format = '', multipleOf, pattern, ...rules } = filled(property);
  const kind = kindOf(property);
  // A browser counts the steps of a number from its minimum.
  const isWhole = kind === 'integer';
  const unit = multipleOf ?? (isWhole ? 1 : undefined);
  const { minimum = isWhole ? after(rules.exclusiveMinimum, 1) : undefined } = rules;
  const { maximum = isWhole ? after(rules.exclusiveMaximum, -1) : undefined } = rules;
  const step = multipleOf ?? (kind === 'number' ? 'any' : format === 'iso-time' ? 1 : undefined);
  const html = pattern === undefined ? undefined : htmlPatternOf(pattern);
  return {
    ...(minimum !== undefined && { min: unit ? multipleFrom(minimum, unit) : minimum }),
    ...(maximum !== undefined && { max: maximum }),
    ...(step !== undefined && { step }),
    ...lengthsOf(property),
    ...(html !== undefined && { pattern: html }),
  };
}

export function lengthsOf(property: Property): LengthRules {
  const { minLength, maxLength } = filled(property);
  return {
    ...(minLength !== undefined && { minlength: minLength }),
    ...(maxLength !== undefined && { maxlength: maxLength }),
  };
}

const membersOf = ({ anyOf, oneOf }: Property): Property[] | undefined => anyOf ?? oneOf;

/** A union with nothing (`null`, `''`) has the rules of its other member. Any other union has none. */
function filled(property: Property): Property {
  const members = membersOf(property);
  if (!members) return property;
  const [member, ...others] = members.filter(({ type, const: only }) => type !== 'null' && only !== '');
  return member && others.length === 0 ? member : {};
}

/** The one type beside `null`. */
function kindOf(property: Property): string | undefined {
  const [kind, ...others] = [filled(property).type].flat().filter((type) => type !== 'null');
  return others.length === 0 ? kind : undefined;
}

const after = (limit: number | undefined, step: number): number | undefined =>
  limit === undefined ? undefined : Math.floor(step * limit) * step + step;

/** The first multiple of a unit that is not below a minimum, without the error of the division. */
const multipleFrom = (minimum: number, unit: number): number =>
  Number((Math.ceil(Number((minimum / unit).toFixed(9))) * unit).toPrecision(12));
