import type { Warn } from './warnings.js';

/** Params that the action of a request assigned, by the request's state. */
const assigned = new WeakMap<object, string[]>();

/** Notes which params differ from those before the action ran. */
export function noteAssignments(state: object, before: object, after: unknown): void {
  const [old, now] = [before, Object(after)] as Record<string, unknown>[];
  const names = Object.keys({ ...old, ...now }).filter((name) => !Object.is(old?.[name], now?.[name]));
  if (names.length > 0) assigned.set(state, names);
}

export const hasAssignments = (state: object): boolean => assigned.has(state);

/** Warns of those that are in no element of the page, so that the next event has the former value again. */
export function warnOfAssignments(warn: Warn, state: object, isField: (name: string) => boolean): void {
  for (const name of assigned.get(state) ?? [])
    if (!isField(name))
      warn(
        'ISSR_WARN_ASSIGNED',
        `an action assigned request.query.${name}, which lasts for its event only. Show the value in an element of that name`,
      );
}
