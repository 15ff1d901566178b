import { Builder, IN_BODY } from './builder.js';
import { elementNumber } from './elements.js';
import { read, take } from './parse.js';

const BODY = elementNumber('body');

/** Where the tag `<body>` begins and where it ends; undefined when the page has none, or is not certain. */
export function findBody(html: string): { start: number; open: number } | undefined {
  const builder = new Builder(html);
  while (builder.mode < IN_BODY && read(builder)) take(builder);
  const { tokens } = builder;
  const isCertain = builder.sound && builder.opaqueDepth === Number.POSITIVE_INFINITY;
  return isCertain && tokens.id === BODY ? { start: tokens.start, open: tokens.open } : undefined;
}
