import { fileTypeFromBuffer } from 'file-type';

/** How much of a file its type is told by. */
export const SAMPLE_BYTES = 64 * 1024;

const UNKNOWN = 'application/octet-stream';
/** Kinds of text, which no byte tells apart: there the browser is believed. */
const TEXTUAL = /^text\/|[/+](json|xml|javascript|yaml)$/;
/** No kind of text has these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * What a file is by its content. Text is what the browser says, if that is a kind of text.
 *
 * @param sample its first `SAMPLE_BYTES`, or all of it
 * @param declared by the browser, from the file's name
 */
export async function typeOf(sample: Buffer, declared: string, allowed: readonly string[]): Promise<string> {
  const found = (await fileTypeFromBuffer(sample))?.mime;
  if (found && !TEXTUAL.test(found)) return found;
  if (!found && !isText(sample)) return UNKNOWN;
  if (TEXTUAL.test(declared)) return declared;
  return found ?? allowed.find((type) => TEXTUAL.test(type) && !type.endsWith('*')) ?? 'text/plain';
}

/** `image/*` is for what is an image by its bytes: SVG, a text that can run script, must be named. */
export function isAllowed(type: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) => {
    if (pattern === '*/*' || pattern === type) return true;
    const isKind = !TEXTUAL.test(type) || type.startsWith('text/');
    return pattern.endsWith('/*') && isKind && type.startsWith(pattern.slice(0, -1));
  });
}

/** Whether a file may turn out to be allowed. A browser may know text by the program that opens it. */
export function mayBeAllowed(declared: string, allowed: readonly string[]): boolean {
  if (declared === '' || isAllowed(declared, allowed)) return true;
  return /^(application|text)\//.test(declared) && allowed.some((pattern) => TEXTUAL.test(pattern));
}

function isText(sample: Buffer): boolean {
  const isUtf16 = (sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff);
  return isUtf16 || !BINARY.test(sample.toString('latin1'));
}
