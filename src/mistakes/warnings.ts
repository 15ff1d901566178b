/**
 * Mistakes of a page's author that the server warns of with `showErrors`. The page itself finds `ISSR_WARN_CLEARED` and
 * `ISSR_WARN_EDITED`, and has them in the browser's console. `docs/warnings.md` has a section for each.
 */
export type WarningCode =
  | 'ISSR_WARN_HANDLER'
  | 'ISSR_WARN_CHILD'
  | 'ISSR_WARN_COMPONENT'
  | 'ISSR_WARN_VALUE'
  | 'ISSR_WARN_ESCAPED'
  | 'ISSR_WARN_ID'
  | 'ISSR_WARN_TBODY'
  | 'ISSR_WARN_NESTING'
  | 'ISSR_WARN_ACTION'
  | 'ISSR_WARN_UNSENT'
  | 'ISSR_WARN_TRIGGER'
  | 'ISSR_WARN_STATE'
  | 'ISSR_WARN_ASSIGNED'
  | 'ISSR_WARN_LIST'
  | 'ISSR_WARN_FIELDS'
  | 'ISSR_WARN_SIZE'
  | 'ISSR_WARN_SLOW'
  | 'ISSR_WARN_RETURN'
  | 'ISSR_WARN_REPLY'
  | 'ISSR_WARN_KEYS'
  | 'ISSR_WARN_CHANGED'
  | 'ISSR_WARN_CLEARED'
  | 'ISSR_WARN_EDITED'
  | 'ISSR_WARN_SCRIPT'
  | 'ISSR_WARN_HOOK';

/** Logs a mistake, once for each text. */
export type Warn = (code: WarningCode, mistake: string) => void;

/** Returns a function that logs each mistake of one page or route once. */
export function createWarn(log: (text: string) => void, logged = new Set<string>()): Warn {
  return (code, mistake) => {
    if (logged.has(mistake)) return;
    logged.add(mistake);
    log(`${mistake} (${linkTo(code)})`);
  };
}

/** Names a code and its section of the documents. */
export function linkTo(code: WarningCode): string {
  return `${code}, see fastify-issr's docs/warnings.md#${code.toLowerCase()}`;
}
