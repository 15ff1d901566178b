import type { FastifyInstance } from 'fastify';
import { type HTMLAttributes, h, type JSX } from 'preact';
import type { IssrRequest } from '../dispatch/request-state.js';
import type { InferSchema } from '../types/infer-schema.js';
import type { OrUndefined } from '../types/or-undefined.js';
import { fieldSchemaOf } from './field-schema.js';
import {
  choicesOf,
  elementOf,
  type InputType,
  inputTypeOf,
  type LengthRules,
  lengthsOf,
  type Property,
  type TextRules,
  takesNothing,
  textRulesOf,
} from './property.js';

export type { InputType };

/** The parts of a request that its fields show. */
export interface FieldsRequest {
  readonly query: unknown;
  readonly issr: Pick<IssrRequest, 'action' | 'errors' | 'firstTime' | 'raw'>;
  readonly server: Pick<FastifyInstance, 'getSchema'>;
}

/** Props of every kind of field. */
export interface FieldProps {
  id: string;
  name: string;
  required?: true;
  'aria-invalid'?: 'true';
  /** The ids of the field's message and, if it has one, its hint. */
  'aria-describedby': string;
}

interface InputRules extends FieldProps, TextRules {
  value?: string;
}

/** A union, because preact has a type for each kind of input. */
export type InputProps<Type = InputType> = Type extends InputType ? InputRules & { type: Type } : never;

export interface TextareaProps extends FieldProps, LengthRules {
  value?: string;
}

export interface CheckboxProps extends FieldProps {
  type: 'checkbox';
  value: string;
  checked: boolean;
}

export interface SelectProps extends FieldProps {
  multiple?: true;
  children: JSX.Element[];
}

/** Props and text of a field's message: empty while the field is valid. */
export interface FieldErrorProps {
  id: string;
  role: 'alert';
  children: string | undefined;
}

/** Props and text of a field's hint. */
export interface FieldHintProps {
  id: string;
  children: string | undefined;
}

/** Messages of the author's own by name, of what no schema can check. A field without one has a falsy value, or none. */
export type FieldProblems<Name extends string> = {
  readonly [Field in Name]?: string | false | null | undefined;
};

/** Options of `fields`. */
export type FieldsOptions<Schema> = OrUndefined<OptionsFor<Schema>>;

interface OptionsFor<Schema> {
  /**
   * Values of the record that a form edits, shown in place of the page's params: `null` is an empty field. A change of the
   * record shows, and a draft stays. The answer to a form without script shows what was sent.
   */
  readonly values?: RecordOf<InferSchema<Schema>>;
  /** Translates the texts of the schema: titles, descriptions, options and messages. A validator's own message comes in too. */
  text?(text: string): string;
}

/** Creates the props of fields by their names in the schema. */
export interface Fields<Name extends string> {
  /** The names of the schema's properties, in their order. */
  readonly names: readonly Name[];
  /** The `<label>` of a field. Its text is the property's `title`, or else its name. */
  label(name: Name, attributes?: FieldAttributes): JSX.Element;
  /** The text is the property's `description`. */
  hint(name: Name): FieldHintProps;
  /**
   * The field as the element that the property asks for: a `select` for a choice, a check box for a boolean or `const: true`, a
   * `textarea` for a text of more than 100 characters without `format` and `pattern`, and else an `input`.
   *
   * @param attributes further ones, such as `autocomplete`
   */
  control(name: Name, attributes?: FieldAttributes): JSX.Element;
  input(name: Name): InputProps;
  textarea(name: Name): TextareaProps;
  /** The options are the values of the property's `enum` or of its literals, with their `title` as text. */
  select(name: Name): SelectProps;
  checkbox(name: Name): CheckboxProps;
  error(name: Name): FieldErrorProps;
}

/** Further attributes of a label or field. */
export type FieldAttributes = Omit<HTMLAttributes, 'children' | 'id' | 'name' | 'value'> & {
  autocomplete?: string | undefined;
  placeholder?: string | undefined;
  rows?: number | undefined;
};

/** Values by name. Any if the schema's type does not tell. */
type RecordOf<Values> = unknown extends Values
  ? { readonly [name: string]: unknown }
  : { readonly [Name in keyof Values]?: Readonly<Values[Name]> | null | undefined };

/** Names of the properties that a schema declares. Any name if its type does not tell. */
type FieldNames<Schema> = unknown extends InferSchema<Schema> ? string : keyof InferSchema<Schema> & string;

/**
 * Returns props for the fields of a schema: `<input {...f.input('email')} />`, with its message
 * `<p {...f.error('email')} />`. The browser checks a field as the schema does, and the message shows what
 * the server refuses. Takes JSON schema, TypeBox, and schemas that convert themselves to JSON schema, such as zod's. Any other
 * library's schema gives names, values and messages.
 *
 * @param schema of the route's querystring or of an action
 * @param problems messages of the author's own, shown like those of the schema: a name that is taken
 * @param options the record that the form edits, and a translation of the schema's texts
 */
export function fields<const Schema extends object>(
  request: FieldsRequest,
  schema: Schema,
  problems: FieldProblems<FieldNames<Schema>> = {},
  { values = {}, text: translate = String }: FieldsOptions<Schema> = {},
): Fields<FieldNames<Schema>> {
  const { properties, required } = fieldSchemaOf(request.server, schema);
  const propertyOf = (name: string): Property => properties.get(name) ?? {};

  const translated = (text: string | undefined) => (text === undefined ? undefined : translate(text));
  const messageOf = (name: string): string | undefined =>
    translated(request.issr.errors[name]) ?? (ownOf(problems, name) || undefined);
  const common = (name: string, isRequired: boolean): FieldProps => ({
    id: fieldId(name),
    name,
    ...(isRequired && { required: true }),
    ...(messageOf(name) !== undefined && { 'aria-invalid': 'true' }),
    'aria-describedby': propertyOf(name).description ? `${errorId(name)} ${hintId(name)}` : errorId(name),
  });
  const text = (name: string) => ({ ...common(name, needsValue(name)), ...valueProp(valuesOf(name)[0]) });
  const needsValue = (name: string) =>
    required.has(name) && propertyOf(name).default === undefined && !takesNothing(propertyOf(name));

  /** The record's value, or else the visitor's own text if it is not valid, or else the value that the handler sees. */
  function valuesOf(name: string): string[] {
    const { action, errors, firstTime, raw } = request.issr;
    // An open page keeps what was typed by itself. The answer to a form without script has to show it.
    const isFormAnswer = firstTime && action !== null;
    const record = isFormAnswer ? undefined : ownOf(values, name);
    if (record !== undefined) return [record ?? []].flat().map(String);
    const valid = ownOf(request.query, name);
    // An object, such as a date, is shown as the text that it was made of.
    const isText = [valid].flat().every((item) => Object(item) !== item);
    const value = errors[name] === undefined && valid !== undefined && isText ? valid : raw[name];
    return [value ?? propertyOf(name).default ?? []].flat().map(String);
  }

  const made: Fields<string> = {
    names: [...properties.keys()],
    label: (name, attributes) =>
      h('label', { ...attributes, for: fieldId(name) }, translate(propertyOf(name).title ?? name)),
    hint: (name) => ({ id: hintId(name), children: translated(propertyOf(name).description) }),
    control: (name, attributes) => {
      const element = elementOf(propertyOf(name));
      const kind = element === 'checkbox' ? 'input' : element;
      return h(kind as 'input', { ...made[element](name), ...attributes } as JSX.IntrinsicElements['input']);
    },
    input(name) {
      const property = propertyOf(name);
      const type = inputTypeOf(property);
      const { value, ...props } = text(name);
      // A password is not sent back.
      return { type, ...props, ...(type !== 'password' && valueProp(value)), ...textRulesOf(property) };
    },
    textarea: (name) => ({ ...text(name), ...lengthsOf(propertyOf(name)) }),
    select(name) {
      const { type, items } = propertyOf(name);
      const isMultiple = type === 'array';
      const property = (isMultiple && items) || propertyOf(name);
      return {
        ...common(name, !isMultiple && needsValue(name)),
        ...(isMultiple && { multiple: true }),
        children: optionsOf(property, valuesOf(name), isMultiple, translate),
      };
    },
    checkbox: (name) => ({
      type: 'checkbox',
      // A box that is not checked sends nothing. Only `const: true` demands the check.
      ...common(name, propertyOf(name).const === true),
      value: 'true',
      checked: valuesOf(name)[0] === 'true',
    }),
    error: (name) => ({ id: errorId(name), role: 'alert', children: messageOf(name) }),
  };
  return made as Fields<FieldNames<Schema>>;
}

/** Fields may have names that every object inherits. */
function ownOf<Value>(record: { readonly [name: string]: Value } | unknown, name: string): Value | undefined {
  return Object.hasOwn(Object(record), name) ? (record as Record<string, Value>)[name] : undefined;
}

/** Spaces separate the ids of `aria-describedby`, so an id contains none. */
const idOf = (name: string, part: string) => `${name.replaceAll(/\s/g, '_')}-${part}`;
const fieldId = (name: string) => idOf(name, 'field');
const errorId = (name: string) => idOf(name, 'error');
const hintId = (name: string) => idOf(name, 'hint');

const valueProp = (value: string | undefined): { value?: string } => (value === undefined ? {} : { value });

/** A single choice without a value begins empty, so that no option is sent unseen. */
function optionsOf(
  property: Property,
  selected: string[],
  isMultiple: boolean,
  translate: (text: string) => string,
): JSX.Element[] {
  const choices = choicesOf(property) ?? [];
  const empty = choices.find((choice) => choiceValue(choice) === '') ?? { const: '' };
  const filled = choices.filter((choice) => choice !== empty);
  const canBeEmpty = !isMultiple && (selected.length === 0 || filled.length < choices.length);
  return [...(canBeEmpty ? [empty] : []), ...filled].map((choice) => {
    const value = choiceValue(choice);
    return h('option', { value, selected: selected.includes(value) }, translate(choice.title ?? value));
  });
}

const choiceValue = ({ const: only }: Property): string => String(only ?? '');
