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
