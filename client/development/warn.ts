import type { DevelopedPage } from './page.js';

/** Warns of what a patch did, in the console and in the panel. */
export function warn(page: DevelopedPage, code: string, text: string): void {
  const mistake =
    `the page '${location.pathname}': a patch ${text} ` +
    `(${code}, see fastify-issr's docs/warnings.md#${code.toLowerCase()})`;
  console.warn(`issr: ${mistake}`);
  // The panel reads what the page receives.
  page.receive(['mistakes', [mistake]]);
}
