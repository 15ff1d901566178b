import type { FastifyRequest } from 'fastify';

/** A param that a schema refuses. */
export interface ParamError {
  /** Name of the param; `''` if the error concerns several. */
  readonly name: string;
  /** The validator's message, such as `must be integer`. */
  readonly message: string;
  /** The rule that failed, such as `type` or `minLength`. */
  readonly keyword: string;
  /** The error as the validator reported it. */
  readonly source: unknown;
}

/** A compiled schema, as any validator compiler of Fastify creates it. */
type Validator = NonNullable<ReturnType<FastifyRequest['getValidationFunction']>> & {
  /** Ajv's mark. Ajv changes `data` in place, and a root value through its parent. */
  schemaEnv?: unknown;
};

/** Outcome of one validation. An asynchronous validator counts as valid: Fastify calls it again. */
export interface Validated {
  errors: ParamError[];
  /** The coerced data. */
  value: unknown;
}

/** Runs a validator of any compiler: Ajv (false and `errors`), or zod, TypeBox, Joi (`{ value, error }`). */
export function runValidator(validate: Validator, data: unknown): Validated {
  const holder = { data };
  const result: unknown = validate.schemaEnv
    ? (validate as unknown as (data: unknown, context: object) => unknown)(data, {
        parentData: holder,
        parentDataProperty: 'data',
      })
    : validate(data as never);
  if (result === false) return { errors: readErrors(validate.errors), value: holder.data };
  const { error, value = holder.data } = (result ?? {}) as { error?: unknown; value?: unknown };
  if (typeof result !== 'object') return { errors: [], value: holder.data };
  return { errors: error ? readErrors(error) : [], value };
}

/** The parts of a JSON schema that tell about one property. */
interface ObjectSchema {
  properties?: Record<string, object>;
  required?: string[];
  $defs?: object;
  definitions?: object;
}

/** Schemas of one property each. Each is compiled once, so they are kept. */
const propertySchemas = new WeakMap<object, Map<string, object>>();

/** Schemas of one property that do not compile. */
const incomplete = new WeakSet<object>();

/** Validates data, and if it is invalid, each property by itself: Ajv stops at the first error of a schema. */
export function validateAll(
  compile: (schema: object) => Validator,
  schema: object,
  data: unknown,
): Validated {
  // A validator may change what it checks.
  const before = { ...(data as Record<string, unknown>) };
  const validator = compile(schema);
  const { errors, value } = runValidator(validator, data);
  const { properties } = schema as ObjectSchema;
  if (errors.length === 0 || !validator.schemaEnv || !properties) return { errors, value };
  const found = [...errors];
  for (const name of Object.keys(properties)) {
    if (errors.some((error) => error.name === name)) continue;
    const own = Object.hasOwn(before, name) ? { [name]: before[name] } : {};
    const part = compilePart(compile, schemaOfProperty(schema, name));
    if (part) found.push(...runValidator(part, own).errors);
  }
  return { errors: found, value };
}

/** Returns undefined if the part refers to another part of its schema, such as `#/properties/name`. */
function compilePart(compile: (schema: object) => Validator, part: object): Validator | undefined {
  if (incomplete.has(part)) return undefined;
  try {
    return compile(part);
  } catch {
    incomplete.add(part);
    return undefined;
  }
}

function schemaOfProperty(schema: object, name: string): object {
  const known = propertySchemas.get(schema) ?? new Map<string, object>();
  propertySchemas.set(schema, known);
  const { properties = {}, required = [], $defs, definitions } = schema as ObjectSchema;
  const part = known.get(name) ?? {
    type: 'object',
    properties: { [name]: properties[name] },
    required: required.filter((other) => other === name),
    ...($defs && { $defs }),
    ...(definitions && { definitions }),
  };
  known.set(name, part);
  return part;
}

interface RawError {
  instancePath?: string;
  path?: unknown;
  keyword?: string;
  code?: string;
  type?: string;
  message?: string;
  params?: { missingProperty?: string; additionalProperty?: string; propertyName?: string };
}

/** Reads the list of Ajv and zod, or the error with `validation`, `issues` (zod), `details` (Joi) or `inner` (yup). */
function readErrors(error: unknown): ParamError[] {
  const { validation, issues, details, inner } = (error ?? {}) as Record<string, unknown>;
  const list = [error, validation, issues, details, inner].find(
    (part): part is RawError[] => Array.isArray(part) && part.length > 0,
  );
  return (list ?? [(error ?? {}) as RawError]).map(toParamError);
}

function toParamError(error: RawError): ParamError {
  return {
    name: nameOf(error),
    message: error.message ?? 'is not valid',
    keyword: error.keyword ?? error.code ?? error.type ?? '',
    source: error,
  };
}

function nameOf({ instancePath, path, params }: RawError): string {
  const [, first] = instancePath?.split('/') ?? [];
  if (first) return first.replaceAll('~1', '/').replaceAll('~0', '~');
  if (Array.isArray(path) && path.length > 0) {
    const [head] = path;
    return String(typeof head === 'object' && head !== null ? (head as { key?: unknown }).key : head);
  }
  if (typeof path === 'string' && path !== '') return path.split(/[.[]/)[0] ?? '';
  return params?.missingProperty ?? params?.additionalProperty ?? params?.propertyName ?? '';
}
