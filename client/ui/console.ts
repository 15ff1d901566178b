/** Logs an error with its code and with the party that can mend it. */
export function report(
  code: string,
  fault: 'page author' | 'app' | 'network' | 'fastify-issr',
  ...details: unknown[]
): void {
  console.error(`${code} (${fault})`, ...details);
}
