/** Bytes at the start of a file from which its type is detected. */
export const HEADER_BYTES = 64 * 1024;

const UNKNOWN = 'application/octet-stream';
/** Text types cannot be told apart by their bytes. The browser's type is used for them. */
const TEXTUAL = /^text\/|[/+](json|xml|javascript|yaml)$/;
/** Control characters that do not occur in text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them
const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * Loads the detection. Only servers that take files do: it is a fifth of what the plugin's start loads. At their start, because
 * Node keeps an import that failed: one moment without free file descriptors would make all later uploads fail.
 */
export function loadDetection(): Promise<typeof import('file-type')> {
  return import('file-type');
}

/**
 * Detects a file's type from its content. Text gets the browser's type if that is a text type.
 *
 * @param header the first `HEADER_BYTES`, or the whole file
 * @param declared the browser's type, derived from the file's name
 */
export async function typeOf(header: Buffer, declared: string, allowed: readonly string[]): Promise<string> {
  const { fileTypeFromBuffer } = await loadDetection();
  const found = (await fileTypeFromBuffer(header))?.mime;
  if (found && !TEXTUAL.test(found)) return found;
  if (!found && !isText(header)) return UNKNOWN;
  if (TEXTUAL.test(declared)) return declared;
  return found ?? allowed.find((type) => TEXTUAL.test(type) && !type.endsWith('*')) ?? 'text/plain';
}

/** `image/*` matches binary images only. SVG is text that can run script, so a rule must name it. */
export function isAllowed(type: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) => {
    if (pattern === '*/*' || pattern === type) return true;
    const isKind = !TEXTUAL.test(type) || type.startsWith('text/');
    return pattern.endsWith('/*') && isKind && type.startsWith(pattern.slice(0, -1));
  });
}

/** Returns false if no content could make the file allowed. Browsers may name text by the program that opens it. */
export function mayBeAllowed(declared: string, allowed: readonly string[]): boolean {
  if (declared === '' || isAllowed(declared, allowed)) return true;
  return /^(application|text)\//.test(declared) && allowed.some((pattern) => TEXTUAL.test(pattern));
}

function isText(header: Buffer): boolean {
  const isUtf16 = (header[0] === 0xff && header[1] === 0xfe) || (header[0] === 0xfe && header[1] === 0xff);
  return isUtf16 || !BINARY.test(header.toString('latin1'));
}
