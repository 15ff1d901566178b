import { Builder, IN_BODY } from './builder.js';
import { elementNumber } from './elements.js';
import { consume, read } from './parse.js';

const BODY = elementNumber('body');

/** The start and the end of the tag `<body>`, or undefined if the page has none or is unpredictable. */
export function findBody(html: string): { start: number; open: number } | undefined {
  const builder = new Builder(html);
  while (builder.mode < IN_BODY && read(builder)) consume(builder);
  const { token } = builder;
  const isCertain = builder.predictable && builder.opaqueDepth === Number.POSITIVE_INFINITY;
  return isCertain && token.id === BODY ? { start: token.start, open: token.open } : undefined;
}
