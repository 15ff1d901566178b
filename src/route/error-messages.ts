import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ParamError } from './param-errors.js';
import { schemaProperties } from './schema-properties.js';

/**
 * Text for a visitor in place of the validator's. Undefined keeps the validator's. The hooks and the action of the
 * request have run, unless these read `request.issr.errors` themselves.
 */
export type ErrorMessage = (error: ParamError, request: FastifyRequest) => string | undefined;

/** Returns the text of an error of a schema. */
export type MessageOf = (error: ParamError, schema: unknown, request: FastifyRequest) => string;

/**
 * Returns the texts of a route: from its `errorMessage` function, or else the `errorMessage` of the
 * property (a text, or texts by keyword), or else the validator.
 */
export function createMessages(scope: FastifyInstance, given: ErrorMessage | undefined): MessageOf {
  return (error, schema, request) =>
    given?.(error, request) ??
    messageFor(schemaProperties(scope, schema).get(error.name)?.errorMessage, error.keyword) ??
    error.message;
}

function messageFor(errorMessage: unknown, keyword: string): string | undefined {
  if (typeof errorMessage === 'string') return errorMessage;
  if (typeof errorMessage !== 'object' || errorMessage === null || !Object.hasOwn(errorMessage, keyword))
    return;
  const text = (errorMessage as Record<string, unknown>)[keyword];
  return typeof text === 'string' ? text : undefined;
}

const stripped = new WeakMap<object, object>();

/** Returns the schema without the `errorMessage` of its properties, which Ajv's strict mode refuses. */
export function withoutMessages<Schema>(schema: Schema): Schema {
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties } = schema as { properties?: Record<string, object> };
  const hasMessages = Object.values(properties ?? {}).some((property) => 'errorMessage' in Object(property));
  if (!properties || !hasMessages) return schema;
  let copy = stripped.get(schema);
  if (!copy) {
    copy = copyOf(schema, {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [
          name,
          copyOf(property, { errorMessage: undefined }),
        ]),
      ),
    });
    stripped.set(schema, copy);
  }
  return copy as Schema;
}

/** Copies a schema with its hidden properties, by which TypeBox knows its own. Undefined changes remove. */
function copyOf(schema: object, changes: Record<string, unknown>): object {
  const copy = Object.create(Object.getPrototypeOf(schema), Object.getOwnPropertyDescriptors(schema));
  for (const [name, value] of Object.entries(changes)) {
    delete copy[name];
    if (value !== undefined) copy[name] = value;
  }
  return copy;
}
