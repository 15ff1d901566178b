import type { FastifyInstance } from 'fastify';
import { schemaProperties } from '../route/schema-properties.js';
import type { Property } from './property.js';

/** The parts of a schema of an object that its fields need. */
export interface FieldSchema {
  readonly properties: ReadonlyMap<string, Property>;
  readonly required: ReadonlySet<string>;
}

/** A schema that converts itself to JSON schema: https://standardschema.dev/json-schema */
interface StandardSchema {
  readonly '~standard'?: { readonly jsonSchema?: Record<'input' | 'output', (options: object) => object> };
}

interface JsonSchema {
  readonly required?: string[];
  readonly allOf?: JsonSchema[];
}

/** Zod describes as any value what JSON schema cannot express, such as a `Date`, and would otherwise throw. */
const CONVERSION = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } };

/** A conversion takes a millisecond. */
const converted = new WeakMap<object, FieldSchema>();

/** Reads JSON schema and schemas that convert themselves to it. Any other library's schema gives the names alone. */
export function fieldSchemaOf(server: Pick<FastifyInstance, 'getSchema'>, schema: object): FieldSchema {
  const known = converted.get(schema);
  if (known) return known;
  const { jsonSchema } = (schema as StandardSchema)['~standard'] ?? {};
  if (!jsonSchema) return isOfLibrary(schema) ? namesOf(server, schema) : readFields(server, schema, schema);
  // A handler sees the output. A default makes a field optional in the input only.
  const made = readFields(server, jsonSchema.output(CONVERSION), jsonSchema.input(CONVERSION));
  converted.set(schema, made);
  return made;
}

const readFields = (
  server: Pick<FastifyInstance, 'getSchema'>,
  schema: object,
  input: JsonSchema,
): FieldSchema => ({
  properties: schemaProperties(server, schema) as Map<string, Property>,
  required: new Set(requiredNames(input)),
});

const namesOf = (server: Pick<FastifyInstance, 'getSchema'>, schema: object): FieldSchema => ({
  properties: new Map(Array.from(schemaProperties(server, schema).keys(), (name) => [name, {}])),
  required: new Set(),
});

/** Zod before 3.24 and Joi before 18 lack the standard's member. */
const isOfLibrary = (schema: object): boolean =>
  ['~standard', '_def', '$_terms'].some((member) => member in schema);

function requiredNames({ required = [], allOf = [] }: JsonSchema): string[] {
  return [...required, ...allOf.flatMap(requiredNames)];
}
