import type { Warn } from './warnings.js';

/** An error of a validator. */
interface ListError {
  name: string;
  keyword: string;
  source: unknown;
}

/** Rules that a list may break whose schema is a list's. */
const LIST_RULE = /^(min|max|unique|contains|too_|array)/i;

/** Warns of params that are lists, because several elements have one name, and whose schema is not a list's. */
export function warnOfLists(warn: Warn, values: Record<string, unknown>, errors: readonly ListError[]): void {
  const seen = new Set<string>();
  for (const { name, keyword, source } of errors) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (!Array.isArray(values[name]) || LIST_RULE.test(keyword) || concernsItem(source)) continue;
    warn(
      'ISSR_WARN_LIST',
      `several elements have the name '${name}', so its value is a list, which the schema refuses`,
    );
  }
}

/** Returns true if an error of Ajv, zod or TypeBox is that of an item. */
function concernsItem(source: unknown): boolean {
  const { instancePath, path } = source as { instancePath?: string; path?: unknown };
  return (instancePath?.split('/').length ?? 0) > 2 || (Array.isArray(path) && path.length > 1);
}
