/** Characters that the flag `v` refuses in a class unless they are escaped. A pair of equal ones is an operator. */
const RESERVED = /[()[\]{}/|&!#$%*+,.:;<=>?@^`~-]/;

/**
 * Returns the `pattern` of an input for the `pattern` of a schema, or undefined if browsers cannot check it. A browser matches
 * the whole value, a schema any part of it. Browsers compile with the flag `v`, Ajv with `u`: a class such as `[\w-]` differs.
 */
export function htmlPatternOf(pattern: string): string | undefined {
  const whole = /^\^([^|]*)\$$/.exec(pattern)?.[1] ?? `.*(?:${pattern}).*`;
  return [whole, escapeClasses(whole)].find(isPattern);
}

function isPattern(pattern: string): boolean {
  try {
    return !!new RegExp(`^(?:${pattern})$`, 'v');
  } catch {
    return false;
  }
}

/** `[\w.-]` → `[\w\.\-]` */
function escapeClasses(pattern: string): string {
  return pattern.replace(/\\.|\[\^?((?:\\.|[^\]\\])*)\]/gsu, (part: string, members: string | undefined) =>
    members === undefined
      ? part
      : `${part.slice(0, part.length - members.length - 1)}${escapeMembers(members)}]`,
  );
}

/** A hyphen between two characters is a range. Any other is a character. */
function escapeMembers(members: string): string {
  const atom = String.raw`(?:\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x..|\\c.|\\[pP]\{[^}]*\}|\\.|[^\\])`;
  return members.replace(new RegExp(`(${atom})(?:-(${atom}))?`, 'gsu'), (_, first: string, last?: string) =>
    last === undefined ? escapeAtom(first) : `${escapeAtom(first)}-${escapeAtom(last)}`,
  );
}

const escapeAtom = (atom: string): string => (RESERVED.test(atom[0] as string) ? `\\${atom}` : atom);
