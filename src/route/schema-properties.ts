import type { FastifyInstance } from 'fastify';

type Schema = Record<string, unknown>;

/** Keywords of a JSON schema whose subschemas describe the same object. */
const SAME_OBJECT = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'];

/**
 * Returns the properties that a schema of an object declares, with their schemas. Reads JSON schemas
 * (TypeBox included) with `$ref` and `allOf`, and objects of zod, valibot and Joi.
 *
 * @param scope resolves `$ref` to schemas added by `addSchema`
 */
export function schemaProperties(
  scope: Pick<FastifyInstance, 'getSchema'>,
  schema: unknown,
): Map<string, Schema> {
  const found = new Map<string, Schema>();
  const seen = new Set<unknown>();

  function collect(node: unknown, root: unknown): void {
    if (!isObject(node) || seen.has(node)) return;
    seen.add(node);
    if (typeof node.$ref === 'string') {
      const [document, target] = resolveRef(scope, node.$ref, root);
      collect(target, document);
    }
    for (const keyword of SAME_OBJECT) {
      for (const part of [node[keyword]].flat()) collect(part, root);
    }
    for (const part of Object.values(node.dependentSchemas ?? {})) collect(part, root);
    for (const part of partsOf(node)) collect(part, part);
    for (const [name, property] of entriesOf(node)) {
      if (!found.has(name)) found.set(name, dereference(scope, property, root));
    }
  }

  collect(schema, schema);
  return found;
}

/** Named members of an object: `properties` of JSON schema, `shape` of zod, `entries` of valibot, keys of Joi. */
function entriesOf(node: Schema): [string, unknown][] {
  const shape = [node.properties, node.shape, node.entries].find(isObject);
  if (shape) return Object.entries(shape);
  const { shape: oldShape } = definitionOf(node);
  if (typeof oldShape === 'function') return Object.entries(oldShape());
  const keys = isObject(node.$_terms) ? node.$_terms.keys : undefined;
  return Array.isArray(keys) ? keys.map(({ key, schema }) => [String(key), schema]) : [];
}

/**
 * Schemas that a zod schema wraps: both sides of an intersection, the members of a union, the inner schema of a
 * default, and the input of a pipe. A transform as input (`preprocess`) declares nothing: its output does.
 */
function partsOf(node: Schema): unknown[] {
  const { left, right, in: input, out, innerType, schema, options, getter } = definitionOf(node);
  const isPreprocessed = isObject(input) && definitionOf(input).type === 'transform';
  return [
    left,
    right,
    isPreprocessed ? out : input,
    innerType,
    schema,
    ...(Array.isArray(options) ? options : []),
    typeof getter === 'function' ? getter() : undefined,
  ];
}

function definitionOf(node: Schema): Schema {
  return [node._zod, node].map((owner) => isObject(owner) && (owner.def ?? owner._def)).find(isObject) ?? {};
}

function dereference(scope: Pick<FastifyInstance, 'getSchema'>, property: unknown, root: unknown): Schema {
  if (!isObject(property)) return {};
  if (typeof property.$ref !== 'string') return property;
  const [, target] = resolveRef(scope, property.$ref, root);
  return isObject(target) ? target : {};
}

/** `other#/definitions/x` → the document `other` and the schema at the pointer in it. */
function resolveRef(
  scope: Pick<FastifyInstance, 'getSchema'>,
  ref: string,
  root: unknown,
): [document: unknown, target: unknown] {
  const [id = '', pointer = ''] = ref.split('#', 2);
  const document = id === '' ? root : documentOf(scope, id, root);
  if (pointer !== '' && !pointer.startsWith('/')) {
    return [
      document,
      findNamed(document, ({ $id, $anchor }) => $id === `#${pointer}` || $anchor === pointer),
    ];
  }
  let target: unknown = document;
  for (const step of pointer.split('/').slice(1)) {
    if (!isObject(target)) return [document, undefined];
    target = target[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return [document, target];
}

/** Returns the schema with an `$id`: an added one, or one within `root`. A relative `$id` is resolved as a URL. */
function documentOf(scope: Pick<FastifyInstance, 'getSchema'>, id: string, root: unknown): unknown {
  const base = isObject(root) ? String(root.$id) : '';
  const ids = URL.canParse(id, base) ? [id, new URL(id, base).href] : [id];
  for (const name of ids) {
    const found = scope.getSchema(name) ?? findNamed(root, ({ $id }) => $id === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the first schema within `root` that `matches`. */
function findNamed(root: unknown, matches: (node: Schema) => boolean, seen = new Set()): unknown {
  if (!isObject(root) || seen.has(root)) return undefined;
  seen.add(root);
  if (matches(root)) return root;
  for (const part of Object.values(root)) {
    const found = findNamed(part, matches, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Schema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
