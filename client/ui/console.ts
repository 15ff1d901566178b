/** Logs an error with its code and with the party that can mend it. */
export function report(
  code: string,
  fault: 'page author' | 'app' | 'network' | 'fastify-issr',
  ...details: unknown[]
): void {
  console.error(`${code} (${fault})`, ...details);
}

/** Reports a part of the script that did not load. */
export const reportPart = (error: unknown): void => report('ISSR_PART', 'network', error);
