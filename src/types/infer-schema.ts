/**
 * Type of the values that a schema accepts: JSON schema literals and TypeBox by structure, zod and other
 * Standard Schema libraries by their own output type. Anything else is `unknown`.
 */
export type InferSchema<Schema> = Schema extends { _zod: { output: infer Output } }
  ? Output
  : Schema extends { '~standard': { types?: { output: infer Output } | undefined } }
    ? Output
    : Schema extends { static: infer Static }
      ? Static
      : InferJson<Schema>;

type InferJson<Schema> = Schema extends { const: infer Const }
  ? Const
  : Schema extends { enum: readonly (infer Member)[] }
    ? Member
    : Schema extends { anyOf: readonly (infer Part)[] }
      ? InferSchema<Part>
      : Schema extends { type: 'integer' | 'number' }
        ? number
        : Schema extends { type: 'string' }
          ? string
          : Schema extends { type: 'boolean' }
            ? boolean
            : Schema extends { type: 'null' }
              ? null
              : Schema extends { items: infer Item }
                ? InferSchema<Item>[]
                : Schema extends { properties: infer Properties }
                  ? InferProperties<Properties, OptionalNames<Schema, Properties>>
                  : unknown;

type InferProperties<Properties, Optional> = {
  [Name in Exclude<keyof Properties, Optional>]: InferSchema<Properties[Name]>;
} & { [Name in Extract<keyof Properties, Optional>]?: InferSchema<Properties[Name]> } extends infer Type
  ? { [Name in keyof Type]: Type[Name] }
  : never;

/** TypeBox marks optional properties. JSON schema lists the others, and a default makes a property present. */
type OptionalNames<Schema, Properties> = Schema extends { required: readonly (infer Required)[] }
  ? {
      [Name in keyof Properties]: IsPresent<Properties[Name], Name, Required> extends true ? never : Name;
    }[keyof Properties]
  : {
      [Name in keyof Properties]: Properties[Name] extends { default: unknown } | { '~kind': string }
        ? Properties[Name] extends { '~optional': unknown }
          ? Name
          : never
        : Name;
    }[keyof Properties];

type IsPresent<Property, Name, Required> = Name extends Required
  ? true
  : Property extends { default: unknown }
    ? true
    : false;
